"""The assessments that decide progression: one reader's for each patient, and which are adequate."""

import dataframely as dy
import polars as pl

from abscopal.derivations.time_to_event.censoring_rules import CensoringRules
from abscopal.errors import TablesError
from abscopal.tables.adam.adrs import ResponseAnalysis

NO_BASELINE = "NO_BASELINE"


def derive_deciding_readers(
    adrs: dy.DataFrame[ResponseAnalysis], *, criterion: str, reader: str | None
) -> pl.DataFrame:
    """Choose the reader who decides for each patient: the accepted one, or the one who is named.

    Args:
        adrs: responses.
        criterion: name of the response criterion.
        reader: a reader for everyone; none takes the accepted reader, or the only one there is.

    Returns:
        USUBJID and READER, one row per patient with an overall response.

    Raises:
        TablesError: several readers read the same patients and none, or more than one, is accepted; or
            nobody has the name asked for.

    Example:
        >>> adrs = ResponseAnalysis.validate(pl.concat([ResponseAnalysis.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": "P1", "READER": ["A", "B"], "CRITERION": "recist_1_1",
        ...     "PARAMCD": "OVR", "PARAM": "Overall response", "AVISITN": 1, "ACCFL": ["N", "Y"]})],
        ...     how="diagonal_relaxed"), cast=True)
        >>> derive_deciding_readers(adrs, criterion="recist_1_1", reader=None).rows()
        [('P1', 'B')]
    """
    read = adrs.filter(
        (pl.col("CRITERION") == criterion) & (pl.col("PARAMCD") == "OVR") & (pl.col("AVISITN") > 0)
    )
    pairs = read.group_by("USUBJID", "READER").agg(ACCEPTED=(pl.col("ACCFL") == "Y").any())
    if reader is not None:
        if adrs.height and reader not in adrs["READER"]:
            raise TablesError(
                f"No assessment was read by '{reader}'.",
                where="ADRS, READER",
                remedy=f"Known: {', '.join(sorted(set(adrs['READER'])))}.",
            )
        return pairs.filter(pl.col("READER") == reader).select("USUBJID", "READER").sort("USUBJID")
    alone = pl.len().over("USUBJID") == 1
    chosen = pairs.filter(pl.col("ACCEPTED").fill_null(False) | alone)
    per_patient = chosen.group_by("USUBJID").len()
    unclear = pairs["USUBJID"].n_unique() - per_patient.filter(pl.col("len") == 1).height
    if unclear:
        raise TablesError(
            f"{unclear} patients were read by several readers, and not exactly one of them is accepted.",
            where="ADRS, ACCFL",
            remedy="Flag the accepted reader of each patient, or name the reader to follow.",
        )
    return chosen.select("USUBJID", "READER").sort("USUBJID")


def derive_deciding_assessments(
    adrs: dy.DataFrame[ResponseAnalysis],
    readers: pl.DataFrame,
    *,
    criterion: str,
    rules: CensoringRules,
    therapies: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """List the dated overall responses of each patient's reader, and say which are adequate or progressive.

    Unconfirmed progression is progressive unless a later response lifts it. Where a further anticancer
    therapy ends the count, what is seen after its start lifts nothing.

    Args:
        adrs: responses.
        readers: USUBJID and READER.
        criterion: name of the response criterion.
        rules: which responses are progression and which assessments are adequate.
        therapies: USUBJID and NACTDT, the start of a further anticancer therapy.

    Returns:
        One row per patient and assessment: USUBJID, READER, AVISITN, ADT, ADTF, ADEQUATE, PROGRESSIVE, and
        NOBASE where the assessment had no adequate baseline to be compared with.

    Example:
        >>> from datetime import date
        >>> from abscopal.derivations.time_to_event.censoring_rules import FDA_A
        >>> adrs = ResponseAnalysis.validate(pl.concat([ResponseAnalysis.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": "P1", "READER": "A", "CRITERION": "recist_1_1", "PARAMCD": "OVR",
        ...     "PARAM": "Overall response", "AVISITN": [1, 2], "ADT": [date(2024, 3, 1), date(2024, 5, 1)],
        ...     "AVALC": ["NE", "PD"]})], how="diagonal_relaxed"), cast=True)
        >>> readers = pl.DataFrame({"USUBJID": ["P1"], "READER": ["A"]})
        >>> rows = derive_deciding_assessments(adrs, readers, criterion="recist_1_1", rules=FDA_A)
        >>> rows.select("AVISITN", "ADEQUATE", "PROGRESSIVE").rows()
        [(1, False, False), (2, True, True)]
    """
    of_reader = adrs.filter((pl.col("CRITERION") == criterion) & (pl.col("AVISITN") > 0)).join(
        readers, on=["USUBJID", "READER"], how="semi"
    )
    without_baseline = (
        of_reader.filter(pl.col("PARAMCD").is_in(["OVR", "TRGRESP"]) & (pl.col("REASON") == NO_BASELINE))
        .select("USUBJID", "AVISITN", NOBASE=pl.lit(True))
        .unique()
    )
    overall = of_reader.filter((pl.col("PARAMCD") == "OVR") & pl.col("ADT").is_not_null())
    started = adrs.select("USUBJID", NACTDT=pl.lit(None, dtype=pl.Date)) if therapies is None else therapies
    return (
        overall.join(without_baseline, on=["USUBJID", "AVISITN"], how="left")
        .join(started.select("USUBJID", "NACTDT").unique("USUBJID"), on="USUBJID", how="left")
        .sort("USUBJID", "ADT", "AVISITN")
        .select(
            "USUBJID",
            "READER",
            "AVISITN",
            "ADT",
            "ADTF",
            ADEQUATE=pl.col("AVALC").is_in(rules.evaluated).fill_null(False),
            PROGRESSIVE=_progresses(rules),
            NOBASE=pl.col("NOBASE").fill_null(False),
        )
    )


def _progresses(rules: CensoringRules) -> pl.Expr:
    """Progression, or unconfirmed progression that nothing lifts before it is confirmed; rows in date order."""
    confirmed = pl.col("AVALC").is_in(rules.progressive).fill_null(False)
    already = confirmed.cum_max().shift(1, fill_value=False).over("USUBJID")
    lifts = pl.col("AVALC").is_in(rules.lifting).fill_null(False) & ~already
    if rules.new_therapy == "censor":
        lifts = lifts & (pl.col("ADT") <= pl.col("NACTDT")).fill_null(True)
    lifted = lifts.reverse().cum_max().reverse().over("USUBJID")
    unconfirmed = pl.col("AVALC").is_in(rules.unconfirmed).fill_null(False)
    return confirmed | (unconfirmed & ~lifted)
