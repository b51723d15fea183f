"""ADRS: responses: by visit and best, reader by reader, each with the rule and the reason that made it."""

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


class ResponseAnalysis(dy.Schema):
    """Responses: by visit and best, reader by reader, each with the rule and the reason that made it."""

    STUDYID = required_text("Study identifier")
    USUBJID = key_text("Patient identifier, unique across studies")
    READER = key_text("Who read the scan: role, then reader, such as INDEPENDENT ASSESSOR / RADIOLOGIST 1")
    CRITERION = key_text("Criterion: recist_1_1, irecist or itrecist")
    PARAMCD = key_text("Parameter, short name")
    PARAM = required_text("Parameter")
    AVISITN = dy.Int64(
        primary_key=True,
        min=-1,
        max=10_000,
        description="Assessment number: 0 is baseline; -1 for one row per patient",
    )
    ADT = date("Date of the response")
    ADTF = imputed("Date of the response")
    ADY = study_day("Study day")
    AVALC = text("Response")
    AVAL = number("Response as a number, best first", low=0, high=100)
    RULE = text("Rule that made the response")
    REASON = text("Reason code, such as LESION_MISSING; always present where the response is NE")
    SUM = millimetres("Sum of the targets at the visit, mm; empty if a target is missing")
    MEASURED = millimetres("Sum of the targets that were measured, mm")
    BASESUM = millimetres("Sum at baseline, mm")
    NADIR = millimetres("Smallest earlier complete sum, mm")
    NADIRDT = date("Date of that sum")
    IUPDDT = date(
        "First unconfirmed progression of the series that this response stands in, ends or confirms"
    )
    IUPDSUM = millimetres("Smallest sum of the targets since that progression, this assessment left out, mm")
    NLTSUM = millimetres("Sum of the new lesions that are measured, mm; empty if one is missing")
    IUPDNLT = millimetres("Smallest sum of the new lesions since that progression, mm")
    ANL01FL = flag("Counts towards the best response: not after progression or new therapy")
    ACCFL = flag("The reader whose record is accepted")
