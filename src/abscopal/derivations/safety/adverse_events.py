"""ADAE: which adverse events began under treatment, are related to it, immune-related, or severe."""

from collections.abc import Sequence
from datetime import date

import dataframely as dy
import polars as pl

from abscopal.derivations.partial_dates import impute_date
from abscopal.derivations.safety.immune_related_terms import ImmuneRelatedTerms
from abscopal.derivations.safety.settings import ImmuneRule, SafetySettings
from abscopal.derivations.study_days import compute_study_day
from abscopal.errors import TablesError
from abscopal.tables.adam.adae import AdverseEventAnalysis
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.sdtm.ae import AdverseEvents
from abscopal.tables.sdtm.supp import SupplementalQualifiers

_FAR_PAST, _FAR_FUTURE = date(1, 1, 1), date(9999, 12, 31)
JUDGEMENTS = ("IRAEINV", "IRAEADJ")


def derive_adae(
    ae: dy.DataFrame[AdverseEvents],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    terms: ImmuneRelatedTerms,
    supp: dy.DataFrame[SupplementalQualifiers] | None = None,
    settings: SafetySettings | None = None,
) -> dy.DataFrame[AdverseEventAnalysis]:
    """Flag the adverse events: treatment-emergent, related, immune-related, severe.

    An event is treatment-emergent when it starts on or after the first dose, or may have; an event without a
    start counts unless it ended before treatment; one that began before and then worsened counts where its
    first grade is known (AEITOXGR of SUPPAE). A patient who was never treated has no treatment-emergent
    flag. A missing causality counts as related.

    Args:
        ae: adverse events.
        adsl: patients; events of a patient outside it are left out.
        terms: the list of immune-related terms.
        supp: extra variables of AE: IRAEINV and IRAEADJ (Y or N), AEITOXGR (grade at the start).
        settings: the study's choices.

    Returns:
        One row per adverse event, in key order. An emergent event without any start is put on the first dose,
        and ASTDTF says Y.

    Raises:
        TablesError: grades follow other versions of CTCAE than the study's, or the immune-related rule asks for a
            judgement that no table holds.

    Reference:
        ICH E9, glossary (treatment emergent); SDTMIG 3.4, section 4.1.4.9 (supplemental qualifiers).

    Example:
        >>> from abscopal.derivations.safety.immune_related_terms import read_immune_related_terms
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1"], "SUBJID": "1", "SITEID": "10", "SEX": "F",
        ...     "TRTSDT": date(2024, 3, 10), "REFDT": date(2024, 3, 10)})], how="diagonal"))
        >>> ae = AdverseEvents.validate(pl.concat([AdverseEvents.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "DOMAIN": "AE", "USUBJID": "P1", "AESEQ": [1, 2], "AETERM": "x",
        ...     "AEDECOD": ["Colitis", "Fatigue"], "AETOXGR": ["3", "1"], "AETOXVER": "5.0",
        ...     "AESTDTC": ["2024-03", "2024-03-09"]})], how="diagonal"))
        >>> adae = derive_adae(ae, adsl, terms=read_immune_related_terms(),
        ...                    settings=SafetySettings(immune_rule="term"))
        >>> adae.select("AESEQ", "ASTDT", "TRTEMFL", "IRAEFL", "SEVFL").rows()
        [(1, datetime.date(2024, 3, 10), 'Y', 'Y', 'Y'), (2, datetime.date(2024, 3, 9), 'N', 'N', 'N')]
    """
    chosen = settings or SafetySettings()
    assert_ctcae_versions(ae, allowed=chosen.ctcae_versions)
    events = _with_qualifiers(ae, supp)
    _assert_judged(events, chosen.immune_rule)
    dated = _with_dates(events, adsl, chosen)
    flagged = dated.with_columns(
        TRTRELFL=_flag(~pl.col("AEREL").str.to_uppercase().is_in(chosen.unrelated_values).fill_null(False)),
        SEVFL=pl.when(pl.col("ATOXGRN").is_not_null()).then(_flag(pl.col("ATOXGRN") >= chosen.severe_grade)),
        IRAECAT=pl.col("AEDECOD")
        .str.to_uppercase()
        .replace_strict(terms.terms["TERM"], terms.terms["CATEGORY"], default=None, return_dtype=pl.String),
    )
    ruled = flagged.with_columns(
        IRAETERM=_flag(pl.col("IRAECAT").is_not_null()), IRAEFL=_flag(_immune_condition(chosen.immune_rule))
    )
    return AdverseEventAnalysis.validate(_with_first_worst(ruled).sort("USUBJID", "AESEQ"), cast=True)


def assert_ctcae_versions(events: pl.DataFrame, *, allowed: Sequence[str] = ()) -> None:
    """Refuse to pool grades of different versions of CTCAE: the same number is not the same severity.

    Args:
        events: AE or ADAE, with AETOXVER.
        allowed: the study's version, or its versions, where the protocol itself changed from one to another;
            none accepts any single version.

    Raises:
        TablesError: a version that is not allowed, or more than one where none is named.

    Reference:
        CTCAE v5.0 (27 November 2017) and v6.0 (22 July 2025) grade neutrophils differently.

    Example:
        >>> assert_ctcae_versions(pl.DataFrame({"AETOXVER": ["5.0", "5.0", None]}))
    """
    counts = events.filter(pl.col("AETOXVER").is_not_null()).group_by("AETOXVER").len().sort("AETOXVER")
    versions = counts["AETOXVER"].to_list()
    if any(version not in allowed for version in versions) if allowed else len(versions) > 1:
        listed = ", ".join(f"{count} by {version}" for version, count in counts.rows())
        wanted = f"version {' or '.join(allowed)}" if allowed else "one version"
        raise TablesError(
            f"Adverse events are graded by other versions of CTCAE than expected: {listed}.",
            where="AE, AETOXVER",
            remedy=f"A table needs {wanted}: set the other rows apart, or grade them again.",
        )


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _with_qualifiers(ae: pl.DataFrame, supp: pl.DataFrame | None) -> pl.DataFrame:
    names = [*JUDGEMENTS, "AEITOXGR"]
    present = [name for name in names if name in ae.columns]
    events = ae.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in names if name not in present
    )
    if supp is None:
        return events
    extra = (
        supp.filter((pl.col("RDOMAIN") == "AE") & (pl.col("IDVAR") == "AESEQ") & pl.col("QNAM").is_in(names))
        .with_columns(AESEQ=pl.col("IDVARVAL").cast(pl.Float64, strict=False).cast(pl.Int64))
        .group_by("USUBJID", "AESEQ")
        .agg(pl.col("QVAL").filter(pl.col("QNAM") == name).first().alias(f"SUPP_{name}") for name in names)
    )
    joined = events.join(extra, on=["USUBJID", "AESEQ"], how="left")
    return joined.with_columns(pl.coalesce(name, f"SUPP_{name}").alias(name) for name in names)


def _assert_judged(events: pl.DataFrame, rule: ImmuneRule) -> None:
    needed = {
        "investigator": ("IRAEINV",),
        "adjudicated": ("IRAEADJ",),
        "judged": JUDGEMENTS,
        "term_and_judged": JUDGEMENTS,
    }.get(rule, ())
    if needed and events.height and all(events[name].null_count() == events.height for name in needed):
        raise TablesError(
            f"The rule '{rule}' asks whether a person judged the event immune-related, and no row says so.",
            where=f"AE or SUPPAE, {' and '.join(needed)}",
            remedy="Fill these flags (Y or N), or choose the rule 'term', which reads the list alone.",
        )


def _immune_condition(rule: ImmuneRule) -> pl.Expr:
    is_term = pl.col("IRAECAT").is_not_null()
    investigator = (pl.col("IRAEINV") == "Y").fill_null(False)
    adjudicated = (pl.col("IRAEADJ") == "Y").fill_null(False)
    judged = investigator | adjudicated
    return {
        "term": is_term,
        "judged": judged,
        "term_and_judged": is_term & judged,
        "term_or_judged": is_term | judged,
        "investigator": investigator,
        "adjudicated": adjudicated,
    }[rule]


def _with_dates(events: pl.DataFrame, adsl: pl.DataFrame, settings: SafetySettings) -> pl.DataFrame:
    start, start_flag = impute_date("AESTDTC", rule=settings.start_rule)
    end, end_flag = impute_date("AEENDTC", rule=settings.end_rule)
    earliest, latest = (impute_date("AESTDTC", rule="first")[0], impute_date("AESTDTC", rule="last")[0])
    last_end = impute_date("AEENDTC", rule="last")[0]
    patients = adsl.select("USUBJID", "TRT01A", "TRTSDT", "TRTEDT", "REFDT", "DTHDT")
    dated = events.join(patients, on="USUBJID", how="inner").with_columns(
        ASTDT=start,
        ASTDTF=start_flag,
        AENDT=end,
        AENDTF=end_flag,
        EARLIEST=earliest.fill_null(_FAR_PAST),
        LATEST=latest.fill_null(_FAR_FUTURE),
        LAST_END=last_end,
        ATOXGRN=pl.col("AETOXGR").cast(pl.Int64),
        FIRST_GRADE=pl.col("AEITOXGR").cast(pl.Int64, strict=False),
    )
    emergent = dated.with_columns(TRTEMFL=_emergent(settings))
    first_dose = pl.col("TRTSDT")
    may_be_after = pl.col("ASTDTF").is_not_null() & (pl.col("LATEST") >= first_dose)
    moved = pl.max_horizontal("ASTDT", "TRTSDT") if settings.start_rule == "first" else pl.col("ASTDT")
    is_undated = pl.col("AESTDTC").is_null() & (pl.col("TRTEMFL") == "Y")
    return emergent.with_columns(
        ASTDT=pl.when(is_undated)
        .then(first_dose)
        .when(may_be_after & (pl.col("TRTEMFL") == "Y"))
        .then(moved)
        .otherwise("ASTDT"),
        ASTDTF=pl.when(is_undated).then(pl.lit("Y")).otherwise("ASTDTF"),
        # An end whose day was imputed cannot come after the death.
        AENDT=pl.when(pl.col("AENDTF").is_not_null())
        .then(pl.min_horizontal("AENDT", "DTHDT"))
        .otherwise("AENDT"),
    ).with_columns(ASTDY=compute_study_day(pl.col("ASTDT"), pl.col("REFDT")))


def _emergent(settings: SafetySettings) -> pl.Expr:
    first_dose, last_dose = pl.col("TRTSDT"), pl.col("TRTEDT")
    may_start_after = pl.col("LATEST") >= first_dose
    ended_before = (pl.col("LAST_END") < first_dose).fill_null(False)
    began_inside = may_start_after & ~ended_before
    worsened = ~may_start_after & ~ended_before & (pl.col("ATOXGRN") > pl.col("FIRST_GRADE")).fill_null(False)
    counts = began_inside | worsened
    if settings.emergent_end_days is not None:
        closing = last_dose + pl.duration(days=settings.emergent_end_days)
        counts = counts & (pl.col("EARLIEST") <= closing).fill_null(True)
    return pl.when(first_dose.is_not_null()).then(_flag(counts))


def _with_first_worst(events: pl.DataFrame) -> pl.DataFrame:
    is_counted = (pl.col("TRTEMFL") == "Y").fill_null(False)
    worst = (
        events.filter(is_counted & pl.col("ATOXGRN").is_not_null())
        .sort("USUBJID", "AEDECOD", pl.col("ATOXGRN").neg(), "ASTDT", "AESEQ", nulls_last=True)
        .unique(["USUBJID", "AEDECOD"], keep="first", maintain_order=True)
        .select("USUBJID", "AESEQ", AOCCIFL=pl.lit("Y"))
    )
    return events.join(worst, on=["USUBJID", "AESEQ"], how="left")
