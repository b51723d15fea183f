"""From TU, TR and EX to every lesion at every assessment, as each reader saw it."""

import dataframely as dy
import polars as pl

from abscopal.derivations.partial_dates import impute_date
from abscopal.derivations.response.late_lesions import derive_lesions_after_baseline
from abscopal.derivations.response.lesion_states import NODE_LENGTHS, NODE_LOCATION, derive_piece_states
from abscopal.derivations.response.records import ASSESSMENT, READING
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments, SubjectLevel
from abscopal.tables.sdtm.ex import Exposure
from abscopal.tables.sdtm.tr import TumourResults
from abscopal.tables.sdtm.tu import TumourIdentification

ROLES = ["TARGET", "NON-TARGET", "NEW"]
LESION = [*READING, "TULNKID"]
FRAGMENT = r"\.\d+$"
# The columns of TR that are read: the others would be copied at every step.
RESULTS = [
    "USUBJID", "TRSEQ", "TRGRPID", "TRLNKID", "TRTESTCD", "TRORRES", "TRSTRESC", "TRSTRESN", "TRSTAT", "TRREASPF",
    "TRMETHOD", "VISITNUM",
]  # fmt: skip
JOINED = [
    *LESION, "VISIT", "VISITDT", "LSROLE", "LSNODE", "ADT", "ADTF", "ACCFL", "SYMPFL", "LSCHANGE", "LSSTATE", "LSTENTH",
]  # fmt: skip


def derive_lesion_assessments(
    tu: dy.DataFrame[TumourIdentification],
    tr: dy.DataFrame[TumourResults],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    exposure: dy.DataFrame[Exposure] | None = None,
    settings: ResponseSettings,
) -> dy.DataFrame[LesionAssessments]:
    """Line up every lesion at every assessment, for each reader, in whole tenths of a millimetre.

    Scans of one VISITNUM are one assessment, unless they lie too far apart for one visit. What was
    scanned up to the reference date is baseline: for each lesion, its last evaluation. Later assessments
    are numbered in date order, each reader apart. Fragments of a split lesion (T04.1, T04.2) are added;
    of merged lesions (T01/T02) the first carries the length and the others count as evaluated with 0. A
    target, non-target or fragment that a reader does not mention is not evaluated; it is never zero. A
    result without a date takes that of its visit; where nothing of the visit is dated, it cannot be
    placed in time and is left out. A target or non-target listed first after baseline is left out too, and
    named by `derive_late_lesions`: followed, it would be missing from every earlier assessment.

    Args:
        tu: lesions, one row each.
        tr: measurements and states; lengths in millimetres.
        adsl: one row per patient with the reference date REFDT.
        exposure: doses; an intratumoral one with EXLNKID dates the injection of that lesion.
        settings: the readings of the rules in force.

    Returns:
        One row per patient, reader, lesion and assessment, in key order.

    Reference:
        RECIST 1.1, sections 4.1 to 4.4 (doi:10.1016/j.ejca.2008.10.026).
    """
    known = adsl.select("USUBJID", "REFDT")
    lesions, described = _read_described(tu, tr, known, settings)
    whole = _derive_whole_lesions(lesions, described, settings)
    numbered = _number_assessments(whole, known, settings)
    late = derive_lesions_after_baseline(numbered, lesions)
    if late.height:
        # Numbered again: an assessment at which nothing else was read is none.
        numbered = _number_assessments(whole.join(late, on=LESION, how="anti"), known, settings)
        lesions = lesions.join(late, on=LESION, how="anti")
    filled = derive_lesions_not_mentioned(numbered, named=lesions)
    places = [described.select(*LESION, "LSLOC"), lesions.select(*LESION, "LSLOC")]
    facts = pl.concat(places).group_by(LESION).agg(pl.col("LSLOC").drop_nulls().first())
    complete = (
        derive_standing_states(_accept_only_reader(filled))
        .join(facts, on=LESION, how="left")
        .join(_date_injections(exposure), on=["USUBJID", "TULNKID"], how="left")
        .sort(*LESION, "AVISITN")
        .select(LesionAssessments.column_names())
    )
    return LesionAssessments.validate(complete, cast=True)


def derive_late_lesions(
    tu: dy.DataFrame[TumourIdentification],
    tr: dy.DataFrame[TumourResults],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    settings: ResponseSettings,
) -> pl.DataFrame:
    """List the targets and non-targets that `derive_lesion_assessments` leaves out, as listed after baseline.

    Args:
        tu: lesions, one row each.
        tr: measurements and states; lengths in millimetres.
        adsl: one row per patient with the reference date REFDT.
        settings: the readings of the rules in force.

    Returns:
        One row per lesion: USUBJID, READER, TULNKID, LSROLE, AVISITN and ADT of its first assessment.
    """
    known = adsl.select("USUBJID", "REFDT")
    lesions, described = _read_described(tu, tr, known, settings)
    whole = _derive_whole_lesions(lesions, described, settings)
    return derive_lesions_after_baseline(_number_assessments(whole, known, settings), lesions)


def _read_described(
    tu: dy.DataFrame[TumourIdentification],
    tr: dy.DataFrame[TumourResults],
    known: pl.DataFrame,
    settings: ResponseSettings,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lesions named for known patients, and every result with the role and place of its lesion."""
    results = derive_dated_results(tr, settings).join(known, on="USUBJID", how="semi")
    lesions = _read_lesions(tu, settings).join(known, on="USUBJID", how="inner")
    return lesions, _describe(results, lesions)


def _derive_whole_lesions(
    lesions: pl.DataFrame, described: pl.DataFrame, settings: ResponseSettings
) -> pl.DataFrame:
    """One row per lesion and visit, pieces joined."""
    with_new = pl.concat([described, _list_unmeasured_new(lesions, described)], how="diagonal")
    placed = _place_in_visits(with_new.sort(*LESION, "ADT", "TRSEQ", nulls_last=True), settings)
    return _join_pieces(_add_missing_fragments(derive_piece_states(placed)))


def _name_reader(prefix: str) -> pl.Expr:
    """Role of the evaluator, then which one."""
    role = pl.col(f"{prefix}EVAL").fill_null("UNSPECIFIED")
    return pl.concat_str(role, pl.col(f"{prefix}EVALID"), separator=" / ", ignore_nulls=True).alias("READER")


def derive_dated_results(tr: dy.DataFrame[TumourResults], settings: ResponseSettings) -> pl.DataFrame:
    """Give the rows of TR that belong to a lesion their reader, date and pieces, where it is split or merged.

    Args:
        tr: measurements and states.
        settings: the readings of the rules in force, for partial dates.

    Returns:
        The rows with READER, ADT, ADTF, ACCFL, TULNKID and PIECE; one row per piece.
    """
    day, flag = impute_date("TRDTC", rule=settings.scan_date_imputation)
    # Each different date is read once.
    dates = tr.select("TRDTC").unique().with_columns(ADT=day, ADTF=flag)
    parts = pl.col("TRLNKID").str.split("/")
    rows = (
        tr.filter(pl.col("TRLNKID").is_not_null())
        .join(dates, on="TRDTC", how="left", nulls_equal=True, maintain_order="left")
        .select(*RESULTS, _name_reader("TR"), "ADT", "ADTF", ACCFL="TRACPTFL")
        .with_columns(visit_date=pl.col("ADT").min().over("USUBJID", "READER", "VISITNUM"))
        .with_columns(
            ADT=pl.coalesce("ADT", pl.when(pl.col("VISITNUM").is_not_null()).then("visit_date")),
            ADTF=pl.when(pl.col("ADT").is_null()).then(pl.lit("Y")).otherwise("ADTF"),
        )
        .filter(pl.col("ADT").is_not_null())
        .with_columns(PIECE=parts, absorber=parts.list.first())
        .explode("PIECE", empty_as_null=True, keep_nulls=True)
    )
    absorbed = pl.col("PIECE") != pl.col("absorber")
    return rows.with_columns(
        TULNKID=pl.col("PIECE").str.replace(FRAGMENT, ""),
        TRSTRESN=pl.when(~absorbed).then("TRSTRESN"),
        TRSTRESC=pl.when(absorbed).then(pl.lit("MERGED")).otherwise("TRSTRESC"),
    )


def _read_lesions(tu: dy.DataFrame[TumourIdentification], settings: ResponseSettings) -> pl.DataFrame:
    day, flag = impute_date("TUDTC", rule=settings.scan_date_imputation)
    role = pl.coalesce("TUSTRESC", "TUORRES").str.to_uppercase().str.strip_chars()
    return tu.with_columns(
        _name_reader("TU"),
        day.alias("ADT"),
        flag.alias("ADTF"),
        LSROLE=pl.when(role.is_in(ROLES)).then(role),
        LSLOC=pl.col("TULOC"),
        LSNODE=_is_node(pl.col("TULOC")),
        TULNKID=pl.col("TULNKID").str.split("/").list.first().str.replace(FRAGMENT, ""),
        ACCFL=pl.col("TUACPTFL"),
    )


def _is_node(location: pl.Expr) -> pl.Expr:
    return location.str.to_uppercase().str.contains(NODE_LOCATION).fill_null(False)


def _describe(results: pl.DataFrame, lesions: pl.DataFrame) -> pl.DataFrame:
    """Give each result the role and place of its lesion: from its reader, else from any reader."""
    named = lesions.sort("ADT", "TUSEQ", nulls_last=True)
    facts = (pl.col("LSROLE").drop_nulls().first(), pl.col("TULOC").drop_nulls().first())
    own = named.group_by(LESION).agg(*facts)
    anyone = named.group_by("USUBJID", "TULNKID").agg(*facts)
    short_axis, longest = pl.col("TRTESTCD").is_in(NODE_LENGTHS[:2]), pl.col("TRTESTCD") == "LDIAM"
    location = pl.coalesce("TULOC", "TULOC_ANY")
    known = (
        results.group_by(LESION)
        .agg(ONLYSHORT=short_axis.any() & ~longest.any())
        .join(own, on=LESION, how="left")
        .join(anyone, on=["USUBJID", "TULNKID"], how="left", suffix="_ANY")
        .select(
            *LESION, "LSROLE", "LSROLE_ANY", LSLOC=location, LSNODE=_is_node(location) | pl.col("ONLYSHORT")
        )
    )
    group = pl.col("TRGRPID").str.to_uppercase().str.extract(r"^(NON-TARGET|TARGET|NEW)")
    return (
        results.join(known, on=LESION, how="left", maintain_order="left")
        .with_columns(LSROLE=pl.coalesce("LSROLE", group, "LSROLE_ANY"))
        .filter(pl.col("LSROLE").is_not_null())
        .drop("LSROLE_ANY")
    )


def _list_unmeasured_new(lesions: pl.DataFrame, described: pl.DataFrame) -> pl.DataFrame:
    """New lesions that are named in TU and nowhere measured: seen, unequivocally, on that day or visit."""
    visit = [*READING, "VISITNUM"]
    visits = (
        described.filter(pl.col("VISITNUM").is_not_null()).group_by(visit).agg(SCANDT=pl.col("ADT").min())
    )
    unmeasured = (
        lesions.filter(pl.col("LSROLE") == "NEW")
        .join(described, on=LESION, how="anti")
        .join(visits, on=visit, how="left")
        .with_columns(
            ADT=pl.coalesce("ADT", "SCANDT"),
            ADTF=pl.when(pl.col("ADT").is_null()).then(pl.lit("Y")).otherwise("ADTF"),
        )
        .filter(pl.col("ADT").is_not_null())
    )
    return unmeasured.select(
        *LESION,
        "ADT",
        "ADTF",
        "ACCFL",
        "LSROLE",
        "VISITNUM",
        "LSLOC",
        "LSNODE",
        PIECE=pl.col("TULNKID"),
        TRTESTCD=pl.lit("TUMSTATE"),
        TRSTRESC=pl.lit("UNEQUIVOCAL"),
    )


def _place_in_visits(rows: pl.DataFrame, settings: ResponseSettings) -> pl.DataFrame:
    """Scans of one VISITNUM are one assessment, dated by its first scan; without VISITNUM, by date.

    A row without VISITNUM joins the visit of its day. A visit number that comes back long after, as
    unscheduled visits that share one do, is another assessment.
    """
    scan = [*READING, "VISITNUM", "ADT"]
    of_the_day = pl.col("VISITNUM").min().over(*READING, "ADT")
    number = pl.coalesce(pl.coalesce("VISITNUM", of_the_day).cast(pl.String), pl.col("ADT").cast(pl.String))
    visit = [*READING, "NUMBER"]
    scans = rows.select(scan).unique().with_columns(NUMBER=number).sort(*visit, "ADT", "VISITNUM")
    # Side by side, as they now lie, scans are compared without being grouped.
    run = pl.struct(visit).rle_id()
    gap = pl.when(run == run.shift(1)).then(pl.col("ADT").diff().dt.total_days())
    counted = scans.with_columns(apart=(gap > settings.visit_gap_days).fill_null(False).cum_sum(), run=run)
    begins = (pl.col("run") != pl.col("run").shift(1)).fill_null(True)
    again = pl.col("apart") - pl.when(begins).then("apart").forward_fill()
    named = counted.with_columns(
        VISIT=pl.when(again == 0).then("NUMBER").otherwise(pl.format("{} again {}", "NUMBER", again))
    ).select(*scan, "VISIT", VISITDT=pl.col("ADT").min().over(*READING, "VISIT"))
    return rows.join(named, on=scan, how="left", nulls_equal=True, maintain_order="left")


def _add_missing_fragments(pieces: pl.DataFrame) -> pl.DataFrame:
    """A fragment seen before and not mentioned beside the others of its lesion was not evaluated."""
    visit = ["USUBJID", "READER", "VISIT", "TULNKID"]
    fragments = pieces.filter(pl.col("PIECE") != pl.col("TULNKID"))
    known = fragments.group_by(*LESION, "PIECE").agg(SINCE=pl.col("VISITDT").min())
    expected = (
        fragments.unique(visit, keep="first", maintain_order=True)
        .drop("PIECE", "LSTENTH", "LSCHANGE")
        .join(known, on=LESION)
    )
    missing = (
        expected.filter(pl.col("SINCE") < pl.col("VISITDT"))
        .join(pieces, on=[*visit, "PIECE"], how="anti")
        .with_columns(LSSTATE=pl.lit("NOT_EVALUATED"))
    )
    return pl.concat([pieces, missing.drop("SINCE")], how="diagonal")


def _join_pieces(pieces: pl.DataFrame) -> pl.DataFrame:
    """Add the fragments of a split lesion; a fragment that was not evaluated leaves the whole unknown."""
    keys = ["USUBJID", "READER", "VISIT", "TULNKID"]
    is_fragment = pl.col("PIECE") != pl.col("TULNKID")
    fragments, whole = pieces.filter(is_fragment), pieces.filter(~is_fragment)
    if fragments.is_empty():
        return whole.select(JOINED)
    joined = _add_fragments(fragments, keys).select(JOINED)
    return pl.concat([whole.join(joined, on=keys, how="anti").select(JOINED), joined])


def _add_fragments(fragments: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """One row per lesion and visit from the fragments of the lesion."""
    known = (pl.col("LSSTATE") != "NOT_EVALUATED").all()
    states = pl.col("LSSTATE")
    strongest = pl.coalesce(
        pl.when((states == state).any()).then(pl.lit(state))
        for state in (
            "UNEQUIVOCAL_PROGRESSION",
            "UNEQUIVOCAL",
            "MEASURED",
            "TOO_SMALL",
            "PRESENT",
            "EQUIVOCAL",
            "MERGED",
            "ABSENT",
            "NOT_TUMOUR",
        )
    )
    return fragments.group_by(keys, maintain_order=True).agg(
        pl.col("LSROLE", "LSNODE", "VISITDT").first(),
        pl.col("ADT").max(),
        pl.col("ADTF", "ACCFL", "SYMPFL").max(),
        LSCHANGE=pl.coalesce(
            pl.when((pl.col("LSCHANGE") == change).any()).then(pl.lit(change))
            for change in ("INCREASED", "DECREASED", "SAME")
        ),
        LSSTATE=pl.when(known).then(strongest).otherwise(pl.lit("NOT_EVALUATED")),
        LSTENTH=pl.when(known & pl.col("LSTENTH").is_not_null().any()).then(pl.col("LSTENTH").sum()),
    )


def _number_assessments(rows: pl.DataFrame, known: pl.DataFrame, settings: ResponseSettings) -> pl.DataFrame:
    """Baseline is what was scanned up to the reference date; later assessments count up from 1; in key order."""
    limit = pl.col("REFDT").dt.offset_by(f"{settings.baseline_days_after_reference}d")
    first_scan = pl.col("VISITDT").min().over(READING)
    is_baseline = pl.col("VISITDT") <= pl.coalesce(limit, first_scan)
    dated = rows.join(known, on="USUBJID", how="left").with_columns(baseline=is_baseline)
    later = dated.filter(~pl.col("baseline"))
    visits = (
        later.select(*READING, "VISIT", "VISITDT")
        .unique()
        .sort(*READING, "VISITDT", pl.col("VISIT").cast(pl.Float64, strict=False), "VISIT")
        .select(*READING, "VISIT", AVISITN=pl.int_range(1, pl.len() + 1).over(READING))
    )
    evaluated = pl.col("LSSTATE") != "NOT_EVALUATED"
    baseline = (
        dated.filter("baseline")
        .sort(evaluated, "ADT", "VISIT")
        .unique(LESION, keep="last", maintain_order=True)
        .with_columns(AVISITN=pl.lit(0, dtype=pl.Int64))
    )
    numbered = pl.concat([baseline, later.join(visits, on=[*READING, "VISIT"])], how="diagonal")
    return numbered.sort(*LESION, "AVISITN")


def derive_lesions_not_mentioned(
    assessments: pl.DataFrame, *, named: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Write down as not evaluated every target and non-target that an assessment does not mention.

    Args:
        assessments: USUBJID, READER, TULNKID, AVISITN, ADT, ADTF, LSROLE, LSNODE, LSSTATE, LSTENTH, ACCFL.
        named: lesions that each reader follows, measured or not: USUBJID, READER, TULNKID, LSROLE, LSNODE.

    Returns:
        The same rows and those that were missing, with state NOT_EVALUATED and no length.
    """
    visits = assessments.group_by(ASSESSMENT).agg(pl.col("ADT", "ADTF", "ACCFL").max())
    lesions = [*LESION, "LSROLE", "LSNODE"]
    listed = assessments.select(lesions)
    followed = (
        (listed if named is None else pl.concat([listed, named.select(lesions)]))
        .filter(pl.col("LSROLE").is_not_null())
        .group_by(LESION, maintain_order=True)
        .agg(pl.col("LSROLE", "LSNODE").first())
        .filter(pl.col("LSROLE") != "NEW")
    )
    expected = visits.join(followed, on=READING)
    missing = expected.join(assessments, on=[*LESION, "AVISITN"], how="anti").with_columns(
        LSSTATE=pl.lit("NOT_EVALUATED")
    )
    return pl.concat([assessments, missing], how="diagonal")


def derive_standing_states(assessments: pl.DataFrame) -> pl.DataFrame:
    """Let unequivocal progression of a non-target stand while its reader says unchanged or increased.

    No change, or an increase, since an assessment that called a non-target unequivocally worse leaves it so.

    Args:
        assessments: one row per lesion and assessment: USUBJID, READER, TULNKID, AVISITN, LSROLE, LSSTATE
            and LSCHANGE.

    Returns:
        The same rows.

    Reference:
        EORTC iRECIST questions and answers: UNE, NCLA and UNE, INCLA.

    Example:
        >>> rows = pl.DataFrame({
        ...     "USUBJID": "P1", "READER": "A", "TULNKID": "NT01", "AVISITN": [1, 2, 3], "LSROLE": "NON-TARGET",
        ...     "LSSTATE": ["UNEQUIVOCAL_PROGRESSION", "PRESENT", "PRESENT"], "LSCHANGE": [None, "SAME", None]})
        >>> derive_standing_states(rows)["LSSTATE"].to_list()
        ['UNEQUIVOCAL_PROGRESSION', 'UNEQUIVOCAL_PROGRESSION', 'PRESENT']
    """
    state = pl.col("LSSTATE")
    worse = state == "UNEQUIVOCAL_PROGRESSION"
    leans = (
        (pl.col("LSROLE") == "NON-TARGET")
        & (state == "PRESENT")
        & pl.col("LSCHANGE").is_in(["SAME", "INCREASED"]).fill_null(False)
    )
    if not assessments.select(leans.any()).item():
        return assessments
    known = pl.when(~leans & (state != "NOT_EVALUATED")).then(worse)
    stands = known.forward_fill().over(LESION, order_by="AVISITN").fill_null(False)
    return assessments.with_columns(
        LSSTATE=pl.when(leans & stands).then(pl.lit("UNEQUIVOCAL_PROGRESSION")).otherwise(state)
    )


def _accept_only_reader(assessments: pl.DataFrame) -> pl.DataFrame:
    """A lone reader is accepted; where readers are flagged, one without a flag is not."""
    if assessments["ACCFL"].is_not_null().any():
        return assessments.with_columns(pl.col("ACCFL").fill_null("N"))
    if assessments["READER"].n_unique() == 1:
        return assessments.with_columns(ACCFL=pl.lit("Y"))
    return assessments


def _date_injections(exposure: dy.DataFrame[Exposure] | None) -> pl.DataFrame:
    """The first injection of each lesion, a dated fact."""
    if exposure is None:
        return pl.DataFrame(schema={"USUBJID": pl.String, "TULNKID": pl.String, "INJDT": pl.Date})
    day, _ = impute_date("EXSTDTC", rule="first")
    route = pl.col("EXROUTE").str.to_uppercase()
    return (
        exposure.filter(route.str.contains("INTRATUMO"), pl.col("EXLNKID").is_not_null())
        .with_columns(day.alias("INJDT"), TULNKID=pl.col("EXLNKID").str.replace(FRAGMENT, ""))
        .group_by("USUBJID", "TULNKID")
        .agg(pl.col("INJDT").min())
    )
