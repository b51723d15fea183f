"""DS: disposition: consent, randomisation, end of treatment, end of study."""

import dataframely as dy

from abscopal.tables.columns import date_text, key_text, required_text, sequence, study_day, text


class Disposition(dy.Schema):
    """Disposition: consent, randomisation, end of treatment, end of study."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^DS$", description="Domain, always DS")
    USUBJID = key_text("Patient identifier, unique across studies")
    DSSEQ = sequence()
    DSTERM = required_text("Event as reported")
    DSDECOD = required_text("Event, standard term, such as RANDOMIZED, COMPLETED, SCREEN FAILURE")
    DSCAT = text("PROTOCOL MILESTONE, DISPOSITION EVENT or OTHER EVENT")
    DSSCAT = text("Subcategory, such as STUDY TREATMENT or STUDY PARTICIPATION")
    DSSTDTC = date_text("Date of the event")
    DSSTDY = study_day("Study day of the event")
