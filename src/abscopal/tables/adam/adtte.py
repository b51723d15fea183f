"""ADTTE: times to events, each traced to the row that decided it."""

import dataframely as dy

from abscopal.tables.columns import date, imputed, key_text, number, required_text, text


class TimeToEvent(dy.Schema):
    """Times to events, each traced to the row that decided it.

    CNSR is 0 for the event, 1 for a censored time and 2 for a competing event.
    """

    STUDYID = required_text("Study identifier")
    USUBJID = key_text("Patient identifier, unique across studies")
    PARAMCD = key_text("Parameter, short name")
    PARAM = required_text("Parameter")
    RULESET = key_text("Named set of censoring rules")
    READER = dy.String(
        primary_key=True, description="Reader, where the event rests on imaging; empty text otherwise"
    )
    TRT01P = text("Planned treatment: the arm identifier of the study file")
    STARTDT = date("Where time starts")
    ADT = date("Date of the event or censoring")
    ADTF = imputed("Date of the event or censoring")
    AVAL = number("Time in days from STARTDT", low=0, high=40000)
    AVALU = required_text("Unit, DAYS")
    CNSR = dy.Int64(min=0, max=2, description="0 event, 1 censored, 2 competing event")
    EVNTDESC = required_text("What happened")
    CNSDTDSC = text("What the censoring date is")
    REASON = text("Reason code of a censoring, such as NEW_THERAPY")
    SRCDOM = text("Domain of the record that decided the row")
    SRCVAR = text("Variable of that record")
    SRCSEQ = dy.Int64(nullable=True, min=0, description="Sequence number of that record")
