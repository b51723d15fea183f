"""RS: responses as the reader judged them; Abscopal derives its own and compares."""

import dataframely as dy

from abscopal.tables.columns import (
    date_text,
    flag,
    key_text,
    required_text,
    sequence,
    study_day,
    text,
    visit_number,
)


class DiseaseResponse(dy.Schema):
    """Responses as the reader judged them; Abscopal derives its own and compares."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^RS$", description="Domain, always RS")
    USUBJID = key_text("Patient identifier, unique across studies")
    RSSEQ = sequence()
    RSGRPID = text("Group")
    RSLNKGRP = text("Link to the group of lesions")
    RSTESTCD = required_text("OVRLRESP, TRGRESP, NTRGRESP, NEWLIND, NEWLPROG, SYMPTDET ...")
    RSTEST = required_text("Test name")
    RSCAT = text("Criterion, such as RECIST 1.1 or iRECIST")
    RSORRES = text("Response as collected")
    RSSTRESC = text("Response, standard")
    RSSTAT = text("NOT DONE where it was not done")
    RSREASND = text("Why it was not done")
    RSEVAL = text("Role of the evaluator, such as INVESTIGATOR or INDEPENDENT ASSESSOR")
    RSEVALID = text("Which evaluator, such as RADIOLOGIST 1")
    RSACPTFL = flag("This evaluator's record is the accepted one")
    VISITNUM = visit_number()
    VISIT = text("Visit name")
    RSDTC = date_text("Date of the assessment")
    RSDY = study_day("Study day of the assessment")
