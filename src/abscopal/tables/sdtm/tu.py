"""TU: lesions: which they are, where they are, who named them."""

import dataframely as dy

from abscopal.tables.columns import date_text, flag, key_text, required_text, sequence, text, visit_number


class TumourIdentification(dy.Schema):
    """Lesions: which they are, where they are, who named them."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^TU$", description="Domain, always TU")
    USUBJID = key_text("Patient identifier, unique across studies")
    TUSEQ = sequence()
    TULNKID = required_text("Lesion, such as T01, NT01 or NEW01")
    TUTESTCD = required_text("TUMIDENT, TUSPLIT or TUMERGE")
    TUTEST = required_text("Test name")
    TUORRES = text("TARGET, NON-TARGET or NEW, as collected")
    TUSTRESC = text("TARGET, NON-TARGET or NEW")
    TULOC = text("Location")
    TULAT = text("Laterality")
    TUMETHOD = text("Imaging method")
    TULOBXFL = flag("Last observation before treatment")
    TUEVAL = text("Role of the evaluator, such as INVESTIGATOR or INDEPENDENT ASSESSOR")
    TUEVALID = text("Which evaluator, such as RADIOLOGIST 1")
    TUACPTFL = flag("This evaluator's record is the accepted one")
    VISITNUM = visit_number()
    VISIT = text("Visit name")
    TUDTC = date_text("Date of the scan")
