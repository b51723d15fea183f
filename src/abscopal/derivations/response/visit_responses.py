"""The response of one patient, for one reader, at one assessment: the working form before ADRS."""

import dataframely as dy

from abscopal.tables.columns import date, flag, imputed, key_text, required_text, text


def _tenths(description: str) -> dy.Int64:
    return dy.Int64(
        nullable=True, min=0, max=50_000_000, description=f"{description}, tenths of a millimetre"
    )


class VisitResponses(dy.Schema):
    """The responses of each assessment after baseline, level by level, with the rule that made each."""

    USUBJID = key_text("Patient identifier, unique across studies")
    READER = key_text("Who read the scan")
    AVISITN = dy.Int64(primary_key=True, min=1, max=10_000, description="Assessment number, 1 after baseline")
    ADT = dy.Date(description="Date of the response")
    ADTF = imputed("Date of the response")
    TRGRESP = required_text("Target response; NA without targets")
    TRGRULE = text("Rule that made the target response")
    TRGREASON = text("Reason code of the target response")
    NTRGRESP = required_text("Non-target response; NA without non-targets")
    NTRGRULE = text("Rule that made the non-target response")
    NTRGREASON = text("Reason code of the non-target response")
    NEWLRESP = dy.String(regex="^(Y|N|EQ)$", description="New lesion: Y, N, or EQ while equivocal")
    NEWLRULE = text("Rule that made the new-lesion answer")
    NEWLREASON = text("Reason code of the new-lesion answer")
    OVRRESP = required_text("Overall response")
    OVRRULE = text("Rule that made the overall response")
    OVRREASON = text("Reason code of the overall response")
    SUM = _tenths("Sum of the targets; empty if one is missing")
    MEASURED = _tenths("Sum of the targets that were measured")
    BASESUM = _tenths("Sum at baseline")
    NADIR = _tenths("Smallest earlier complete sum")
    NADIRDT = date("Date of that sum")
    ACCFL = flag("The reader whose record is accepted")


class CategoryResponses(VisitResponses):
    """The responses of one category of lesions at each assessment: columns as for the whole patient."""

    CATEGORY = dy.String(
        primary_key=True, regex="^(INJECTED|NON-INJECTED)$", description="INJECTED or NON-INJECTED"
    )
