"""AE: adverse events, graded by a stated version of CTCAE."""

import dataframely as dy

from abscopal.tables.columns import date_text, flag, key_text, required_text, sequence, study_day, text


class AdverseEvents(dy.Schema):
    """Adverse events, graded by a stated version of CTCAE."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^AE$", description="Domain, always AE")
    USUBJID = key_text("Patient identifier, unique across studies")
    AESEQ = sequence()
    AETERM = required_text("Event as reported")
    AEDECOD = required_text("Event, standard term (the CTCAE term where no dictionary is loaded)")
    AEBODSYS = text("Body system")
    AESOC = text("System organ class")
    AECAT = text("Category")
    AESEV = text("Severity: MILD, MODERATE or SEVERE")
    AESER = flag("Serious")
    AETOXGR = dy.String(nullable=True, regex="^[1-5]$", description="CTCAE grade, 1 mild to 5 death")
    AETOXVER = text("Version of CTCAE that the grade follows: 4.03, 5.0 or 6.0")
    AEACN = text("Action taken with study treatment")
    AEREL = text("Investigator's causality")
    AERELNST = text("Relation to something other than the study treatment")
    AEOUT = text("Outcome")
    AESDTH = flag("The event led to death")
    AESTDTC = date_text("Start")
    AEENDTC = date_text("End")
    AESTDY = study_day("Study day of the start")
    AEENDY = study_day("Study day of the end")
