"""ADAE: adverse events with their analysis flags; grades keep the version of CTCAE they follow."""

import dataframely as dy

from abscopal.tables.columns import date, flag, imputed, key_text, required_text, sequence, study_day, text


class AdverseEventAnalysis(dy.Schema):
    """Adverse events with their analysis flags; grades keep the version of CTCAE they follow."""

    STUDYID = required_text("Study identifier")
    USUBJID = key_text("Patient identifier, unique across studies")
    AESEQ = sequence("Sequence number in AE")
    TRT01A = text("Treatment received: the arm identifier of the study file")
    AETERM = text("Event as reported")
    AEDECOD = required_text("Event, standard term")
    AEBODSYS = text("Body system")
    ASTDT = date("Start")
    ASTDTF = imputed("Start")
    AENDT = date("End")
    AENDTF = imputed("End")
    ASTDY = study_day("Study day of the start")
    ATOXGRN = dy.Int64(nullable=True, min=1, max=5, description="CTCAE grade")
    AETOXVER = text("Version of CTCAE")
    AESER = flag("Serious")
    AEREL = text("Investigator's causality")
    TRTEMFL = flag("Treatment-emergent")
    TRTRELFL = flag("Related to treatment; missing causality counts as related")
    IRAETERM = flag("The term is in the list of immune-related terms")
    IRAEINV = flag("Immune-related for the investigator")
    IRAEADJ = flag("Immune-related after adjudication")
    IRAEFL = flag("Immune-related by the study's rule")
    IRAECAT = text("Category of the immune-related term")
    SEVFL = flag("Severe: grade 3 or more")
    AOCCIFL = flag("First event of the worst grade, per patient and term")
