"""Records, numbered: what one reader says of one patient, or of one set of the patient's lesions.

Numbers are compared and joined several times as fast as the names of patients and readers. Rows that lie in the
order of records and assessments say what came before each of them without being grouped again.
"""

import polars as pl

READING = ["USUBJID", "READER"]
ASSESSMENT = [*READING, "AVISITN"]
RECORD = "RECORD"
VISIT = [RECORD, "AVISITN"]
# Above every assessment number, so that a record and an assessment make one number.
VISITS = 2**14
# Above every sum of lengths, so that the sums of one record lie below those of the record before it.
SPAN = 2**27


def derive_record_names(rows: pl.DataFrame) -> pl.DataFrame:
    """Number the records: one for each patient and reader, in key order.

    Args:
        rows: any rows with USUBJID and READER.

    Returns:
        One row per record: RECORD, USUBJID, READER.

    Example:
        >>> rows = pl.DataFrame({"USUBJID": ["P2", "P2", "P1"], "READER": "A"})
        >>> derive_record_names(rows).rows()
        [(0, 'P1', 'A'), (1, 'P2', 'A')]
    """
    named = _list_runs(rows).select(READING).unique().sort(READING).with_row_index(RECORD)
    return named.with_columns(pl.col(RECORD).cast(pl.Int64))


def derive_numbered_rows(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Write beside each row the number of its record.

    Args:
        rows: rows with USUBJID and READER.
        names: RECORD, USUBJID and READER, as `derive_record_names` gives them.

    Returns:
        The same rows in the same order, with RECORD; empty where `names` does not know the record.

    Example:
        >>> rows = pl.DataFrame({"USUBJID": ["P2", "P2", "P1"], "READER": "A"})
        >>> derive_numbered_rows(rows, derive_record_names(rows))["RECORD"].to_list()
        [1, 1, 0]
    """
    numbers = _list_runs(rows).join(names, on=READING, how="left", maintain_order="left")[RECORD]
    return rows.with_columns(numbers.gather(rows.select(_run())["run"]))


def derive_named_rows(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Write beside each row whose record it is.

    Args:
        rows: rows with RECORD.
        names: RECORD, USUBJID and READER, as `derive_record_names` gives them.

    Returns:
        The same rows in the same order, with USUBJID and READER.

    Example:
        >>> names = derive_record_names(pl.DataFrame({"USUBJID": ["P1", "P2"], "READER": "A"}))
        >>> derive_named_rows(pl.DataFrame({"RECORD": [1, 0]}), names).rows()
        [(1, 'P2', 'A'), (0, 'P1', 'A')]
    """
    return rows.with_columns(names[name].gather(rows[RECORD]) for name in READING)


def _run() -> pl.Expr:
    return pl.struct(READING).rle_id().alias("run")


def _list_runs(rows: pl.DataFrame) -> pl.DataFrame:
    """The first row of each stretch of rows of one record: few names to compare, in whatever order rows come."""
    return rows.select(*READING, _run()).filter((pl.col("run").diff() != 0).fill_null(value=True))


def compute_visit(record: str = RECORD) -> pl.Expr:
    """One number for an assessment of a record: grouped and joined several times as fast as two.

    Args:
        record: the column that tells records, or sets, apart.

    Returns:
        A whole number, in key order.

    Example:
        >>> rows = pl.DataFrame({"RECORD": [0, 0, 1], "AVISITN": [-1, 0, -1]})
        >>> rows.select(visit=compute_visit())["visit"].to_list()
        [0, 1, 16384]
    """
    return pl.col(record) * VISITS + pl.col("AVISITN") + 1


def _row() -> pl.Expr:
    return pl.int_range(pl.len())


def _first_row() -> pl.Expr:
    begins = pl.col(RECORD).ne_missing(pl.col(RECORD).shift(1))
    return pl.when(begins | (_row() == 0)).then(_row()).forward_fill()


def has_come_before(event: pl.Expr) -> pl.Expr:
    """Whether something was seen at an earlier assessment of the same record; rows in key order.

    Example:
        >>> rows = pl.DataFrame({"RECORD": [0, 0, 0, 1, 1], "seen": [False, True, False, False, True]})
        >>> rows.select(before=has_come_before(pl.col("seen")))["before"].to_list()
        [False, False, True, False, False]
    """
    return (_latest_row_before(event) >= _first_row()).fill_null(value=False)


def is_now_or_later(event: pl.Expr) -> pl.Expr:
    """Whether something is seen at this or at a later assessment of the same record; rows in key order.

    Example:
        >>> rows = pl.DataFrame({"RECORD": [0, 0, 0, 1, 1], "seen": [False, True, False, False, False]})
        >>> rows.select(later=is_now_or_later(pl.col("seen")))["later"].to_list()
        [True, True, False, False, False]
    """
    ends = pl.col(RECORD).ne_missing(pl.col(RECORD).shift(-1))
    last_row = pl.when(ends | (_row() == pl.len() - 1)).then(_row()).backward_fill()
    return (pl.when(event).then(_row()).backward_fill() <= last_row).fill_null(value=False)


def has_come_since(event: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether something was seen before, and since then not the other thing; rows in key order.

    Example:
        >>> rows = pl.DataFrame({"RECORD": 0, "seen": [True, False, False, True], "lost": [False, True, False, False]})
        >>> rows.select(holds=has_come_since(pl.col("seen"), pl.col("lost")))["holds"].to_list()
        [False, True, False, False]
    """
    return has_come_before(event) & (_latest_row_before(event) > _latest_row_before(other)).fill_null(
        value=True
    )


def _latest_row_before(event: pl.Expr) -> pl.Expr:
    return pl.when(event).then(_row()).forward_fill().shift(1)


def compute_latest_before(value: pl.Expr) -> pl.Expr:
    """The last known value at an earlier assessment of the same record; rows in key order.

    Example:
        >>> rows = pl.DataFrame({"RECORD": [0, 0, 0, 1], "value": [4, None, 5, 6]})
        >>> rows.select(before=compute_latest_before(pl.col("value")))["before"].to_list()
        [None, 4, 4, None]
    """
    return pl.when(has_come_before(value.is_not_null())).then(value.forward_fill().shift(1))


def compute_smallest_before(tenths: pl.Expr) -> pl.Expr:
    """The smallest known length at an earlier assessment of the same record; rows in key order.

    Example:
        >>> rows = pl.DataFrame({"RECORD": [0, 0, 0, 1, 1], "tenths": [40, None, 50, 60, 50]})
        >>> rows.select(before=compute_smallest_before(pl.col("tenths")))["before"].to_list()
        [None, 40, 40, None, 60]
    """
    below = pl.col(RECORD) * SPAN
    smallest = (tenths - below).cum_min().forward_fill().shift(1) + below
    return pl.when(smallest < SPAN).then(smallest)


def is_first_of_record() -> pl.Expr:
    """Whether this is the first row of its record; rows in key order.

    Example:
        >>> pl.DataFrame({"RECORD": [0, 0, 1]}).select(first=is_first_of_record())["first"].to_list()
        [True, False, True]
    """
    return _first_row() == _row()
