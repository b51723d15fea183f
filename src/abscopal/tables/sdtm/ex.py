"""EX: doses given."""

import dataframely as dy

from abscopal.tables.columns import date_text, key_text, number, required_text, sequence, text, visit_number


class Exposure(dy.Schema):
    """Doses given.

    An injected lesion is a row with EXROUTE INTRATUMORAL and EXLNKID the lesion's TULNKID; a dose made
    from the patient's own cells carries the dose identifier in EXLOT.
    """

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^EX$", description="Domain, always EX")
    USUBJID = key_text("Patient identifier, unique across studies")
    EXSEQ = sequence()
    EXTRT = required_text("Treatment")
    EXCAT = text("Category of treatment")
    EXDOSE = number("Dose, in EXDOSU", low=0, high=1e16)
    EXDOSU = text("Unit of dose")
    EXDOSFRM = text("Form")
    EXDOSFRQ = text("Frequency")
    EXROUTE = text("Route, such as INTRAVENOUS, INTRATUMORAL or INTRADERMAL")
    EXLOC = text("Site of administration")
    EXLNKID = text("Lesion injected: the TULNKID of the lesion")
    EXLOT = text("Lot; for an autologous product, the dose identifier")
    EXADJ = text("Reason for a change of dose")
    EXSTDTC = date_text("Start")
    EXENDTC = date_text("End")
    VISITNUM = visit_number()
