"""What each reader says of each patient: best response and date of progression, and whether they read at all."""

from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.derivations.response.records import READING
from abscopal.tables.adam import ResponseAnalysis
from abscopal.tables.columns import date, flag, key_text, text

BestParameter = Literal["BOR", "CBOR"]


class ReaderAnswers(dy.Schema):
    """What one reader says of one patient under one criterion."""

    USUBJID = key_text("Patient identifier, unique across studies")
    READER = key_text("Who read the scans")
    ISREAD = dy.Bool(description="The reader has read at least one scan of the patient")
    ACCFL = flag("The collected tables accept this reader's record, or a part of it")
    BESTRESP = text("Best response")
    PDDT = date("First progression; empty without one")


def derive_reader_answers(
    adrs: dy.DataFrame[ResponseAnalysis], *, criterion: str, best: BestParameter = "BOR"
) -> dy.DataFrame[ReaderAnswers]:
    """Put side by side what each reader says of each patient.

    Args:
        adrs: responses, reader by reader.
        criterion: name of the response criterion.
        best: the best response that the study counts: BOR, or CBOR where a response must be confirmed.

    Returns:
        One row per patient and reader, in key order.

    Example:
        >>> adrs = ResponseAnalysis.validate(pl.concat([ResponseAnalysis.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": "P1", "READER": ["A", "A", "B"], "CRITERION": "recist_1_1",
        ...     "PARAMCD": ["BOR", "OVR", "BOR"], "PARAM": "-", "AVISITN": [-1, 1, -1],
        ...     "AVALC": ["PR", "PR", "NE"]})], how="diagonal_relaxed"), cast=True)
        >>> derive_reader_answers(adrs, criterion="recist_1_1").select("READER", "ISREAD", "BESTRESP").rows()
        [('A', True, 'PR'), ('B', False, 'NE')]
    """
    parameter, value = pl.col("PARAMCD"), pl.col("AVALC")
    # MDIS is known exactly where the reader has a baseline or a later scan of the patient.
    read = ((parameter == "MDIS") & value.is_not_null()) | ((parameter == "OVR") & (pl.col("AVISITN") > 0))
    answers = (
        adrs.filter(pl.col("CRITERION") == criterion)
        .group_by(READING)
        .agg(
            ISREAD=read.any(),
            ACCFL=pl.col("ACCFL").max(),
            BESTRESP=value.filter(parameter == best).first(),
            PDDT=pl.col("ADT").filter((parameter == "PD") & (value == "Y")).first(),
        )
    )
    return ReaderAnswers.validate(answers.sort(READING).select(ReaderAnswers.column_names()), cast=True)
