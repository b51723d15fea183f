"""ADCP: cell populations: percentage of a parent with its counts and its three-valued state."""

import dataframely as dy

from abscopal.tables.columns import (
    date,
    key_text,
    number,
    required_text,
    sequence,
    study_day,
    text,
    visit_number,
)


class CellPhenotypingAnalysis(dy.Schema):
    """Cell populations: percentage of a parent with its counts and its three-valued state."""

    STUDYID = required_text("Study identifier")
    USUBJID = key_text("Patient identifier, unique across studies")
    PARAMCD = key_text("Parameter, short name")
    PARAM = required_text("Parameter")
    CPSEQ = sequence("Sequence number in CP")
    CPREFID = text("Specimen")
    AVISITN = visit_number("Visit number")
    ADT = date("Date of the specimen")
    ADY = study_day("Study day")
    AVAL = number("Value", low=0, high=1e12)
    AVALU = text("Unit")
    NUMER = number("Events in the population", low=0, high=1e12)
    DENOM = number("Events in the parent", low=0, high=1e12)
    DETSTAT = text("QUANTIFIED, DETECTED or BELOW_DETECTION")
    BASE = number("Value at baseline", low=0, high=1e12)
    CHG = number("Change from baseline", low=-1e12, high=1e12)
