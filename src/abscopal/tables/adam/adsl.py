"""ADSL: analysis patients, one row each, with analysis sets, treatment and dates."""

import dataframely as dy

from abscopal.tables.columns import date, flag, imputed, key_text, number, required_text, text


class SubjectLevel(dy.Schema):
    """Analysis patients: one row each, with analysis sets, treatment and the dates others count from."""

    STUDYID = required_text("Study identifier")
    USUBJID = key_text("Patient identifier, unique across studies")
    SUBJID = required_text("Patient identifier within the study")
    SITEID = required_text("Centre")
    COUNTRY = text("Country")
    AGE = number("Age at consent, in AGEU", low=0, high=120)
    AGEU = text("Unit of age")
    SEX = required_text("Sex")
    RACE = text("Race")
    ARM = text("Planned arm")
    ARMCD = text("Planned arm, code")
    ACTARM = text("Arm received")
    ACTARMCD = text("Arm received, code")
    TRT01P = text("Planned treatment: the arm identifier of the study file")
    TRT01A = text("Treatment received: the arm identifier of the study file")
    PROTVERS = text(
        "Version of the protocol in force on the day of informed consent; of randomisation or of the first dose "
        "where consent is not dated"
    )
    RFICDT = date("Informed consent")
    RANDDT = date("Randomisation or registration")
    TRTSDT = date("First dose")
    TRTSDTF = imputed("First dose")
    TRTEDT = date("Last dose")
    REFDT = date("Reference date: where time starts for response and time to event")
    REFSRC = text("What the reference date is: RANDDT or TRTSDT")
    DTHDT = date("Death")
    DTHDTF = imputed("Death")
    DTHFL = flag("The patient has died")
    LSTALVDT = date("Last date known alive")
    EOSDT = date("End of study")
    EOSSTT = text("Status at end of study: COMPLETED, DISCONTINUED or ONGOING")
    DCSREAS = text("Reason for leaving the study")
    EOTDT = date("End of treatment")
    DCTREAS = text("Reason for stopping treatment")
    NACTDT = date("First new anticancer therapy")
    SCRFL = flag("Screened")
    SCRFFL = flag("Screen failure")
    ENRLFL = flag("Enrolled")
    RANDFL = flag("Randomised")
    ITTFL = flag("In the intention-to-treat set")
    SAFFL = flag("In the safety set: received any study treatment")
    RESPFL = flag("In the response set: target or non-target disease at baseline")
    NINJFL = flag("In the set of distant effect: a measurable target that was not injected at the start")
    EVALFL = flag("Evaluable for the primary endpoint")
