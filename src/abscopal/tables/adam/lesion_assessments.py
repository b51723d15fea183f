"""Every lesion at every assessment as one reader saw it: the working form between TU/TR and ADTR/ADRS."""

import dataframely as dy

from abscopal.tables.columns import date, flag, imputed, key_text, text


class LesionAssessments(dy.Schema):
    """Every lesion at every assessment as one reader saw it: the working form between TU/TR and ADTR/ADRS.

    Lengths are integer tenths of a millimetre, so that 27.0 to 32.4 mm is exactly +20 %.
    """

    USUBJID = key_text("Patient identifier, unique across studies")
    READER = key_text("Who read the scan: role, then reader, such as INDEPENDENT ASSESSOR / RADIOLOGIST 1")
    TULNKID = key_text("Lesion")
    AVISITN = dy.Int64(
        primary_key=True,
        min=-1,
        max=10_000,
        description="Assessment number: 0 is baseline, then in date order",
    )
    ADT = dy.Date(description="Date of the scan of this lesion")
    ADTF = imputed("Date of the scan")
    LSROLE = dy.String(regex="^(TARGET|NON-TARGET|NEW)$", description="TARGET, NON-TARGET or NEW")
    LSNODE = dy.Bool(description="The lesion is a lymph node: its short axis is measured")
    LSLOC = text("Location")
    LSSTATE = dy.String(
        regex="^(MEASURED|TOO_SMALL|ABSENT|MERGED|NOT_EVALUATED|PRESENT|UNEQUIVOCAL_PROGRESSION|EQUIVOCAL|"
        "UNEQUIVOCAL|NOT_TUMOUR)$",
        description="MEASURED, TOO_SMALL (present, too small to measure), ABSENT, MERGED (counted in another "
        "lesion), NOT_EVALUATED, PRESENT (non-target, neither gone nor progressing), "
        "UNEQUIVOCAL_PROGRESSION, EQUIVOCAL, UNEQUIVOCAL, NOT_TUMOUR (a new lesion later refuted)",
    )
    LSTENTH = dy.Int64(
        nullable=True,
        min=0,
        max=50_000,
        description="Length in tenths of a millimetre; 50 where too small to measure, 0 if absent or merged",
    )
    INJDT = date(
        "First injection of the lesion, whenever it was; injected at a scan means INJDT before ADT, or on that day "
        "by the setting scan_on_injection_day"
    )
    ACCFL = flag("The reader whose record is accepted")
