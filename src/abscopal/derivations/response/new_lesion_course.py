"""New lesions through time: which are measured (NLT), which are judged in words (NLNT), which grow."""

import polars as pl

from abscopal.derivations.response.criterion import SelectionRules
from abscopal.derivations.response.lesion_burden import NORMAL_NODE_TENTHS, derive_settled_sightings
from abscopal.derivations.response.organs import compute_organ
from abscopal.derivations.response.records import RECORD, VISIT

LESION = [RECORD, "TULNKID"]
SAID_OF_NEW = ["NLPRESENT", "NLMISSING", "NLAPPEARED", "NLTJOINED", "NLNTROSE", "NLNTWORSE", "NLNTFELL"]
SAID_OF_NON_TARGETS = ["NTROSE", "NTFELL"]


def derive_new_lesion_course(assessments: pl.DataFrame, *, selection: SelectionRules) -> pl.DataFrame:
    """Follow the new lesions of each patient and reader, from the first appearance of each.

    New lesions large enough when first measured are measured on (NLT), at most as many as there may be
    targets and at most as many in an organ: first come, first chosen, the larger of one scan before the
    smaller. Every other one is judged in words (NLNT); where nothing was said of one that has a length, a
    rise of 20 % and 5 mm over its last length is an increase. Their sum is never part of the targets' sum.

    Args:
        assessments: one row per record, lesion and assessment, as `LesionAssessments` with RECORD.
        selection: how large and how many targets may be.

    Returns:
        One row per assessment from the first new lesion on: NLPRESENT (one is seen), NLMISSING (a known one
        was not evaluated), NLAPPEARED (one is seen for the first time, or again after it had gone),
        NLTJOINED (the set that is measured has grown), NLTSUM (empty if one of them was not measured) and
        NLTMEASURED, tenths of a millimetre; NLNTROSE, NLNTWORSE (unequivocally) and NLNTFELL.

    Reference:
        iRECIST, new lesions and Table 2 (doi:10.1016/S1470-2045(17)30074-8).
    """
    followed = _choose_measured(_follow(assessments), selection)
    since_first = pl.col("AVISITN") > pl.col("FIRST")
    measured_on = pl.col("NLT") & (pl.col("AVISITN") >= pl.col("JOIN"))
    by_length = measured_on & pl.col("LENGTH").is_not_null()
    grown = (
        pl.col("LSCHANGE").is_null()
        & (pl.col("LENGTH") * 10 >= pl.col("LASTLENGTH") * 12)
        & (pl.col("LENGTH") - pl.col("LASTLENGTH") >= 50)
    ).fill_null(False)
    unequivocal = since_first & (pl.col("LSSTATE") == "UNEQUIVOCAL_PROGRESSION").fill_null(False)
    worded = pl.col("HERE") & ~by_length
    said = pl.col("LSCHANGE")
    return (
        followed.group_by(VISIT)
        .agg(
            NLPRESENT=pl.col("HERE").any(),
            NLMISSING=pl.col("MISSING").any(),
            NLAPPEARED=pl.col("APPEARED").any(),
            NLTJOINED=(pl.col("NLT") & ((pl.col("AVISITN") == pl.col("JOIN")) | pl.col("APPEARED"))).any(),
            NLNTROSE=(worded & ((said == "INCREASED").fill_null(False) | unequivocal | grown)).any(),
            NLNTWORSE=(worded & (unequivocal | grown)).any(),
            NLNTFELL=(worded & (said == "DECREASED").fill_null(False)).any(),
            MEASURABLE=measured_on.sum(),
            MEASURED=by_length.sum(),
            NLTMEASURED=pl.col("LENGTH").filter(by_length).sum(),
        )
        .with_columns(NLTMEASURED=pl.when(pl.col("MEASURABLE") > 0).then("NLTMEASURED"))
        .with_columns(NLTSUM=pl.when(pl.col("MEASURED") == pl.col("MEASURABLE")).then("NLTMEASURED"))
        .select(*VISIT, *SAID_OF_NEW, "NLTSUM", "NLTMEASURED")
    )


def _follow(assessments: pl.DataFrame) -> pl.DataFrame:
    """Each established new lesion at each assessment from its first: seen, gone, or not evaluated."""
    seen = assessments.lazy()
    first = (
        derive_settled_sightings(seen).filter("stands").group_by(LESION).agg(FIRST=pl.col("AVISITN").min())
    )
    described = seen.filter(pl.col("LSROLE") == "NEW").select(
        *LESION, "AVISITN", "LSSTATE", "LSTENTH", "LSCHANGE", "LSNODE", "LSLOC"
    )
    facts = described.group_by(LESION).agg(
        NODE=pl.col("LSNODE").first(), LOCATION=pl.col("LSLOC").drop_nulls().first()
    )
    visits = seen.select(VISIT).filter(pl.col("AVISITN") > 0).unique()
    here = (
        first.join(facts, on=LESION)
        .join(visits, on=RECORD)
        .filter(pl.col("AVISITN") >= pl.col("FIRST"))
        .join(described.drop("LSNODE", "LSLOC"), on=[*LESION, "AVISITN"], how="left")
        .sort(*LESION, "AVISITN")
        .collect()
    )
    evaluated = (pl.col("LSSTATE") != "NOT_EVALUATED").fill_null(False)
    known = here.with_columns(EVALUATED=evaluated, LENGTH=pl.when(evaluated).then("LSTENTH")).with_columns(
        lesion=pl.struct(LESION).rle_id()
    )
    started = known.with_columns(
        STARTLENGTH=pl.col("LENGTH").filter(pl.col("LENGTH") > 0).first().over("lesion"),
        JOIN=pl.col("AVISITN").filter(pl.col("LENGTH") > 0).min().over("lesion"),
        LASTLENGTH=pl.col("LENGTH").forward_fill().shift(1).over("lesion"),
    )
    # A node that has fallen below 10 mm is normal again; one that was small when first seen is judged as it is.
    normal_node = (
        pl.col("NODE")
        & (pl.col("LENGTH") < NORMAL_NODE_TENTHS)
        & (pl.col("STARTLENGTH") >= NORMAL_NODE_TENTHS)
    ).fill_null(False)
    gone = pl.col("LSSTATE").is_in(["ABSENT", "MERGED"]) | (pl.col("LENGTH") == 0) | normal_node
    standing = started.with_columns(HERE=pl.col("EVALUATED") & ~gone.fill_null(False)).with_columns(
        BEFORE=pl.when("EVALUATED").then("HERE").forward_fill().shift(1).over("lesion")
    )
    return standing.with_columns(
        MISSING=~pl.col("EVALUATED") & pl.col("BEFORE").fill_null(False),
        APPEARED=pl.col("HERE") & ~pl.col("BEFORE").fill_null(False),
    )


def _choose_measured(followed: pl.DataFrame, selection: SelectionRules) -> pl.DataFrame:
    """NLT: large enough when first measured, so many in all and in an organ, in the order of their appearance."""
    smallest = pl.when("NODE").then(selection.smallest_node_tenths).otherwise(selection.smallest_tenths)
    candidates = (
        followed.unique(LESION, keep="first", maintain_order=True)
        .filter(pl.col("STARTLENGTH") >= smallest)
        .with_columns(ORGAN=compute_organ(pl.col("LOCATION"), node=pl.col("NODE")))
        .sort(RECORD, "JOIN", -pl.col("STARTLENGTH"), "TULNKID")
    )
    in_organ = pl.int_range(pl.len()).over(RECORD, pl.coalesce("ORGAN", "TULNKID"))
    chosen = (
        candidates.filter(in_organ < selection.max_per_organ)
        .filter(pl.int_range(pl.len()).over(RECORD) < selection.max_targets)
        .select(*LESION, NLT=pl.lit(True))
    )
    return followed.join(chosen, on=LESION, how="left").with_columns(pl.col("NLT").fill_null(False))


def derive_non_target_changes(assessments: pl.DataFrame) -> pl.DataFrame:
    """Say at which assessments a non-target has grown or shrunk since the last, in the reader's words.

    A non-target that progresses unequivocally, and did not at its last evaluation, has grown.

    Args:
        assessments: one row per record, lesion and assessment, as `LesionAssessments` with RECORD.

    Returns:
        One row per assessment of which something was said: NTROSE, NTFELL.
    """
    non_targets = assessments.lazy().filter(
        pl.col("LSROLE") == "NON-TARGET", pl.col("LSSTATE") != "NOT_EVALUATED"
    )
    worse = pl.col("LSSTATE") == "UNEQUIVOCAL_PROGRESSION"
    ever = non_targets.filter(worse).select(LESION).unique()
    newly = (
        non_targets.join(ever, on=LESION, how="semi")
        .sort(*LESION, "AVISITN")
        .with_columns(worse=worse)
        .with_columns(before=pl.col("worse").shift(1, fill_value=False).over(LESION))
        .filter(pl.col("worse") & ~pl.col("before"))
        .select(*VISIT, NTROSE=pl.lit(True), NTFELL=pl.lit(False))
    )
    said = pl.col("LSCHANGE")
    worded = non_targets.filter(said.is_in(["INCREASED", "DECREASED"])).select(
        *VISIT, NTROSE=said == "INCREASED", NTFELL=said == "DECREASED"
    )
    return pl.concat([newly, worded]).group_by(VISIT).agg(pl.col(SAID_OF_NON_TARGETS).any()).collect()


def derive_symptom_scans(assessments: pl.DataFrame) -> pl.DataFrame:
    """List the assessments that were made for a new symptom.

    Args:
        assessments: one row per record, lesion and assessment, as `LesionAssessments` with RECORD.

    Returns:
        One row per such assessment, with SYMPTOM.
    """
    made = assessments.lazy().filter(pl.col("SYMPFL") == "Y")
    return made.select(*VISIT, SYMPTOM=pl.lit(True)).unique(VISIT).collect()
