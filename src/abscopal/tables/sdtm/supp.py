"""SUPP--: variables that the standard domains have no place for."""

import dataframely as dy

from abscopal.tables.columns import key_text, text


class SupplementalQualifiers(dy.Schema):
    """One extra variable of one record of a parent domain (SUPPAE, SUPPTU ...)."""

    STUDYID = text("Study identifier")
    RDOMAIN = key_text("Parent domain, such as AE")
    USUBJID = key_text("Patient identifier, unique across studies")
    IDVAR = dy.String(
        primary_key=True,
        nullable=False,
        description="Variable of the parent that finds the record, such as AESEQ; empty text for the patient",
    )
    IDVARVAL = dy.String(primary_key=True, nullable=False, description="Value of IDVAR")
    QNAM = key_text("Name of the extra variable")
    QLABEL = text("Label of the extra variable")
    QVAL = text("Value")
    QORIG = text("Origin")
    QEVAL = text("Evaluator")
