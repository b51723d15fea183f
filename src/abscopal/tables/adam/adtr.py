"""ADTR: lesions and sums over time: value, baseline, nadir and changes, reader by reader."""

import dataframely as dy

from abscopal.tables.columns import (
    date,
    flag,
    imputed,
    key_text,
    millimetres,
    number,
    required_text,
    study_day,
    text,
)


class TumourAnalysis(dy.Schema):
    """Lesions and sums over time: value, baseline, nadir and changes, reader by reader."""

    STUDYID = required_text("Study identifier")
    USUBJID = key_text("Patient identifier, unique across studies")
    READER = key_text("Who read the scan: role, then reader, such as INDEPENDENT ASSESSOR / RADIOLOGIST 1")
    PARAMCD = key_text("Parameter, short name")
    PARAM = required_text("Parameter")
    TRLNKID = dy.String(primary_key=True, description="Lesion; empty text for a sum")
    LSROLE = text("TARGET, NON-TARGET or NEW")
    AVISITN = dy.Int64(primary_key=True, min=-1, max=10_000, description="Assessment number: 0 is baseline")
    ADT = date("Date of the scan")
    ADTF = imputed("Date of the scan")
    ADY = study_day("Study day")
    AVAL = millimetres("Length or sum, mm")
    BASE = millimetres("Value at baseline, mm")
    CHG = number("Change from baseline, mm", low=-5000, high=5000)
    PCHG = number("Change from baseline, %", low=-100, high=1000000)
    NADIR = millimetres("Smallest earlier complete value, baseline included, mm")
    CHGNAD = number("Change from nadir, mm", low=-5000, high=5000)
    PCHGNAD = number("Change from nadir, %", low=-100, high=1000000)
    INJFL = flag("The lesion had been injected when it was scanned")
    INJDT = date("First injection of the lesion")
    ANL01FL = flag("Used in the analysis of response")
