"""ADSL: who is in which analysis set and arm, and which dates frame them. Denominators come from here."""

from collections.abc import Mapping, Sequence
from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.derivations.patient_dates import PATIENT_DATES, PatientDates, derive_patient_dates
from abscopal.derivations.population_settings import PopulationSettings
from abscopal.derivations.protocol_versions import VersionStart, compute_version_in_force
from abscopal.derivations.record_kinds import (
    has_arm_text,
    is_end_of_study,
    is_end_of_treatment,
    is_fatal,
    is_treating_dose,
)
from abscopal.errors import TablesError
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.adam.lesion_assessments import LesionAssessments
from abscopal.tables.sdtm.ae import AdverseEvents
from abscopal.tables.sdtm.cp import CellPhenotyping
from abscopal.tables.sdtm.dd import DeathDetails
from abscopal.tables.sdtm.dm import Demographics
from abscopal.tables.sdtm.ds import Disposition
from abscopal.tables.sdtm.ex import Exposure
from abscopal.tables.sdtm.pr import Procedures
from abscopal.tables.sdtm.rs import DiseaseResponse
from abscopal.tables.sdtm.tr import TumourResults
from abscopal.tables.sdtm.tu import TumourIdentification


def derive_adsl(
    dm: dy.DataFrame[Demographics],
    *,
    ds: dy.DataFrame[Disposition] | None = None,
    ex: dy.DataFrame[Exposure] | None = None,
    pr: dy.DataFrame[Procedures] | None = None,
    ae: dy.DataFrame[AdverseEvents] | None = None,
    dd: dy.DataFrame[DeathDetails] | None = None,
    tu: dy.DataFrame[TumourIdentification] | None = None,
    tr: dy.DataFrame[TumourResults] | None = None,
    rs: dy.DataFrame[DiseaseResponse] | None = None,
    cp: dy.DataFrame[CellPhenotyping] | None = None,
    new_therapies: pl.DataFrame | None = None,
    arms: Mapping[str, str] | None = None,
    reference_date: Literal["RANDDT", "TRTSDT"] = "RANDDT",
    versions: Sequence[VersionStart] = (),
    settings: PopulationSettings | None = None,
) -> dy.DataFrame[SubjectLevel]:
    """Decide who is analysed, in which arm, and from which day time is counted.

    Everyone in DM was screened. A patient is enrolled who did not fail screening and was randomised,
    registered, given an arm or treated; treated means that at least one dose of study treatment, or of those
    that the study asks for, was given; the dose of a placebo is zero and counts.

    Args:
        dm: patients.
        ds: disposition.
        ex: doses; without it, the doses are those that DM declares.
        pr: procedures, among which further anticancer therapies.
        ae: adverse events, for fatal ones and as proof of life.
        dd: details of deaths.
        tu: lesions, as proof of life.
        tr: measurements, as proof of life.
        rs: responses, as proof of life.
        cp: cell populations, as proof of life.
        new_therapies: further anticancer therapies known from elsewhere: USUBJID and NACTDT.
        arms: ARMCD or ARM (and their actual twins) to the arm identifier of the study; none means as they
            are.
        reference_date: where time starts for response and time to event.
        versions: versions of the protocol in order of date; without them PROTVERS stays empty.
        settings: the study's choices.

    Returns:
        One row per patient. RESPFL is empty until `derive_response_set` has seen the lesions. DCTREAS says
        COMPLETED for a patient who went through the whole treatment.

    Raises:
        TablesError: an arm of the tables is unknown to the study, or patients were treated and none
            randomised.

    Reference:
        ICH E9 (R1), section 5.2 (analysis sets).

    Example:
        >>> dm = Demographics.validate(pl.concat([Demographics.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "DOMAIN": "DM", "USUBJID": ["P1", "P2", "P3"], "SUBJID": ["1", "2", "3"],
        ...     "SITEID": "10", "SEX": "F", "COUNTRY": "FRA",
        ...     "RFICDTC": "2024-01-02", "RFSTDTC": ["2024-01-09", "2024-01-12", None],
        ...     "RFXSTDTC": ["2024-01-10", None, None], "ARMCD": ["IT", "IT", "SCRNFAIL"],
        ... })], how="diagonal"))
        >>> adsl = derive_adsl(dm, settings=PopulationSettings(intention_to_treat="enrolled"))
        >>> adsl.select("USUBJID", "TRT01P", "SCRFFL", "ITTFL", "SAFFL").rows()
        [('P1', 'IT', 'N', 'Y', 'Y'), ('P2', 'IT', 'N', 'Y', 'N'), ('P3', None, 'Y', 'N', 'N')]
    """
    chosen = settings or PopulationSettings()
    _assert_arms_known(dm, arms)
    dates = derive_patient_dates(
        dm,
        ds=ds,
        ex=ex,
        pr=pr,
        ae=ae,
        dd=dd,
        tu=tu,
        tr=tr,
        rs=rs,
        cp=cp,
        new_therapies=new_therapies,
        settings=chosen,
    )
    patients = (
        dm.join(_spread_dates(dates), on="USUBJID", how="left")
        .join(_reasons(ds, chosen), on="USUBJID", how="left")
        .with_columns(
            IS_RANDOMISED=_is_listed(ds, pl.col("DSDECOD").is_in(chosen.randomised_terms)),
            IS_REGISTERED=_is_listed(ds, pl.col("DSDECOD").is_in(chosen.registration_terms)),
            IS_FAILURE=_is_listed(ds, pl.col("DSDECOD").is_in(chosen.screen_failure_terms))
            | pl.col("ARMNRS").str.to_uppercase().is_in(chosen.screen_failure_terms).fill_null(False)
            | pl.col("ARMCD").str.to_uppercase().eq("SCRNFAIL").fill_null(False),
            IS_TREATED=_is_listed(ex, is_treating_dose(chosen))
            if ex is not None
            else pl.col("RFXSTDTC").is_not_null(),
            IS_DEAD=(pl.col("DTHFL") == "Y").fill_null(False)
            | pl.col("DTHDTC").is_not_null()
            | _is_listed(ds, pl.col("DSDECOD") == "DEATH")
            | _is_listed(ae, is_fatal())
            | _is_listed(dd, pl.lit(True)),
        )
    )
    sets = _with_analysis_sets(patients, arms=arms, settings=chosen)
    _assert_randomised(sets, chosen)
    included = pl.coalesce("RFICDT", "RANDDT", "TRTSDT")
    framed = _with_reference(sets, reference_date).with_columns(
        PROTVERS=compute_version_in_force(included, versions)
    )
    return SubjectLevel.validate(framed.sort("USUBJID"), cast=True)


# RECIST 1.1, section 2: least longest diameter, and least short axis of a node, of a measurable target.
MEASURABLE_TENTHS, MEASURABLE_NODE_TENTHS = 100, 150


def derive_response_set(
    adsl: dy.DataFrame[SubjectLevel],
    assessments: dy.DataFrame[LesionAssessments],
    *,
    injected_at_start: pl.DataFrame | None = None,
    settings: PopulationSettings | None = None,
    smallest_tenths: int = MEASURABLE_TENTHS,
    smallest_node_tenths: int = MEASURABLE_NODE_TENTHS,
) -> dy.DataFrame[SubjectLevel]:
    """Fill in the response set and, in it, those in whom an effect away from the injected lesions can be seen.

    The response set holds the enrolled patients with target or non-target disease at baseline; the set of
    distant effect those of them who have at least one measurable target at baseline (by default 10 mm, 15 mm of
    short axis for a node) that was not injected before the first assessment.

    Args:
        adsl: patients.
        assessments: their lesions; any reader's baseline counts.
        injected_at_start: USUBJID, READER and TULNKID of the lesions injected before the first assessment;
            none means that nothing was injected.
        settings: the study's choices; where the evaluable set is the response set it is filled too.
        smallest_tenths: least longest diameter of a measurable target, tenths of a millimetre.
        smallest_node_tenths: least short axis of a measurable node, tenths of a millimetre.

    Returns:
        `adsl` with RESPFL and NINJFL, and EVALFL if it depends on it.

    Reference:
        Efficacy among patients with at least one non-injected lesion, as for vusolimogene oderparepvec; the exact
        rule is our reading.

    Example:
        >>> from datetime import date
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2"], "SUBJID": ["1", "2"], "SITEID": "10", "SEX": "F",
        ...     "ENRLFL": "Y",
        ... })], how="diagonal"))
        >>> lesions = LesionAssessments.validate(pl.concat([LesionAssessments.create_empty(), pl.DataFrame({
        ...     "USUBJID": ["P1"], "READER": "INVESTIGATOR", "TULNKID": "T01", "AVISITN": 0,
        ...     "ADT": date(2024, 1, 2), "LSROLE": "TARGET", "LSNODE": False, "LSSTATE": "MEASURED",
        ... })], how="diagonal_relaxed"), cast=True)
        >>> derive_response_set(adsl, lesions).select("USUBJID", "RESPFL").rows()
        [('P1', 'Y'), ('P2', 'N')]
    """
    chosen = settings or PopulationSettings()
    is_baseline_disease = (pl.col("AVISITN") == 0) & pl.col("LSROLE").is_in(["TARGET", "NON-TARGET"])
    is_in_set = (pl.col("ENRLFL") == "Y") & _is_listed(assessments, is_baseline_disease)
    least = pl.when("LSNODE").then(smallest_node_tenths).otherwise(smallest_tenths)
    distant = assessments.filter(
        pl.col("AVISITN") == 0, pl.col("LSROLE") == "TARGET", pl.col("LSTENTH") >= least
    )
    if injected_at_start is not None:
        distant = distant.join(injected_at_start, on=["USUBJID", "READER", "TULNKID"], how="anti")
    filled = adsl.with_columns(
        RESPFL=_flag(is_in_set), NINJFL=_flag(is_in_set & _is_listed(distant, pl.lit(True)))
    )
    if chosen.evaluable == "response":
        filled = filled.with_columns(EVALFL="RESPFL")
    return SubjectLevel.validate(filled, cast=True)


def derive_evaluable_set(
    adsl: dy.DataFrame[SubjectLevel], evaluable: pl.DataFrame
) -> dy.DataFrame[SubjectLevel]:
    """Set who is evaluable for the primary endpoint from a list, when a rule outside ADSL decides it.

    Args:
        adsl: patients.
        evaluable: USUBJID of the evaluable patients.

    Returns:
        `adsl` with EVALFL Y for the patients listed and N for the others.

    Example:
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2"], "SUBJID": ["1", "2"], "SITEID": "10", "SEX": "F",
        ... })], how="diagonal"))
        >>> derive_evaluable_set(adsl, pl.DataFrame({"USUBJID": ["P2"]}))["EVALFL"].to_list()
        ['N', 'Y']
    """
    return SubjectLevel.validate(
        adsl.with_columns(EVALFL=_flag(_is_listed(evaluable, pl.lit(True)))), cast=True
    )


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _is_listed(frame: pl.DataFrame | None, condition: pl.Expr) -> pl.Expr:
    if frame is None:
        return pl.lit(False)
    listed = frame.filter(condition)["USUBJID"].unique()
    return pl.col("USUBJID").is_in(listed.implode())


def _spread_dates(dates: dy.DataFrame[PatientDates]) -> pl.DataFrame:
    def only(column: str, value: str) -> pl.Expr:
        return pl.col(value).filter(pl.col("COLUMN") == column).first()

    return dates.group_by("USUBJID").agg(
        *[only(column, "DATE").alias(column) for column in PATIENT_DATES],
        TRTSDTF=only("TRTSDT", "FLAG"),
        DTHDTF=only("DTHDT", "FLAG"),
    )


def _reasons(ds: pl.DataFrame | None, settings: PopulationSettings) -> pl.DataFrame:
    if ds is None:
        return pl.DataFrame(schema={"USUBJID": pl.String, "DCTREAS": pl.String, "EOS": pl.String})
    ordered = ds.sort("USUBJID", "DSSTDTC", "DSSEQ", nulls_last=False)
    return ordered.group_by("USUBJID").agg(
        DCTREAS=pl.col("DSDECOD").filter(is_end_of_treatment(settings)).last(),
        EOS=pl.col("DSDECOD").filter(is_end_of_study(settings)).last(),
    )


def _arm(code: str, name: str, arms: Mapping[str, str] | None) -> pl.Expr:
    known = [pl.when(has_arm_text(column)).then(pl.col(column)) for column in (code, name)]
    if arms is None:
        return pl.coalesce(known)
    return pl.coalesce([column.replace_strict(dict(arms), default=None) for column in known])


def _with_analysis_sets(
    patients: pl.DataFrame, *, arms: Mapping[str, str] | None, settings: PopulationSettings
) -> pl.DataFrame:
    is_treated, is_randomised = pl.col("IS_TREATED"), pl.col("IS_RANDOMISED")
    with_arms = patients.with_columns(
        TRT01P=_arm("ARMCD", "ARM", arms), ACTUAL=_arm("ACTARMCD", "ACTARM", arms)
    ).with_columns(
        IS_ENROLLED=~pl.col("IS_FAILURE")
        & (is_randomised | pl.col("IS_REGISTERED") | is_treated | pl.col("TRT01P").is_not_null())
    )
    is_enrolled = pl.col("IS_ENROLLED")
    # A patient who took an unplanned treatment is not silently given back the planned one.
    has_actual = pl.col("ACTARMCD").is_not_null() | pl.col("ACTARM").is_not_null()
    received = pl.when(has_actual).then("ACTUAL").otherwise("TRT01P")
    is_intended = is_randomised if settings.intention_to_treat == "randomised" else is_enrolled
    evaluable = {
        "treated": _flag(is_treated),
        "intention_to_treat": _flag(is_intended),
        "response": pl.lit(None, dtype=pl.String),
    }
    left = pl.when(pl.col("EOS").is_null()).then(pl.lit("ONGOING"))
    completed = (
        left.when(pl.col("EOS") == "COMPLETED").then(pl.lit("COMPLETED")).otherwise(pl.lit("DISCONTINUED"))
    )
    return with_arms.with_columns(
        TRT01A=pl.when(is_treated).then(received),
        RANDDT=pl.when(is_enrolled).then("RANDDT"),
        DTHFL=_flag(pl.col("IS_DEAD")),
        EOSSTT=pl.when(is_enrolled).then(completed),
        DCSREAS=pl.when(is_enrolled & (pl.col("EOS") != "COMPLETED")).then("EOS"),
        SCRFL=pl.lit("Y"),
        SCRFFL=_flag(pl.col("IS_FAILURE")),
        ENRLFL=_flag(is_enrolled),
        RANDFL=_flag(is_randomised),
        ITTFL=_flag(is_intended),
        SAFFL=_flag(is_treated),
        RESPFL=pl.lit(None, dtype=pl.String),
        NINJFL=pl.lit(None, dtype=pl.String),
        EVALFL=evaluable[settings.evaluable],
    )


def _with_reference(patients: pl.DataFrame, reference_date: Literal["RANDDT", "TRTSDT"]) -> pl.DataFrame:
    return patients.with_columns(
        REFDT=pl.col(reference_date),
        REFSRC=pl.when(pl.col(reference_date).is_not_null()).then(pl.lit(reference_date)),
    )


def _assert_arms_known(dm: pl.DataFrame, arms: Mapping[str, str] | None) -> None:
    if arms is None:
        return
    for code, name in (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")):
        named = has_arm_text(code) | has_arm_text(name)
        unknown = dm.filter(named & _arm(code, name, arms).is_null())
        if unknown.height:
            texts = sorted(set(unknown[code].drop_nulls()) or set(unknown[name].drop_nulls()))
            raise TablesError(
                f"{unknown.height} patients are in arms that the study does not name: {', '.join(texts)}.",
                where=f"DM, {code}",
                remedy=f"Known: {', '.join(sorted(arms))}. Add the arm to the study, or correct the table.",
            )


def _assert_randomised(patients: pl.DataFrame, settings: PopulationSettings) -> None:
    if settings.intention_to_treat == "enrolled" or patients["IS_RANDOMISED"].any():
        return
    treated = int(patients["IS_TREATED"].sum())
    if treated:
        raise TablesError(
            f"{treated} patients were treated and none has a record of randomisation.",
            where="DS, DSDECOD",
            remedy=f"Expected one of {', '.join(settings.randomised_terms)}; a study without a draw takes "
            "the enrolled patients as its intention-to-treat set.",
        )
