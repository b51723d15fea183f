"""BE: what happened to a specimen: collection, shipping, thaw."""

import dataframely as dy

from abscopal.tables.columns import date_text, key_text, required_text, sequence, text, visit_number


class SpecimenEvents(dy.Schema):
    """What happened to a specimen: collection, shipping, thaw."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^BE$", description="Domain, always BE")
    USUBJID = key_text("Patient identifier, unique across studies")
    BESEQ = sequence()
    BETERM = required_text("Event as reported")
    BEDECOD = text("Event, standard term")
    BEREFID = text("Specimen")
    BELNKID = text("Lesion the specimen came from: its TULNKID")
    BELOC = text("Site")
    VISITNUM = visit_number()
    VISIT = text("Visit name")
    BEDTC = date_text("Date of collection of the specimen")
    BESTDTC = date_text("Start of the event")
    BEENDTC = date_text("End of the event")
