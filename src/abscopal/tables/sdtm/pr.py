"""PR: procedures: biopsies, apheresis, surgery, further anticancer therapy."""

import dataframely as dy

from abscopal.tables.columns import date_text, key_text, required_text, sequence, text


class Procedures(dy.Schema):
    """Procedures: biopsies, apheresis, surgery, further anticancer therapy."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^PR$", description="Domain, always PR")
    USUBJID = key_text("Patient identifier, unique across studies")
    PRSEQ = sequence()
    PRTRT = required_text("Procedure")
    PRDECOD = text("Procedure, standard term")
    PRCAT = text("Category, such as BIOPSY or SUBSEQUENT ANTICANCER THERAPY")
    PRLNKID = text("Lesion concerned: the TULNKID of the lesion")
    PRLOC = text("Site")
    PRSTDTC = date_text("Start")
    PRENDTC = date_text("End")
