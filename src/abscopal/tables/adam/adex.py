"""ADEX: doses and their sums: one row per dose, and one per patient and treatment for each sum."""

import dataframely as dy

from abscopal.tables.columns import date, imputed, key_text, number, required_text, sequence, study_day, text


class ExposureAnalysis(dy.Schema):
    """Doses and their sums: one row per dose, and one per patient and treatment for each sum."""

    STUDYID = required_text("Study identifier")
    USUBJID = key_text("Patient identifier, unique across studies")
    PARAMCD = key_text("DOSE, TOTDOSE, NDOSE or NINJ")
    PARAM = required_text("Parameter")
    EXTRT = key_text("Treatment")
    EXSEQ = sequence("Sequence number of the dose; 0 for a sum")
    AVAL = number("Value, in AVALU", low=0, high=1e16)
    AVALU = text("Unit")
    ASTDT = date("Start")
    ASTDTF = imputed("Start")
    AENDT = date("End")
    ASTDY = study_day("Study day of the start")
    EXROUTE = text("Route")
    EXLNKID = text("Lesion injected")
    EXLOT = text("Lot, or identifier of an autologous dose")
