"""BS: measures of a specimen: volume, cells, viability."""

import dataframely as dy

from abscopal.tables.columns import date_text, key_text, number, required_text, sequence, text, visit_number


class SpecimenMeasures(dy.Schema):
    """Measures of a specimen: volume, cells, viability."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^BS$", description="Domain, always BS")
    USUBJID = key_text("Patient identifier, unique across studies")
    BSSEQ = sequence()
    BSTESTCD = required_text("Test, short name")
    BSTEST = required_text("Test name")
    BSREFID = text("Specimen")
    BSCAT = text("Category")
    BSORRES = text("Result as collected")
    BSORRESU = text("Unit as collected")
    BSSTRESC = text("Result, standard")
    BSSTRESN = number("Result as a number", low=-1e12, high=1e12)
    BSSTRESU = text("Standard unit")
    VISITNUM = visit_number()
    VISIT = text("Visit name")
    BSDTC = date_text("Date of the measure")
