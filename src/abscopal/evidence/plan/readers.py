"""Whose reading of the scans the numbers rest on; readings are never pooled."""

import polars as pl

from abscopal.protocol.lesions import AcceptedReader


def choose_reader(rows: pl.DataFrame, accepted: AcceptedReader) -> pl.DataFrame | None:
    """Keep the rows of the accepted reader.

    Args:
        rows: any table with READER and ACCFL.
        accepted: the study's rule.

    Returns:
        The rows of one reader per patient, or None where several readers read and none is accepted.

    Example:
        >>> rule = AcceptedReader(rule="accepted_flag", provenance="published", source="article")
        >>> rows = pl.DataFrame({"USUBJID": ["P1", "P1"], "READER": ["A", "B"], "ACCFL": ["Y", "N"]})
        >>> choose_reader(rows, rule)["READER"].to_list()
        ['A']
        >>> choose_reader(rows.with_columns(ACCFL=pl.lit(None, dtype=pl.String)), rule) is None
        True
    """
    if accepted.rule == "named_reader" and accepted.reader:
        return rows.filter(pl.col("READER") == accepted.reader)
    flagged = rows.filter(pl.col("ACCFL") == "Y")
    if flagged.height:
        return flagged
    return rows if rows["READER"].n_unique() <= 1 else None
