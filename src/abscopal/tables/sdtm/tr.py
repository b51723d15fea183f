"""TR: measurements and states of lesions, one row per lesion, test, visit and reader."""

import dataframely as dy

from abscopal.tables.columns import (
    date_text,
    flag,
    key_text,
    number,
    required_text,
    sequence,
    study_day,
    text,
    visit_number,
)


class TumourResults(dy.Schema):
    """Measurements and states of lesions, one row per lesion, test, visit and reader."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^TR$", description="Domain, always TR")
    USUBJID = key_text("Patient identifier, unique across studies")
    TRSEQ = sequence()
    TRGRPID = text("Group: TARGET, NON-TARGET or NEW")
    TRLNKID = text("Lesion: the TULNKID it measures")
    TRTESTCD = required_text("Test: LDIAM, LPERP, SAXIS, DIAMETER, TUMSTATE, LNSTATE ...")
    TRTEST = required_text("Test name")
    TRORRES = text("Result as collected")
    TRORRESU = text("Unit as collected")
    TRSTRESC = text("Result, standard")
    TRSTRESN = number("Result as a number; lengths in millimetres", low=0, high=1e6)
    TRSTRESU = text("Standard unit")
    TRSTAT = text("NOT DONE where it was not done")
    TRREASND = text("Why it was not done")
    TRREASPF = text("Why the scan was made, such as NEW SYMPTOM; empty for a planned scan")
    TRMETHOD = text("Imaging method")
    TRLOBXFL = flag("Last observation before treatment")
    TREVAL = text("Role of the evaluator, such as INVESTIGATOR or INDEPENDENT ASSESSOR")
    TREVALID = text("Which evaluator, such as RADIOLOGIST 1")
    TRACPTFL = flag("This evaluator's record is the accepted one")
    VISITNUM = visit_number()
    VISIT = text("Visit name")
    TRDTC = date_text("Date of the scan")
    TRDY = study_day("Study day of the scan")
