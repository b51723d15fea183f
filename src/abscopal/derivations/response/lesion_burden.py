"""How much disease each reader saw at each assessment: sums, nadir, counts of lesions by state."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.followed_lesions import (
    MARKER_LOCATION,
    FollowedLesions,
    derive_counted_lesions,
)
from abscopal.derivations.response.records import (
    RECORD,
    VISIT,
    compute_latest_before,
    compute_smallest_before,
    compute_visit,
    derive_numbered_rows,
    derive_record_names,
)
from abscopal.tables.adam import LesionAssessments
from abscopal.tables.columns import date, flag, imputed, key_text

NORMAL_NODE_TENTHS = 100
COUNTS = ["EVALUATED", "DISEASED", "NTEVALUATED", "NTDISEASED", "NTLESIONS", "NTPROGRESSED"]
REAL_NEW_LESION = ["UNEQUIVOCAL", "MEASURED", "TOO_SMALL", "PRESENT", "UNEQUIVOCAL_PROGRESSION"]


def _count(description: str) -> dy.Int64:
    return dy.Int64(min=0, max=100_000, description=description)


def _tenths(description: str) -> dy.Int64:
    return dy.Int64(
        nullable=True, min=0, max=50_000_000, description=f"{description}, tenths of a millimetre"
    )


class LesionBurden(dy.Schema):
    """The burden of disease that one reader saw at one assessment."""

    USUBJID = key_text("Patient identifier, unique across studies")
    READER = key_text("Who read the scan")
    AVISITN = dy.Int64(primary_key=True, min=-1, max=10_000, description="Assessment number: 0 is baseline")
    FIRSTDT = dy.Date(description="Earliest scan of the assessment")
    LASTDT = dy.Date(description="Latest scan of the assessment")
    ADTF = imputed("Dates of the scans")
    TARGETS = _count("Targets the reader follows")
    EVALUATED = _count("Targets evaluated at this assessment")
    DISEASED = _count("Targets seen with disease: any length, or a node of 10 mm or more")
    MEASURED = _tenths("Sum of the targets that were evaluated")
    SUM = _tenths("Sum of the targets; empty without targets or if one was not evaluated")
    BASESUM = _tenths("Sum at baseline")
    BASEDISEASED = dy.Int64(nullable=True, min=0, max=100_000, description="Targets diseased at baseline")
    NADIR = _tenths("Smallest earlier complete sum, baseline included")
    NADIRDT = date("Date on which that sum was first reached")
    NONTARGETS = _count("Non-targets the reader follows, raised tumour markers included")
    NTEVALUATED = _count("Non-targets evaluated")
    NTDISEASED = _count("Non-targets seen with disease, or markers still raised")
    NTLESIONS = _count("Non-target lesions seen with disease, markers left out")
    NTPROGRESSED = _count("Non-targets with unequivocal progression")
    NEWLESION = dy.Bool(description="A new lesion is established, at this assessment or before")
    EQUIVOCAL = dy.Bool(description="A possible new lesion is seen and not yet settled")
    HASBASELINE = dy.Bool(description="The reader has a baseline assessment")
    ACCFL = flag("The reader whose record is accepted")


def derive_lesion_burden(assessments: dy.DataFrame[LesionAssessments]) -> dy.DataFrame[LesionBurden]:
    """Add up the targets of each assessment and find the nadir; a missing target makes the sum unknown.

    A silent gap would shrink the sum and fake a response, and an incomplete sum never becomes the
    nadir. Lesions that a reader follows but does not mention count as not evaluated.

    Args:
        assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.

    Returns:
        One row per patient, reader and assessment, baseline included, in key order.

    Reference:
        RECIST 1.1, section 4 (doi:10.1016/j.ejca.2008.10.026).

    Example:
        >>> from datetime import date
        >>> rows = LesionAssessments.validate(pl.DataFrame({
        ...     "USUBJID": ["P1"] * 6, "READER": ["INVESTIGATOR"] * 6,
        ...     "TULNKID": ["T01", "T02"] * 3, "AVISITN": [0, 0, 1, 1, 2, 2],
        ...     "ADT": [date(2024, 1, 1)] * 2 + [date(2024, 3, 1)] * 2 + [date(2024, 5, 1)] * 2,
        ...     "ADTF": [None] * 6, "LSROLE": ["TARGET"] * 6, "LSNODE": [False] * 6, "LSLOC": ["LIVER"] * 6,
        ...     "LSSTATE": ["MEASURED"] * 3 + ["NOT_EVALUATED"] + ["MEASURED"] * 2,
        ...     "LSTENTH": [300, 200, 120, None, 150, 100], "LSCHANGE": [None] * 6, "SYMPFL": [None] * 6,
        ...     "INJDT": [None] * 6, "ACCFL": ["Y"] * 6,
        ... }), cast=True)
        >>> derive_lesion_burden(rows).select("AVISITN", "SUM", "MEASURED", "NADIR").rows()
        [(0, 500, 500, None), (1, None, 120, 500), (2, 250, 250, 500)]
    """
    names = derive_record_names(assessments)
    burden = derive_record_burden(derive_numbered_rows(assessments, names))
    named = names.join(burden, on=RECORD, how="right", maintain_order="right")
    return LesionBurden.validate(named.select(LesionBurden.column_names()))


def derive_burden(lesions: FollowedLesions) -> pl.DataFrame:
    """Add up the lesions that count, record by record; every criterion starts from here.

    Args:
        lesions: the lesions of every record.

    Returns:
        The columns of `LesionBurden` with RECORD in place of names, in key order.
    """
    return derive_record_burden(lesions.derive_once(derive_counted_lesions))


def derive_record_burden(lesions: pl.DataFrame) -> pl.DataFrame:
    """Add up the targets of each assessment of each record, as `derive_lesion_burden` does.

    Args:
        lesions: rows as in `LesionAssessments`, with RECORD; a record may also be a set of lesions.

    Returns:
        The columns of `LesionBurden` with RECORD in place of names, in key order.
    """
    seen = lesions.lazy()
    sightings = derive_settled_sightings(seen).with_columns(VISITNO=compute_visit()).collect()
    facts = _count_followed(seen).join(derive_first_new_lesions(sightings).lazy(), on=RECORD, how="left")
    visits = (
        seen.select(compute_visit().alias("VISITNO"), *VISIT, "ADT", "ADTF", "ACCFL", *list_marks())
        .group_by("VISITNO")
        .agg(pl.col(VISIT).first(), *_add_up())
    )
    return derive_completed_burden(visits.join(facts, on=RECORD), sightings)


def derive_completed_burden(visits: pl.LazyFrame, sightings: pl.DataFrame) -> pl.DataFrame:
    """Complete what was added up: sums, new lesions, baseline and nadir.

    Args:
        visits: one row per record and assessment: VISITNO (the number of both), RECORD, AVISITN, what the
            lesions add up to, TARGETS, NONTARGETS, HASBASELINE, and FIRSTNEW, from which assessment on a new
            lesion counts.
        sightings: as `derive_settled_sightings` gives them, with VISITNO.

    Returns:
        The columns of `LesionBurden` with RECORD in place of names, in key order.
    """
    pending = sightings.filter(~pl.col("stands"))["VISITNO"].unique()
    burden = (
        visits.sort("VISITNO")
        .with_columns(
            SUM=pl.when(pl.col("TARGETS") > 0, pl.col("EVALUATED") == pl.col("TARGETS")).then("MEASURED"),
            NEWLESION=(pl.col("AVISITN") >= pl.col("FIRSTNEW")).fill_null(value=False),
            EQUIVOCAL=pl.col("VISITNO").is_in(pending.implode()),
        )
        .drop("FIRSTNEW", "VISITNO")
        .collect()
    )
    return _add_baseline_and_nadir(burden)


def list_marks() -> list[pl.Expr]:
    """Mark what each row adds to the counts and dates of its assessment, to be added up as plain columns.

    Returns:
        COUNTS, MEASURED (tenths of a millimetre) and DONEDT, from the columns of `LesionAssessments`.
    """
    target, non_target = pl.col("LSROLE") == "TARGET", pl.col("LSROLE") == "NON-TARGET"
    has_disease = (
        pl.when("LSNODE").then(pl.col("LSTENTH") >= NORMAL_NODE_TENTHS).otherwise(pl.col("LSTENTH") > 0)
    )
    done = pl.col("LSSTATE") != "NOT_EVALUATED"
    normal_node = pl.col("LSNODE") & (pl.col("LSTENTH") < NORMAL_NODE_TENTHS).fill_null(False)
    gone = (
        pl.col("LSSTATE").is_in(["ABSENT", "MERGED"])
        | (pl.col("LSTENTH") == 0).fill_null(False)
        | normal_node
    )
    diseased = non_target & done & ~gone
    marker = (pl.col("LSLOC") == MARKER_LOCATION).fill_null(False)
    return [
        (target & pl.col("LSTENTH").is_not_null()).alias("EVALUATED"),
        (target & has_disease).fill_null(False).alias("DISEASED"),
        pl.when(target).then("LSTENTH").alias("MEASURED"),
        (non_target & done).alias("NTEVALUATED"),
        diseased.alias("NTDISEASED"),
        (diseased & ~marker).alias("NTLESIONS"),
        (non_target & (pl.col("LSSTATE") == "UNEQUIVOCAL_PROGRESSION")).alias("NTPROGRESSED"),
        pl.when(done).then("ADT").alias("DONEDT"),
    ]


def _add_up() -> list[pl.Expr]:
    """The counts, the sum of what was measured, and the dates of the scans that were done, of one assessment."""
    return [
        pl.col(COUNTS).sum().cast(pl.Int64),
        pl.col("MEASURED").sum(),
        pl.coalesce(pl.col("DONEDT").min(), pl.col("ADT").min()).alias("FIRSTDT"),
        pl.coalesce(pl.col("DONEDT").max(), pl.col("ADT").max()).alias("LASTDT"),
        pl.col("ADTF", "ACCFL").max(),
    ]


def _count_followed(seen: pl.LazyFrame) -> pl.LazyFrame:
    """How many targets and non-targets each reader follows."""
    followed = seen.filter(pl.col("LSROLE") != "NEW").select(RECORD, "TULNKID", "LSROLE").unique()
    counts = followed.group_by(RECORD).agg(
        TARGETS=(pl.col("LSROLE") == "TARGET").sum().cast(pl.Int64),
        NONTARGETS=(pl.col("LSROLE") == "NON-TARGET").sum().cast(pl.Int64),
    )
    return (
        seen.group_by(RECORD)
        .agg(HASBASELINE=(pl.col("AVISITN") == 0).any())
        .join(counts, on=RECORD, how="left")
        .with_columns(pl.col("TARGETS", "NONTARGETS").fill_null(0))
    )


def derive_settled_sightings(seen: pl.LazyFrame) -> pl.LazyFrame:
    """List the sightings of each new lesion after it was last refuted, and whether it stands.

    A lesion that is only suspected and later established counts from its first appearance; one that
    was refuted in between counts from its first appearance after that. One seen at baseline is not new.

    Args:
        seen: lesions at every assessment, as `LesionAssessments`, with RECORD.

    Returns:
        The sightings of new lesions, with `stands`: established, not only suspected.
    """
    new = seen.filter(pl.col("LSROLE") == "NEW").with_columns(
        real=pl.col("LSSTATE").is_in(REAL_NEW_LESION),
        refuted=pl.col("LSSTATE") == "NOT_TUMOUR",
        suspected=pl.col("LSSTATE") == "EQUIVOCAL",
    )
    visit = pl.col("AVISITN")
    settled = new.group_by(RECORD, "TULNKID").agg(
        ESTABLISHED=visit.filter("real").max(),
        REFUTED=visit.filter("refuted").max().fill_null(-1),
        ATBASELINE=(visit == 0).any(),
    )
    return (
        new.join(settled, on=[RECORD, "TULNKID"])
        .filter(~pl.col("ATBASELINE"), pl.col("real") | pl.col("suspected"), visit > pl.col("REFUTED"))
        .with_columns(stands=(pl.col("ESTABLISHED") > pl.col("REFUTED")).fill_null(False))
    )


def derive_first_new_lesions(sightings: pl.DataFrame, *, by: str = RECORD) -> pl.DataFrame:
    """Find the assessment from which a new lesion counts.

    Args:
        sightings: as `derive_settled_sightings` gives them.
        by: the column that tells records or sets apart.

    Returns:
        One row per record with a new lesion: FIRSTNEW.
    """
    return sightings.filter("stands").group_by(by).agg(FIRSTNEW=pl.col("AVISITN").min())


def _add_baseline_and_nadir(visits: pl.DataFrame) -> pl.DataFrame:
    """Baseline sum, and the smallest complete sum of the assessments before each one."""
    baseline = visits.filter(pl.col("AVISITN") == 0).select(RECORD, BASESUM="SUM", BASEDISEASED="DISEASED")
    with_earlier = visits.join(baseline, on=RECORD, how="left", maintain_order="left").with_columns(
        smallest=compute_smallest_before(pl.col("SUM"))
    )
    lowers = (pl.col("SUM") < pl.col("smallest")).fill_null(pl.col("SUM").is_not_null())
    known = pl.col("BASESUM").is_not_null()
    return with_earlier.with_columns(
        NADIR=pl.when(known).then("smallest"),
        NADIRDT=pl.when(known).then(compute_latest_before(pl.when(lowers).then("LASTDT"))),
    )
