"""From SDTM to ADaM in the order that the tables need each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import polars as pl

from abscopal.derivations.exposure import derive_adex
from abscopal.derivations.participant_flow import derive_flow_counts
from abscopal.derivations.pathological_response import derive_pathological_responses
from abscopal.derivations.population import derive_adsl, derive_evaluable_set, derive_response_set
from abscopal.derivations.protocol_versions import derive_by_version
from abscopal.derivations.response.baseline_checks import check_baselines
from abscopal.derivations.response.criteria import CRITERIA, RECIST_1_1
from abscopal.derivations.response.criterion import Criterion, SelectionRules
from abscopal.derivations.response.duration import derive_response_durations
from abscopal.derivations.response.injected_lesions import derive_injected_at_start
from abscopal.derivations.response.lesion_assessments import derive_late_lesions, derive_lesion_assessments
from abscopal.derivations.response.lesion_responses import derive_lesion_responses
from abscopal.derivations.response.lesion_scans import derive_lesion_scans
from abscopal.derivations.response.response_table import derive_adrs_by_criterion
from abscopal.derivations.response.targets_in_words import derive_targets_in_words
from abscopal.derivations.response.tumour_table import derive_adtr
from abscopal.derivations.safety.adverse_events import derive_adae
from abscopal.derivations.safety.immune_related_terms import read_immune_related_terms
from abscopal.derivations.safety.settings import ImmuneRule, SafetySettings
from abscopal.derivations.time_to_event.censoring_rules import RULESETS, CensoringRules
from abscopal.derivations.time_to_event.overall_survival import derive_overall_survival
from abscopal.derivations.time_to_event.progression_free import derive_progression_free_survival
from abscopal.derivations.time_to_event.relapse_free import derive_relapse_free_survival
from abscopal.derivations.time_to_event.severe_event import derive_time_to_severe_event
from abscopal.derivations.time_to_event.time_rows import Counting
from abscopal.evidence.analysis_plan import AnalysisPlan
from abscopal.evidence.plan.lesions import list_lesion_definitions
from abscopal.evidence.plan.progression_times import choose_criterion, name_progression_free
from abscopal.evidence.plan.protocol_versions import list_starts
from abscopal.evidence.plan.readers import (
    ACCEPTED,
    CHOSEN_BY_ANSWERS,
    choose_reader,
    derive_acceptance,
    flag_accepted,
    is_nobody_accepted,
)
from abscopal.evidence.plan.readings import Stop
from abscopal.evidence.plan.sensitivity import (
    BY_SETTING,
    LESIONS_BY_SETTING,
    MOST_PATIENTS,
    derive_lesion_sensitivity,
    derive_sensitivity,
)
from abscopal.evidence.plan.window_status import TOXICITY_KINDS, choose_events, derive_primary_status
from abscopal.protocol.lesions import LesionRules
from abscopal.protocol.safety import ImmuneRelatedRule
from abscopal.protocol.study_protocol import StudyProtocol

JUDGEMENTS = ("IRAEINV", "IRAEADJ")


@dataclass(slots=True)
class DerivedTables:
    """The tables so far, what stopped, and whether immune-related events could be told."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    has_immune_rule: bool = False


def derive_analysis_tables(
    plan: AnalysisPlan, sdtm: Mapping[str, Any], *, has_injection_log: bool = True
) -> DerivedTables:
    """Derive ADSL, ADEX, ADAE, ADTR, ADRS, ADLR and ADTTE, as far as the tables and the study file allow.

    Args:
        plan: the choices of the study.
        sdtm: validated SDTM tables by lower-case name; None where absent.
        has_injection_log: whether injected lesions can be told from the others; where they cannot, no lesion is
            counted as one or the other.

    Returns:
        The analysis tables, the working tables `flow` and `assessments`, and what stopped.
    """
    derived = DerivedTables()
    adsl: Any = derive_adsl(
        sdtm["dm"],
        **{name: sdtm[name] for name in ("ds", "ex", "pr", "ae", "dd", "tu", "tr", "rs", "cp")},
        arms=plan.arm_codes,
        reference_date=plan.reference_date or "RANDDT",
        versions=list_starts(plan.patient_rules),
        settings=plan.population,
    )
    if sdtm["ex"] is not None:
        derived.tables["adex"] = derive_adex(sdtm["ex"], adsl)
    derived.tables["adsl"] = adsl
    if sdtm["bs"] is not None:
        derived.tables["pathology"] = derive_pathological_responses(sdtm["bs"])
    _add_adverse_events(derived, plan, sdtm)
    if plan.reference_date is None:
        derived.stops.append(Stop("value_unknown", detail="reference_date"))
    else:
        _add_responses(derived, plan, sdtm, has_injection_log=has_injection_log)
        _add_times(derived, plan, sdtm)
    _set_evaluable(derived, plan.protocol)
    derived.tables["flow"] = derive_flow_counts(derived.tables["adsl"], ie=sdtm["ie"])  # type: ignore[arg-type]
    return derived


def _add_adverse_events(derived: DerivedTables, plan: AnalysisPlan, sdtm: Mapping[str, Any]) -> None:
    events, safety = sdtm["ae"], plan.protocol.safety
    if events is None:
        return
    if safety.severe_grade.value is None:
        derived.stops.append(Stop("value_unknown", detail="safety.severe_grade"))
        return
    versions = sorted(events["AETOXVER"].drop_nulls().unique())
    if len(versions) > 1 and not set(versions) <= set(plan.ctcae_versions):
        derived.stops.append(Stop("grade_version_mixed", detail=", ".join(versions)))
        return
    if safety.ctcae_version.value is None:
        derived.stops.append(Stop("grade_version_unknown", detail=", ".join(versions) or "—"))
    rule = name_immune_rule(safety.immune_related)
    is_judged = _has_judgement(events, sdtm["supp"])
    derived.has_immune_rule = rule is not None and (rule == "term" or is_judged)
    if rule is None:
        derived.stops.append(Stop("irae_rule_unknown"))
    elif not derived.has_immune_rule:
        derived.stops.append(Stop("irae_not_judged"))
    common = SafetySettings(
        ctcae_versions=plan.ctcae_versions,
        severe_grade=safety.severe_grade.value,
        immune_rule=rule if derived.has_immune_rule and rule is not None else "term",
    )
    terms = read_immune_related_terms()

    def derive(members: Any, version: str) -> pl.DataFrame:
        own = replace(common, emergent_end_days=plan.find_rules(version).emergent_end_days)
        return derive_adae(events, members, terms=terms, supp=sdtm["supp"], settings=own)

    adae = derive_by_version(derived.tables["adsl"], derive, versions=plan.versions)
    if not derived.has_immune_rule:
        adae = adae.with_columns(IRAEFL=pl.lit(None, dtype=pl.String))
    if safety.severe_includes_death.value is False:
        adae = adae.with_columns(SEVFL=pl.when(pl.col("ATOXGRN") == 5).then(pl.lit("N")).otherwise("SEVFL"))
    derived.tables["adae"] = adae


def name_immune_rule(rule: ImmuneRelatedRule) -> ImmuneRule | None:
    """Turn the study's rule of immune-related events into the name that the derivation knows.

    Args:
        rule: which flags take part and how they combine.

    Returns:
        The name, or None where the study file leaves the rule unknown.

    Example:
        >>> mark = {"provenance": "published", "source": "10.1000/182"}
        >>> rule = ImmuneRelatedRule.model_validate({
        ...     "flags": {"value": ("term", "investigator"), **mark}, "combination": {"value": "all", **mark},
        ... })
        >>> name_immune_rule(rule)
        'term_and_judged'
    """
    flags = rule.flags.value
    if not flags:
        return None
    if len(flags) == 1:
        single: dict[str, ImmuneRule] = {
            "term": "term", "investigator": "investigator", "adjudicated": "adjudicated",
        }  # fmt: skip
        return single[flags[0]]
    combination = rule.combination.value
    if combination is None:
        return None
    if "term" not in flags:
        return "judged" if combination == "any" else "adjudicated"
    return "term_or_judged" if combination == "any" else "term_and_judged"


def _has_judgement(events: pl.DataFrame, supplements: pl.DataFrame | None) -> bool:
    inside = any(name in events.columns and events[name].is_not_null().any() for name in JUDGEMENTS)
    return inside or (
        supplements is not None and not supplements.filter(pl.col("QNAM").is_in(JUDGEMENTS)).is_empty()
    )


def _add_responses(
    derived: DerivedTables, plan: AnalysisPlan, sdtm: Mapping[str, Any], *, has_injection_log: bool
) -> None:
    if sdtm["tu"] is None or sdtm["tr"] is None:
        return
    adsl: Any = derived.tables["adsl"]
    lesions = derive_lesion_assessments(
        sdtm["tu"],
        sdtm["tr"],
        adsl,
        exposure=sdtm["ex"] if has_injection_log else None,
        settings=plan.response,
    )
    injected_at_start = derive_injected_at_start(lesions, plan.response)
    measurable = choose_selection(RECIST_1_1.selection, plan.protocol.lesions)
    adsl = derive_response_set(
        adsl,
        lesions,
        injected_at_start=injected_at_start,
        settings=plan.population,
        smallest_tenths=measurable.smallest_tenths,
        smallest_node_tenths=measurable.smallest_node_tenths,
    )
    derived.tables["assessments"] = lesions
    derived.tables["adtr"] = derive_adtr(lesions, adsl, settings=plan.response)
    if not has_injection_log:
        # Without a log "N" would say that a lesion was spared, which nobody knows.
        adsl = adsl.with_columns(NINJFL=pl.lit(None, dtype=pl.String))
        derived.tables["adtr"] = derived.tables["adtr"].with_columns(INJFL=pl.lit(None, dtype=pl.String))
    derived.tables["adsl"] = adsl
    enrolled: Any = adsl.filter(pl.col("ENRLFL") == "Y")
    criteria = [criterion for criterion in CRITERIA if criterion.name in plan.criteria]
    if criteria:
        selections = [choose_selection(criterion.selection, plan.protocol.lesions) for criterion in criteria]
        in_words = derive_targets_in_words(sdtm["tr"], lesions, settings=plan.response)
        late = derive_late_lesions(sdtm["tu"], sdtm["tr"], adsl, settings=plan.response)
        derived.tables["baseline_doubts"] = _check_baselines(
            lesions, adsl, selections, plan, late=late, in_words=in_words
        )
        responses = derive_adrs_by_criterion(lesions, enrolled, criteria=criteria, settings=plan.response)
        derived.tables["adrs"] = pl.concat(responses.values())
    if has_injection_log:
        derived.tables["adlr"] = derive_lesion_responses(
            lesions,
            enrolled,
            definitions=list_lesion_definitions(plan.protocol.lesions.lesion_response),
            scans=derive_lesion_scans(sdtm["tr"], plan.response),
            settings=plan.response,
        )
    _accept_records(derived, plan.protocol)
    by_setting = derive_sensitivity(derived.tables, plan, sdtm)
    if by_setting is not None:
        derived.tables[BY_SETTING] = by_setting
        lesions_by_setting = derive_lesion_sensitivity(derived.tables, plan, sdtm)
        if lesions_by_setting is not None:
            derived.tables[LESIONS_BY_SETTING] = lesions_by_setting
    elif derived.tables["adsl"].height > MOST_PATIENTS:
        derived.stops.append(Stop("too_many_to_read_again", detail=f"{MOST_PATIENTS}"))


def _accept_records(derived: DerivedTables, protocol: StudyProtocol) -> None:
    """Choose whose record of each patient counts; what the readers' own answers decide is written into ACCFL."""
    accepted = derive_acceptance(derived.tables, protocol.lesions)
    if accepted is None:
        return
    derived.tables[ACCEPTED] = accepted
    nobody = accepted.filter(pl.col("READER").is_null()).height
    if is_nobody_accepted(accepted):
        readers = ", ".join(sorted(derived.tables["assessments"]["READER"].unique()))
        derived.stops.append(Stop("no_accepted_reader", detail=readers))
    elif nobody:
        derived.stops.append(Stop("records_not_accepted", detail=f"{nobody}"))
    if protocol.lesions.accepted_reader.rule in CHOSEN_BY_ANSWERS:
        for name in {"adrs", "adlr", "assessments"} & set(derived.tables):
            derived.tables[name] = flag_accepted(derived.tables[name], accepted)


def choose_selection(selection: SelectionRules, rules: LesionRules) -> SelectionRules:
    """Put the limits of the study in place of those of a criterion, where the study file gives them.

    Args:
        selection: how the criterion wants targets chosen.
        rules: the rules of measurement of the study.

    Returns:
        The limits in force; targets are chosen by category only where the criterion does so.
    """
    stated = {
        "max_targets": rules.maximum_targets.value,
        "max_per_organ": rules.maximum_targets_per_organ.value,
        "max_per_category": rules.maximum_targets_per_category.value if selection.max_per_category else None,
        "smallest_tenths": _count_tenths(rules.minimum_diameter_mm.value),
        "smallest_node_tenths": _count_tenths(rules.minimum_node_short_axis_mm.value),
    }
    return replace(selection, **{name: limit for name, limit in stated.items() if limit is not None})


def _count_tenths(millimetres: float | None) -> int | None:
    return None if millimetres is None else round(10 * millimetres)


def _check_baselines(
    lesions: pl.DataFrame,
    adsl: pl.DataFrame,
    selections: Sequence[SelectionRules],
    plan: AnalysisPlan,
    *,
    late: pl.DataFrame,
    in_words: pl.DataFrame,
) -> pl.DataFrame:
    def check(members: Any, version: str) -> pl.DataFrame:
        age = plan.find_rules(version).baseline_max_age_days
        own = plan.response if age is None else replace(plan.response, baseline_max_age_days=age)
        theirs: Any = lesions.join(members.select("USUBJID"), on="USUBJID", how="semi")
        named = [rows.join(members.select("USUBJID"), on="USUBJID", how="semi") for rows in (late, in_words)]
        return check_baselines(
            theirs, members, selections=selections, settings=own, late=named[0], in_words=named[1]
        )

    return derive_by_version(adsl, check, versions=plan.versions)


def _add_times(derived: DerivedTables, plan: AnalysisPlan, sdtm: Mapping[str, Any]) -> None:
    adsl: Any = derived.tables["adsl"]
    counting = _choose_counting(plan)
    times: list[pl.DataFrame] = [derive_overall_survival(adsl, analysis_set="ITTFL", counting=counting)]
    responses: Any = derived.tables.get("adrs")
    criterion = plan.protocol.lesions.primary_criterion
    accepted: Any = None if responses is None else choose_reader(responses, derived.tables.get(ACCEPTED))
    if accepted is not None and criterion in plan.criteria:
        times += _time_responses(accepted, adsl, plan, criterion=choose_criterion(criterion), named={})
        for other in list_confirming_criteria(plan):
            named = {
                "parameter": name_progression_free(plan.protocol, other.name),
                "label": f"Progression-free survival by {other.title}",
            }
            times += _time_responses(accepted, adsl, plan, criterion=other, named=named)
    if sdtm["ds"] is not None and any(endpoint.kind == "relapse_free" for endpoint in plan.endpoints):
        times.append(derive_relapse_free_survival(adsl, sdtm["ds"], counting=counting))
    times += _list_times_to_toxicity(derived, plan)
    derived.tables["adtte"] = pl.concat(times)


def _choose_counting(plan: AnalysisPlan) -> Counting:
    return "plus_one_day" if plan.response.plus_one_day else "elapsed_days"


def _time_responses(
    accepted: Any, adsl: Any, plan: AnalysisPlan, *, criterion: Criterion, named: dict[str, Any]
) -> list[pl.DataFrame]:
    """Progression-free survival and durations of response by one criterion, as the accepted reader saw them."""

    def derive(members: Any, version: str) -> pl.DataFrame:
        return derive_progression_free_survival(
            accepted, members, ruleset=choose_ruleset(plan, version), criterion=criterion.name,
            analysis_set="ITTFL", counting=_choose_counting(plan), **named,
        )  # fmt: skip

    of_criterion = accepted.filter(pl.col("CRITERION") == criterion.name)
    return [
        derive_by_version(adsl, derive, versions=plan.versions),
        derive_response_durations(of_criterion, adsl, settings=plan.response, criterion=criterion),
    ]


def list_confirming_criteria(plan: AnalysisPlan) -> list[Criterion]:
    """List the criteria beside the primary one whose progression must be confirmed: their times are their own.

    Args:
        plan: the choices of the study.

    Returns:
        The criteria, in the order of `CRITERIA`.
    """
    primary = plan.protocol.lesions.primary_criterion
    return [
        criterion
        for criterion in CRITERIA
        if criterion.name in plan.criteria
        and criterion.name != primary
        and criterion.has_unconfirmed_progression
    ]


def _list_times_to_toxicity(derived: DerivedTables, plan: AnalysisPlan) -> list[pl.DataFrame]:
    """The times to the event of the first endpoint of toxicity, which ADTTE keeps for whoever checks the curves."""
    tables: Any = derived.tables
    for endpoint in plan.endpoints:
        selection = choose_events(endpoint) if endpoint.kind in TOXICITY_KINDS else None
        if selection is not None and "adae" in tables:
            return [derive_time_to_severe_event(tables["adae"], tables["adsl"], selection=selection)]
    return []


def choose_ruleset(plan: AnalysisPlan, version: str) -> CensoringRules:
    """Pick the censoring rules that the study names, with the calendar of scans of one version of the protocol.

    Args:
        plan: the choices of the study.
        version: the version under which the patients were included: their scans were planned by it.

    Returns:
        The rules; where the study names none, those of FDA table A.
    """
    choices = plan.protocol.lesions.settings
    rules = RULESETS.get(choices.pfs_rule.value or "fda_a", RULESETS["fda_a"])
    calendar, missed = plan.find_rules(version), choices.max_missed.value
    interval, window = calendar.interval_days, calendar.window_days
    return replace(
        rules,
        interval_days=rules.interval_days if interval is None else interval,
        window_days=rules.window_days if window is None else window,
        max_missed=rules.max_missed if missed is None else missed,
    )


def _set_evaluable(derived: DerivedTables, protocol: StudyProtocol) -> None:
    wanted: Literal["event_or_complete_window"] = "event_or_complete_window"
    needs_window = any(
        item.identifier == "EVALFL" and wanted in item.requires for item in protocol.analysis_sets
    )
    status = derive_primary_status(derived.tables, protocol.primary_endpoint) if needs_window else None
    if status is None:
        return
    complete = status.filter(pl.col("STATE").is_in(["event", "complete"])).select("USUBJID")
    derived.tables["adsl"] = derive_evaluable_set(derived.tables["adsl"], complete)  # type: ignore[arg-type]
