"""DM: patients: one row each, with the dates that frame their trial."""

import dataframely as dy

from abscopal.tables.columns import date_text, flag, key_text, number, required_text, text


class Demographics(dy.Schema):
    """Patients: one row each, with the dates that frame their trial."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^DM$", description="Domain, always DM")
    USUBJID = key_text("Patient identifier, unique across studies")
    SUBJID = required_text("Patient identifier within the study")
    SITEID = required_text("Centre")
    RFSTDTC = date_text("Start of the patient's reference period")
    RFENDTC = date_text("End of the patient's reference period")
    RFXSTDTC = date_text("First dose of study treatment")
    RFXENDTC = date_text("Last dose of study treatment")
    RFICDTC = date_text("Informed consent")
    RFPENDTC = date_text("End of participation")
    DTHDTC = date_text("Death")
    DTHFL = flag("The patient has died")
    AGE = number("Age at consent, in AGEU", low=0, high=120)
    AGEU = text("Unit of age, YEARS")
    SEX = required_text("Sex: M, F, U or UNDIFFERENTIATED")
    RACE = text("Race, where collection is lawful")
    ARMCD = text("Planned arm, code")
    ARM = text("Planned arm")
    ACTARMCD = text("Arm actually received, code")
    ACTARM = text("Arm actually received")
    ARMNRS = text("Why the arm is empty, such as SCREEN FAILURE")
    ACTARMUD = text("Description of an unplanned actual arm")
    COUNTRY = required_text("Country, ISO 3166-1 alpha-3")
