"""The rows that ADRS is made of: one a level and assessment, one a best response, one a yes-or-no answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from abscopal.derivations.response.records import READING, RECORD, derive_numbered_rows

PATIENT_ROW = -1
RESPONSES = ["CR", "PR"]
LENGTHS = ["SUM", "MEASURED", "BASESUM", "NADIR", "IUPDSUM", "NLTSUM", "IUPDNLT"]
CARRIED = ["AVISITN", "ADTF", *LENGTHS, "NADIRDT", "IUPDDT", "ANL01FL", "ACCFL"]
Numbers = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class ResponsePart:
    """What is told of all lesions, or of one category of them.

    Args:
        assessments: as `derive_counted_assessments` gives them, in key order.
        patients: best responses, one row per patient and reader in key order; the same patients and readers in
            every part, and in the first also STUDYID and ACCFL.
        levels: parameter of ADRS to the level whose response it holds: TRG, NTRG, NEWL or OVR.
        answers: parameter of ADRS to what it says of each patient, as `list_best` and `list_answer` put it.
    """

    assessments: pl.DataFrame
    patients: pl.DataFrame
    levels: Mapping[str, str]
    answers: Mapping[str, Sequence[pl.Expr]]


def list_best(kind: str) -> list[pl.Expr]:
    """Put the best response of each patient.

    Args:
        kind: BOR or CBOR.

    Returns:
        AVALC, AVAL, ADT, RULE and REASON from the columns of best responses.
    """
    return _tell(
        pl.col(f"{kind}RESP"),
        date=pl.col(f"{kind}DT"),
        rule=pl.col(f"{kind}RULE"),
        reason=pl.col(f"{kind}REASON"),
    )


def list_answer(condition: pl.Expr, date: pl.Expr) -> list[pl.Expr]:
    """Put a yes or a no for each patient; nothing where the condition is unknown.

    Args:
        condition: what makes the answer a yes.
        date: since when.

    Returns:
        AVALC, AVAL, ADT, RULE and REASON.
    """
    answer = pl.when(condition).then(pl.lit("Y")).when(condition.is_not_null()).then(pl.lit("N"))
    return _tell(answer, number=condition.cast(pl.Float64), date=date)


def _list_level(level: str) -> list[pl.Expr]:
    """The response of a level at each assessment; an overall one says where complete response and less clash."""
    reason = pl.col(f"{level}REASON")
    if level == "OVR":
        reason = pl.when("CRTHENLESS").then(pl.lit("CR_THEN_LESS")).otherwise(reason)
    return _tell(pl.col(f"{level}RESP"), date=pl.col("ADT"), rule=pl.col(f"{level}RULE"), reason=reason)


def _tell(
    response: pl.Expr,
    *,
    date: pl.Expr,
    number: pl.Expr | None = None,
    rule: pl.Expr | None = None,
    reason: pl.Expr | None = None,
) -> list[pl.Expr]:
    nothing = pl.lit(None, dtype=pl.String)
    return [
        response.alias("AVALC"),
        (pl.lit(None, dtype=pl.Float64) if number is None else number).alias("AVAL"),
        date.cast(pl.Date).alias("ADT"),
        (nothing if rule is None else rule).alias("RULE"),
        (nothing if reason is None else reason).alias("REASON"),
    ]


def derive_long_rows(
    parts: Sequence[ResponsePart], *, titles: Mapping[str, str], ranks: Mapping[str, int]
) -> pl.DataFrame:
    """Write what is told of each patient and reader one under another, in key order.

    How many rows each parameter of each patient and reader has is known, and with it the place of every row: nothing
    is sorted, and every column is written once.

    Args:
        parts: what is told of all lesions, and of each category where they are told apart.
        titles: parameter of ADRS to its name in words.
        ranks: response to its place in the order of best response.

    Returns:
        One row per patient, reader, parameter and assessment (-1 for what is told once a patient), in key order,
        with the sums in millimetres; of the columns of ADRS only CRITERION is lacking.
    """
    patients = parts[0].patients
    names = patients.select(READING).with_row_index(RECORD)
    assessments = [_leave_out_strangers(derive_numbered_rows(part.assessments, names)) for part in parts]
    flags = patients.select("ACCFL", AVISITN=pl.lit(PATIENT_ROW, dtype=pl.Int64))
    carried = pl.concat([*(_carry(rows) for rows in assessments), flags], how="diagonal")
    begins = np.cumsum([0, *(rows.height for rows in assessments)]).astype(np.uint32)

    told: dict[str, _Told] = {}
    for part, rows, begin in zip(parts, assessments, begins, strict=False):
        owner = rows[RECORD].to_numpy()
        for parameter, level in part.levels.items():
            told[parameter] = _Told(
                _number(rows.select(_list_level(level)), rows["REFDT"], ranks), begin, owner
            )
        for parameter, answer in part.answers.items():
            once = _number(part.patients.select(answer), part.patients["REFDT"], ranks)
            told[parameter] = _Told(once, begins[-1], names[RECORD].to_numpy())
    told = dict(sorted(told.items()))

    named = pl.DataFrame({"PARAMCD": list(told), "PARAM": [titles[parameter] for parameter in told]})
    order = _find_order([one.owner for one in told.values()], patients.height)
    sources = np.concatenate(
        [one.begin + np.arange(len(one.owner), dtype=np.uint32) for one in told.values()]
    )
    owners = np.concatenate([one.owner for one in told.values()])
    sizes = [len(one.owner) for one in told.values()]
    parameters = np.repeat(np.arange(len(told), dtype=np.uint32), sizes)
    rows = pl.concat([one.rows for one in told.values()])
    return rows.select(pl.all().gather(order)).with_columns(
        *_spread(carried, sources[order]),
        *_spread(patients.select("STUDYID", *READING), owners[order]),
        *_spread(named, parameters[order]),
    )


def _number(told: pl.DataFrame, start: pl.Series, ranks: Mapping[str, int]) -> pl.DataFrame:
    """Add the study day of what is told, and its place in the order of best response where it has one."""
    days = (pl.col("ADT") - start).dt.total_days()
    ranked = (pl.when(pl.col("AVALC") == response).then(float(rank)) for response, rank in ranks.items())
    return told.with_columns(ADY=days + (days >= 0).cast(pl.Int64), AVAL=pl.coalesce(*ranked, "AVAL"))


def _leave_out_strangers(assessments: pl.DataFrame) -> pl.DataFrame:
    """Assessments of patients whom ADSL does not know have no place; as a rule there are none and nothing is copied."""
    known = assessments[RECORD].is_not_null()
    return assessments if known.all() else assessments.filter(known)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one parameter says, row by row: beside which carried rows, from `begin` on, and of which record."""

    rows: pl.DataFrame
    begin: int
    owner: Numbers


def _carry(assessments: pl.DataFrame) -> pl.DataFrame:
    """What every level of an assessment shares, sums in millimetres."""
    return assessments.with_columns(
        *(pl.col(name) / 10 for name in LENGTHS),
        ANL01FL=pl.when("COUNTED").then(pl.lit("Y")).otherwise(pl.lit("N")),
    ).select(CARRIED)


def _find_order(owners: Sequence[Numbers], records: int) -> Numbers:
    """Which row comes where: record by record, within it parameter by parameter, within that as given."""
    sizes = np.stack([np.bincount(owner, minlength=records) for owner in owners], axis=1)
    first_places = np.cumsum(sizes.ravel()).reshape(sizes.shape) - sizes
    shifts = first_places - (np.cumsum(sizes, axis=0) - sizes)
    order = np.empty(sizes.sum(), dtype=np.uint32)
    begin = 0
    for parameter, owner in enumerate(owners):
        rows = np.arange(len(owner))
        order[shifts[owner, parameter] + rows] = begin + rows
        begin += len(owner)
    return order


def _spread(columns: pl.DataFrame, rows: Numbers) -> list[pl.Series | pl.Expr]:
    """The value of each row; a column that says the same everywhere, or nothing, stays one value."""
    numbers = pl.Series(rows)
    spread: list[pl.Series | pl.Expr] = []
    for column in columns:
        first = column.first()
        same = column.is_null() if first is None else (column == first).fill_null(value=False)
        one_value = pl.lit(first, dtype=column.dtype).alias(column.name)
        spread.append(one_value if same.all() else column.gather(numbers))
    return spread
