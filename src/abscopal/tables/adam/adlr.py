"""ADLR: whether each lesion responded, by each published definition, injected and non-injected lesions told apart."""

import dataframely as dy

from abscopal.tables.columns import date, flag, key_text, number, required_text, text


class LesionResponse(dy.Schema):
    """Whether each lesion responded, by each definition: one row a patient, reader, lesion and definition."""

    STUDYID = required_text("Study identifier")
    USUBJID = key_text("Patient identifier, unique across studies")
    READER = key_text("Who read the scan: role, then reader, such as INDEPENDENT ASSESSOR / RADIOLOGIST 1")
    TULNKID = key_text("Lesion")
    PARAMCD = key_text(
        "Definition of response, short name: ANYDEC, LD30, PROD50, COMPLETE or STUDY1, STUDY2 ..."
    )
    PARAM = required_text("Definition of response")
    LSROLE = required_text("TARGET, or NEW where new lesions are counted")
    LSLOC = text("Location")
    VISCFL = flag(
        "Visceral: an inner organ; N for skin, soft tissue and nodes; empty where the location is silent"
    )
    INJFL = flag("Counted as injected")
    INJDT = date("First injection of the lesion, whenever it was")
    METHOD = text("How the lesion was measured at baseline, as in TRMETHOD")
    TIMING = dy.String(regex="^(BEST|LANDMARK)$", description="BEST over time, or at a LANDMARK")
    BASE = number("Size at baseline, in AVALU", low=0, high=1e8)
    AVAL = number("Smallest size after baseline, or size at the landmark, in AVALU", low=0, high=1e8)
    AVALU = dy.String(regex="^mm2?$", description="mm, or mm2 for the product of two diameters")
    PCHG = number("Change from baseline, %", low=-100, high=1e8)
    ADT = date("Date of that size")
    AVALC = dy.String(regex="^(Y|N|NE)$", description="Responded: Y, N, or NE where it cannot be told")
    CONFFL = flag("The response was seen again, long enough after")
    REASON = text("Why it cannot be told: NOT_MEASURED_AGAIN or NO_SECOND_DIAMETER")
    ANL01FL = flag("In the denominator")
    ACCFL = flag("The reader whose record is accepted")
