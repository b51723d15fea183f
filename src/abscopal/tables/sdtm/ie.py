"""IE: eligibility criteria that a patient did not meet."""

import dataframely as dy

from abscopal.tables.columns import date_text, key_text, required_text, sequence


class InclusionExclusion(dy.Schema):
    """Eligibility criteria that a patient did not meet."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^IE$", description="Domain, always IE")
    USUBJID = key_text("Patient identifier, unique across studies")
    IESEQ = sequence()
    IETESTCD = required_text("Criterion, short name")
    IETEST = required_text("Criterion")
    IECAT = required_text("INCLUSION or EXCLUSION")
    IEORRES = required_text("Result as collected")
    IESTRESC = required_text("Result, standard")
    IEDTC = date_text("Date of the finding")
