"""Two readers of the same patients side by side: best response, progression, and each assessment."""

from itertools import combinations

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.reader_answers import ReaderAnswers
from abscopal.tables.adam import ResponseAnalysis
from abscopal.tables.columns import date, key_text, text

PAIR = ["FIRST", "SECOND"]
SAME_SCAN_DAYS = 14


class PairedAnswers(dy.Schema):
    """What two readers say of a patient whom both have read."""

    USUBJID = key_text("Patient identifier, unique across studies")
    FIRST = key_text("The one reader")
    SECOND = key_text("The other reader")
    RESP1 = text("Best response by the one")
    RESP2 = text("Best response by the other")
    PDDT1 = date("First progression by the one")
    PDDT2 = date("First progression by the other")


class PairedAssessments(dy.Schema):
    """What two readers say of the same scans."""

    USUBJID = key_text("Patient identifier, unique across studies")
    FIRST = key_text("The one reader")
    SECOND = key_text("The other reader")
    AVISITN = dy.Int64(primary_key=True, min=1, max=10_000, description="Assessment number of the one")
    AVISITN2 = dy.Int64(min=1, max=10_000, description="Assessment number of the other")
    RESP1 = text("Overall response by the one")
    RESP2 = text("Overall response by the other")


def derive_paired_answers(
    answers: dy.DataFrame[ReaderAnswers], *, left_out: str | None = None
) -> dy.DataFrame[PairedAnswers]:
    """Put any two readers side by side, for the patients whom both have read.

    Args:
        answers: what each reader says of each patient.
        left_out: a reader who is not compared, such as an adjudicator, who reads where others disagree.

    Returns:
        One row per patient and pair of readers, in key order.

    Example:
        >>> answers = ReaderAnswers.validate(pl.DataFrame({
        ...     "USUBJID": ["P1", "P1"], "READER": ["A", "B"], "ISREAD": True, "ACCFL": None,
        ...     "BESTRESP": ["PR", "SD"], "PDDT": None}), cast=True)
        >>> derive_paired_answers(answers).select("FIRST", "SECOND", "RESP1", "RESP2").rows()
        [('A', 'B', 'PR', 'SD')]
    """
    read = answers.filter("ISREAD").select("USUBJID", "READER", "BESTRESP", "PDDT")
    pairs = [
        _of_reader(read, first, "1")
        .join(_of_reader(read, second, "2"), on="USUBJID")
        .with_columns(FIRST=pl.lit(first), SECOND=pl.lit(second))
        for first, second in _list_pairs(read, left_out)
    ]
    rows = pl.concat(pairs) if pairs else PairedAnswers.create_empty()
    return PairedAnswers.validate(rows.sort("USUBJID", *PAIR).select(PairedAnswers.column_names()), cast=True)


def _of_reader(read: pl.DataFrame, reader: str, place: str) -> pl.DataFrame:
    named = {"BESTRESP": f"RESP{place}", "PDDT": f"PDDT{place}"}
    return read.filter(pl.col("READER") == reader).drop("READER").rename(named)


def _list_pairs(read: pl.DataFrame, left_out: str | None) -> list[tuple[str, str]]:
    return list(combinations(sorted(set(read["READER"]) - {left_out}), 2))


def derive_paired_assessments(
    adrs: dy.DataFrame[ResponseAnalysis],
    *,
    criterion: str,
    left_out: str | None = None,
    same_scan_days: int = SAME_SCAN_DAYS,
) -> dy.DataFrame[PairedAssessments]:
    """Put the overall responses of any two readers to the same scans side by side.

    Readers number their assessments each apart and may date one a few days differently when its scans lie on several
    days. Two assessments are of the same scans when each is the nearest of the other and they lie close enough.

    Args:
        adrs: responses, reader by reader.
        criterion: name of the response criterion.
        left_out: a reader who is not compared.
        same_scan_days: days beyond which two assessments are not of the same scans.

    Returns:
        One row per patient, pair of readers and assessment that both have, in key order.

    Example:
        >>> from datetime import date
        >>> adrs = ResponseAnalysis.validate(pl.concat([ResponseAnalysis.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": "P1", "READER": ["A", "A", "B"], "CRITERION": "recist_1_1",
        ...     "PARAMCD": "OVR", "PARAM": "-", "AVISITN": [1, 2, 1], "AVALC": ["NE", "PR", "SD"],
        ...     "ADT": [date(2024, 3, 1), date(2024, 5, 1), date(2024, 5, 3)]})],
        ...     how="diagonal_relaxed"), cast=True)
        >>> derive_paired_assessments(adrs, criterion="recist_1_1").select("AVISITN", "AVISITN2", "RESP1").rows()
        [(2, 1, 'PR')]
    """
    seen = adrs.filter(
        (pl.col("CRITERION") == criterion)
        & (pl.col("PARAMCD") == "OVR")
        & (pl.col("AVISITN") > 0)
        & pl.col("ADT").is_not_null()
    ).select("USUBJID", "READER", "AVISITN", "ADT", "AVALC")
    tables = [
        _pair_scans(seen, first, second, same_scan_days) for first, second in _list_pairs(seen, left_out)
    ]
    rows = pl.concat(tables) if tables else PairedAssessments.create_empty()
    ordered = rows.sort("USUBJID", *PAIR, "AVISITN").select(PairedAssessments.column_names())
    return PairedAssessments.validate(ordered, cast=True)


def _pair_scans(seen: pl.DataFrame, first: str, second: str, same_scan_days: int) -> pl.DataFrame:
    one = seen.filter(pl.col("READER") == first).select("USUBJID", "AVISITN", ADT="ADT", RESP1="AVALC")
    other = seen.filter(pl.col("READER") == second).select(
        "USUBJID", AVISITN2="AVISITN", ADT2="ADT", RESP2="AVALC"
    )
    apart = (pl.col("ADT") - pl.col("ADT2")).dt.total_days().abs()
    return (
        one.join(other, on="USUBJID")
        .with_columns(APART=apart)
        .filter(pl.col("APART") <= same_scan_days)
        .sort("USUBJID", "APART", "AVISITN", "AVISITN2")
        .filter(pl.int_range(pl.len()).over("USUBJID", "AVISITN") == 0)
        .filter(pl.int_range(pl.len()).over("USUBJID", "AVISITN2") == 0)
        .with_columns(FIRST=pl.lit(first), SECOND=pl.lit(second))
    )


def compute_scale(criterion: Criterion) -> dict[str, float]:
    """Place the evaluable categories of a criterion on an ordered scale, best first.

    Disease without targets that neither goes nor progresses stands beside stable disease: one is the other's name
    in a patient without targets. What is not evaluable has no place between better and worse.

    Args:
        criterion: the response criterion.

    Returns:
        Category to place, from 0.

    Example:
        >>> from abscopal.derivations.response.criteria import RECIST_1_1
        >>> compute_scale(RECIST_1_1)
        {'CR': 0.0, 'PR': 1.0, 'SD': 2.0, 'NON-CR/NON-PD': 2.0, 'PD': 3.0}
    """
    ordered = sorted(criterion.categories, key=lambda category: category.rank)
    places: dict[str, float] = {}
    place = -1.0
    for category in ordered:
        if category.kind == "not_evaluable":
            continue
        if category.kind != "neither" or not places:
            place += 1.0
        places[category.code] = place
    return places
