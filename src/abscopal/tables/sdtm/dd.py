"""DD: details of a death."""

import dataframely as dy

from abscopal.tables.columns import date_text, key_text, required_text, sequence, text


class DeathDetails(dy.Schema):
    """Details of a death."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^DD$", description="Domain, always DD")
    USUBJID = key_text("Patient identifier, unique across studies")
    DDSEQ = sequence()
    DDTESTCD = required_text("PRCDTH, the primary cause, and others")
    DDTEST = required_text("Test name")
    DDORRES = text("Result as collected")
    DDSTRESC = text("Result, standard")
    DDDTC = date_text("Date of collection")
