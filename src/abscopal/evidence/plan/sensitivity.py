"""What the conclusions owe to each reading of the response rules: derived again, counted, and the decision re-read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.lesion_assessments import derive_lesion_assessments
from abscopal.derivations.response.lesion_responses import derive_lesion_responses
from abscopal.derivations.response.lesion_scans import derive_lesion_scans
from abscopal.derivations.response.lesion_sensitivity import derive_lesions_by_setting
from abscopal.derivations.response.sensitivity import (
    ResponsesBySetting,
    derive_responses_by_setting,
    derive_setting_effects,
)
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.estimation.proportions import estimate_proportion
from abscopal.evidence.analysis_plan import AnalysisPlan
from abscopal.evidence.plan.decision import Decision
from abscopal.evidence.plan.lesions import list_lesion_definitions
from abscopal.evidence.plan.progression_times import choose_criterion
from abscopal.evidence.plan.readers import ACCEPTED, choose_reader
from abscopal.evidence.plan.readings import ALL_ARMS, Readings
from abscopal.evidence.plan.response import CONTROLLED

BY_SETTING, EFFECTS, DECISIONS = "responses_by_setting", "setting_effects", "decisions_by_setting"
LESIONS_BY_SETTING = "lesions_by_setting"
SENSITIVITY, IN_FORCE = "sensitivity", "in force"
POPULATION = "RESPFL"
LESION_POPULATION = "ITTFL"
CHANGES = ("BESTCHANGED", "PDMOVED", "CHANGED", "CONFCHANGED", "INJCHANGED", "NINJCHANGED")
FULL_DATE = r"^\d{4}-\d{2}-\d{2}"
# Early-phase trials have some hundred patients. Beyond this, deriving everything again under each reading takes
# minutes, which a read-out must not.
MOST_PATIENTS = 1000
DECIDED_BY_BEST = ("objective_response", "disease_control")


def derive_sensitivity(
    tables: Mapping[str, pl.DataFrame], plan: AnalysisPlan, sdtm: Mapping[str, Any]
) -> pl.DataFrame | None:
    """Derive the responses of everyone enrolled under each other reading of each setting.

    Args:
        tables: analysis tables so far: ADSL, the lesion assessments and the accepted records.
        plan: the choices of the study.
        sdtm: collected tables by lower-case name, for readings that line up lesions and visits anew.

    Returns:
        One row per criterion, setting, other value and patient; None where there is no accepted reading, or
        where there are more than `MOST_PATIENTS` patients.
    """
    if tables["adsl"].height > MOST_PATIENTS:
        return None
    lesions = choose_reader(tables["assessments"], tables.get(ACCEPTED))
    if lesions is None or not plan.criteria:
        return None
    adsl: Any = tables["adsl"]

    has_injection_log = "adlr" in tables
    criteria = [criterion for criterion in CRITERIA if criterion.name in plan.criteria]
    if not has_injection_log:
        # Nobody knows which lesions were injected: no kind of them is told apart.
        criteria = [replace(criterion, judge_categories=None) for criterion in criteria]
    return derive_responses_by_setting(
        lesions,  # type: ignore[arg-type]
        adsl.filter(pl.col("ENRLFL") == "Y"),
        criteria=criteria,
        settings=plan.response,
        derive_lesions=lambda settings: _line_up(tables, sdtm, settings),
        idle=_list_idle(sdtm),
    )


def derive_lesion_sensitivity(
    tables: Mapping[str, pl.DataFrame], plan: AnalysisPlan, sdtm: Mapping[str, Any]
) -> pl.DataFrame | None:
    """Count the lesions that respond, of every arm together, under each other reading of each setting.

    Args:
        tables: analysis tables so far: ADSL, ADLR, the lesion assessments and the accepted records.
        plan: the choices of the study.
        sdtm: collected tables by lower-case name.

    Returns:
        One row per setting, other value, definition and kind of lesion; None without ADLR or an accepted reader,
        or where there are more than `MOST_PATIENTS` patients.
    """
    adsl: Any = tables["adsl"]
    accepted = choose_reader(tables["assessments"], tables.get(ACCEPTED))
    if "adlr" not in tables or accepted is None or adsl.height > MOST_PATIENTS:
        return None

    def derive_lesions(settings: ResponseSettings) -> Any:
        return derive_lesion_responses(
            _line_up(tables, sdtm, settings),
            adsl.filter(pl.col(LESION_POPULATION) == "Y"),
            definitions=list_lesion_definitions(plan.protocol.lesions.lesion_response),
            scans=derive_lesion_scans(sdtm["tr"], settings),
            settings=settings,
        )

    return derive_lesions_by_setting(derive_lesions, plan.response, idle=_list_idle(sdtm))


def _line_up(tables: Mapping[str, pl.DataFrame], sdtm: Mapping[str, Any], settings: ResponseSettings) -> Any:
    """The lesions of the accepted readers, lined up by the settings given."""
    adsl: Any = tables["adsl"]
    again = derive_lesion_assessments(sdtm["tu"], sdtm["tr"], adsl, exposure=sdtm["ex"], settings=settings)
    return choose_reader(again, tables.get(ACCEPTED))


def _list_idle(sdtm: Mapping[str, Any]) -> tuple[str, ...]:
    return ("scan_date_imputation",) if _has_only_full_dates(sdtm) else ()


def _has_only_full_dates(sdtm: Mapping[str, Any]) -> bool:
    """Whether no scan has a partial date: then no rule for completing dates is ever applied."""
    scans = (sdtm["tu"]["TUDTC"], sdtm["tr"]["TRDTC"])
    return all(bool(dates.drop_nulls().str.contains(FULL_DATE).all()) for dates in scans)


def estimate_sensitivity(readings: Readings) -> pl.DataFrame | None:
    """Count what each other reading changes, and estimate the response rate under those that change something.

    Args:
        readings: analysis tables and list of estimates.

    Returns:
        One row per criterion, setting and other value, what changes most first; None without responses.
    """
    rows = readings.rows_of(BY_SETTING, readings.patients(POPULATION))
    if rows is None or rows.is_empty():
        return None
    effects = derive_setting_effects(ResponsesBySetting.cast(rows))
    for (criterion,), group in effects.partition_by("CRITERION", as_dict=True, maintain_order=True).items():
        base = group.row(0, named=True)
        _keep_rate(readings, str(criterion), IN_FORCE, base["RESPONDERS"], base["PATIENTS"])
        for row in group.filter(changes_something()).iter_rows(named=True):
            name = f"{row['SETTING']} = {row['CHOICE']}"
            _keep_rate(readings, str(criterion), name, row["ALTRESPONDERS"], row["PATIENTS"])
    return effects.sort(*CHANGES, "SETTING", "CHOICE", descending=[True] * len(CHANGES) + [False] * 2)


def changes_something() -> pl.Expr:
    """Whether another reading changes any response or progression."""
    return pl.any_horizontal(pl.col(name) > 0 for name in CHANGES)


def _keep_rate(readings: Readings, criterion: str, name: str, responders: int, patients: int) -> None:
    readings.estimates.take(
        f"{SENSITIVITY}_{criterion}",
        name,
        estimate_proportion(responders, patients),
        population=POPULATION,
        arm=ALL_ARMS,
        status="sensitivity",
        source="responses by setting",
    )


def decide_by_setting(readings: Readings, decision: Decision | None) -> pl.DataFrame | None:
    """Read the decision rule of the primary endpoint again under each other reading.

    Args:
        readings: analysis tables.
        decision: the decision as it stands.

    Returns:
        SETTING, CHOICE, SUCCESSES and TURNED (the rule is met instead of unmet, or the reverse); None where the
        primary endpoint has no decision, or its decision does not rest on best response.
    """
    endpoint = readings.protocol.primary_endpoint
    table = readings.tables.get(BY_SETTING)
    if decision is None or table is None or endpoint.kind not in DECIDED_BY_BEST:
        return None
    criterion = endpoint.criterion or readings.protocol.lesions.primary_criterion
    patients = readings.patients(endpoint.estimand.population, decision.arm)
    controlled = choose_criterion(criterion).list_codes(*CONTROLLED)
    is_response = endpoint.kind == "objective_response"
    success = pl.col("ALTRESPONDED") if is_response else pl.col("ALTBEST").is_in(controlled)
    was_met = decision.successes >= decision.minimum
    return (
        table.filter(pl.col("CRITERION") == criterion)
        .join(patients.select("USUBJID"), on="USUBJID", how="semi")
        .group_by("SETTING", "CHOICE")
        .agg(SUCCESSES=success.sum().cast(pl.Int64))
        .with_columns(TURNED=(pl.col("SUCCESSES") >= decision.minimum) != was_met)
        .sort("SETTING", "CHOICE")
    )
