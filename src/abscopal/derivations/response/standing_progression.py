"""Which progression stands: the first of the series that nothing lifted."""

import polars as pl

from abscopal.derivations.response.criterion import UNCONFIRMED_PROGRESSION
from abscopal.derivations.response.records import (
    READING,
    RECORD,
    has_come_before,
    is_first_of_record,
    is_now_or_later,
)

LIFTING = ["CR", "PR", "SD", "NON-CR/NON-PD"]


def derive_standing_progression(rows: pl.DataFrame) -> pl.DataFrame:
    """Find, for each patient and reader, the assessment at which the progression that stands began.

    Progression that is confirmed is dated to the first unconfirmed one of its series; one that a response
    or stable disease followed is ignored; one that nothing followed counts at its date. Where progression
    needs no confirmation it is simply the first.

    Args:
        rows: one row per assessment: USUBJID, READER, AVISITN and PLAIN, the response in plain codes.

    Returns:
        At most one of the rows for each patient and reader.

    Reference:
        iRECIST, Table 3 (doi:10.1016/S1470-2045(17)30074-8).

    Example:
        >>> rows = pl.DataFrame({
        ...     "USUBJID": "P1", "READER": "A", "AVISITN": [1, 2, 3, 4], "PLAIN": ["UPD", "SD", "UPD", "PD"]})
        >>> derive_standing_progression(rows)["AVISITN"].to_list()
        [3]
    """
    ordered = rows.sort(*READING, "AVISITN").with_columns(pl.struct(READING).rle_id().alias(RECORD))
    return derive_standing_of_records(ordered).select(rows.columns)


def derive_standing_of_records(rows: pl.DataFrame) -> pl.DataFrame:
    """Find the same where the records are numbered.

    Args:
        rows: one row per assessment, in key order: RECORD, AVISITN and PLAIN.

    Returns:
        At most one of the rows for each record.
    """
    confirmed_before = has_come_before(pl.col("PLAIN") == "PD")
    lifted = is_now_or_later(pl.col("PLAIN").is_in(LIFTING))
    progressed = pl.col("PLAIN").is_in(["PD", UNCONFIRMED_PROGRESSION])
    # Each step looks at the assessments that the one before it has left.
    return rows.filter(~confirmed_before).filter(progressed & ~lifted).filter(is_first_of_record())
