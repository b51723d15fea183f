"""Draw the figures of one analysis, in one language, each with its caption."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from abscopal.derivations.response.lesion_definitions import HOUSE_DEFINITIONS
from abscopal.design.single_stage import SingleStageDesign
from abscopal.evidence.analysis import Analysis
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.figures.appearance import CaptionedFigure
from abscopal.evidence.figures.body_map import render_body_map
from abscopal.evidence.figures.body_sites import count_sites
from abscopal.evidence.figures.cumulative_incidence import IncidenceValue, render_cumulative_incidence
from abscopal.evidence.figures.flow_boxes import compute_participant_flow
from abscopal.evidence.figures.injection_split import (
    count_injected_patients,
    list_category_changes,
    render_split_spider,
    render_split_waterfall,
)
from abscopal.evidence.figures.kaplan_meier import render_kaplan_meier
from abscopal.evidence.figures.lesion_response import LesionProportion, render_lesion_response
from abscopal.evidence.figures.lesion_waterfall import (
    count_lesion_pages,
    list_lesion_changes,
    render_lesion_waterfall,
)
from abscopal.evidence.figures.operating_characteristics import render_operating_characteristics
from abscopal.evidence.figures.participant_flow import render_participant_flow
from abscopal.evidence.figures.saving import render_svg
from abscopal.evidence.figures.spider import render_spider
from abscopal.evidence.figures.swimmer import PATIENTS_PER_PAGE, render_swimmer
from abscopal.evidence.figures.toxicity_boundary import render_toxicity_boundary
from abscopal.evidence.figures.waterfall import render_waterfall
from abscopal.evidence.flow_reasons import list_reason_words
from abscopal.evidence.patient_courses import MOST_DRAWN, list_courses
from abscopal.evidence.plan.injection_log import is_log_missing
from abscopal.evidence.plan.lesions import KINDS, LESIONS, count_patients
from abscopal.evidence.plan.readers import ACCEPTED, choose_reader
from abscopal.evidence.plan.readings import DAYS_PER_MONTH
from abscopal.evidence.plan.survival import TIME_KINDS
from abscopal.evidence.plan.time_estimates import (
    derive_free_curves,
    derive_incidence_curves,
    rebuild_estimate,
)
from abscopal.evidence.plan.window_status import TOXICITY_KINDS
from abscopal.evidence.report.material import Picture
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.typography import Language

MOST_PAGES = 4
_SHOWN_DEFINITION = HOUSE_DEFINITIONS[1]


def render_pictures(analysis: Analysis, *, language: Language) -> dict[str, Picture]:
    """Draw every figure that the analysis has material for.

    Args:
        analysis: the analysis.
        language: `en` or `fr`.

    Returns:
        The figures by name; one without anything to draw is absent.
    """
    wording = Wording(language)
    arms = _arm_labels(analysis, language)
    drawn: dict[str, CaptionedFigure] = {"participant_flow": _draw_flow(analysis, wording, arms)}
    drawn |= _draw_rule(analysis, wording)
    drawn |= _draw_tumours(analysis, wording, arms)
    drawn |= _draw_incidence(analysis, wording, arms)
    drawn |= _draw_boundaries(analysis, language)
    drawn |= _draw_survival(analysis, wording, arms)
    drawn |= _draw_lesions(analysis, wording, arms)
    drawn |= _draw_by_injection(analysis, wording)
    pictures = {
        name: Picture(
            name, render_svg(figure), figure.caption.title, figure.caption.description, figure.caption.notes
        )
        for name, figure in drawn.items()
    }
    return pictures | _draw_body_map(analysis, wording)


def _arm_labels(analysis: Analysis, language: Language) -> dict[str, str]:
    return {
        arm.identifier: arm.name.read(language)
        for arm in analysis.plan.protocol.arms
        if arm.identifier in analysis.arms
    }


def _draw_flow(analysis: Analysis, wording: Wording, arms: Mapping[str, str]) -> CaptionedFigure:
    flow = compute_participant_flow(
        analysis.tables["flow"],
        language=wording.language,
        arms=arms,
        reasons=list_reason_words(analysis.plan.protocol, language=wording.language),
    )
    return render_participant_flow(flow, language=wording.language)


def _draw_rule(analysis: Analysis, wording: Wording) -> dict[str, CaptionedFigure]:
    decision, rule = analysis.decision, analysis.plan.primary.decision_rule
    if decision is None or rule is None:
        return {}
    design = SingleStageDesign(
        n=decision.planned, minimum_successes=decision.rule_minimum, p0=decision.p0, p1=decision.p1
    )
    figure = render_operating_characteristics(
        design,
        language=wording.language,
        nominal_alpha=rule.alpha.value,
        nominal_power=rule.power.value,
        observed=(decision.successes, decision.counted),
    )
    return {"operating_characteristics": figure}


def _draw_tumours(
    analysis: Analysis, wording: Wording, arms: Mapping[str, str]
) -> dict[str, CaptionedFigure]:
    tables = analysis.tables
    if "adrs" not in tables or "adtr" not in tables:
        return {}
    primary = analysis.plan.protocol.lesions.primary_criterion
    responses = choose_reader(tables["adrs"].filter(pl.col("CRITERION") == primary), tables.get(ACCEPTED))
    if responses is None or responses.is_empty():
        return {}
    lesions = tables["adtr"].join(
        responses.select("USUBJID", "READER").unique(), on=["USUBJID", "READER"], how="semi"
    )
    patients = tables["adsl"].filter(pl.col("RESPFL") == "Y")
    shared: dict[str, Any] = {"language": wording.language, "arms": arms}
    drawn = {
        "waterfall": render_waterfall(lesions, responses, patients, sum_parameter="SDIAM", **shared),
        "spider": render_spider(lesions, responses, patients, sum_parameter="SDIAM", **shared),
    }
    treated = patients.filter(pl.col("SAFFL") == "Y")
    pages = -(-treated.height // PATIENTS_PER_PAGE)
    for page in range(1, min(pages, MOST_PAGES) + 1):
        drawn[f"swimmer_{page}"] = render_swimmer(
            treated, responses, data_cut=analysis.cut_off, page=page, **shared
        )
    return drawn


def _draw_incidence(
    analysis: Analysis, wording: Wording, arms: Mapping[str, str]
) -> dict[str, CaptionedFigure]:
    primary = analysis.plan.primary
    candidates = [primary, *analysis.plan.endpoints]
    endpoint = next(
        (
            e
            for e in candidates
            if e.kind in TOXICITY_KINDS and any(c.endpoint == e.identifier for c in analysis.curves)
        ),
        None,
    )
    if endpoint is None or endpoint.window_days.value is None:
        return {}
    times = pl.concat([curve.times for curve in analysis.curves if curve.endpoint == endpoint.identifier])
    is_free = endpoint.kind != "toxicity_proportion"
    values = []
    for arm in analysis.arms:
        for method, estimand in (
            ("crude", "complete_window"),
            ("one_minus_kaplan_meier", "kaplan_meier"),
            ("aalen_johansen", "aalen_johansen"),
        ):
            record = analysis.estimates.pick(endpoint.identifier, estimand, arm=arm)
            if record is not None:
                estimate = rebuild_estimate(record, side="event" if is_free else "as_is")
                values.append(IncidenceValue(arm, method, estimate))  # type: ignore[arg-type]
    figure = render_cumulative_incidence(
        times,
        derive_incidence_curves(times),
        values,
        endpoint=wording.say("figure.severe_event"),
        competing=wording.say("event.death"),
        window_days=endpoint.window_days.value,
        language=wording.language,
        arms=arms,
        start=wording.say("figure.first_dose"),
    )
    return {"cumulative_incidence": figure}


def _draw_boundaries(analysis: Analysis, language: Language) -> dict[str, CaptionedFigure]:
    return {
        f"toxicity_boundary_{path.reading.declared.identifier}": render_toxicity_boundary(
            path.reading.design,
            name=path.reading.declared.name.read(language),
            language=language,
            path=path.points,
        )
        for path in analysis.boundaries
        if path.reading.design is not None
    }


def _draw_survival(
    analysis: Analysis, wording: Wording, arms: Mapping[str, str]
) -> dict[str, CaptionedFigure]:
    drawn = {}
    for curve in analysis.curves:
        endpoint = analysis.plan.protocol.find_endpoint(curve.endpoint)
        if endpoint is None or endpoint.kind not in TIME_KINDS:
            continue
        medians = {}
        for arm in analysis.arms:
            record = analysis.estimates.pick(endpoint.identifier, "median", arm=arm)
            if record is not None:
                medians[arm] = rebuild_estimate(_in_days(record), side="as_is")
        drawn[f"kaplan_meier_{endpoint.identifier}"] = render_kaplan_meier(
            curve.times,
            derive_free_curves(curve.times),
            endpoint=endpoint.name.read(wording.language),
            language=wording.language,
            arms=arms,
            medians=medians,
            level=endpoint.confidence_level.value or 0.95,
            start=wording.say(f"figure.{analysis.plan.reference_date}"),
        )
    return drawn


def _draw_lesions(
    analysis: Analysis, wording: Wording, arms: Mapping[str, str]
) -> dict[str, CaptionedFigure]:
    rows = []
    for arm, label in arms.items():
        for kind in KINDS:
            estimand = f"{_SHOWN_DEFINITION.code}: {kind}"
            record = analysis.estimates.find(LESIONS, estimand, population="ITTFL", arm=arm)
            if record is not None:
                rows.append(
                    LesionProportion(
                        wording.labelled(label, wording.say(f"lesions.{kind}").lower()),
                        kind,  # type: ignore[arg-type]
                        rebuild_estimate(record, side="as_is"),
                        "lesions",
                        count_patients(record),
                    )
                )
    if not rows:
        return {}
    definition = wording.say("figure.lesion_definition")
    return {"lesion_response": render_lesion_response(rows, definition=definition, language=wording.language)}


def _draw_by_injection(analysis: Analysis, wording: Wording) -> dict[str, CaptionedFigure]:
    """Injected and distant lesions side by side, where any target was injected and a reader can tell patients apart."""
    courses = list_courses(analysis)
    changes = list_category_changes(courses)
    if not changes or len(courses) > MOST_DRAWN:
        return {}
    shared: dict[str, Any] = {"language": wording.language, "patients": count_injected_patients(courses)}
    drawn = {
        "waterfall_split": render_split_waterfall(changes, **shared),
        "spider_split": render_split_spider(changes, **shared),
    }
    lesions, missing = list_lesion_changes(courses)
    for page in range(1, min(count_lesion_pages(lesions), MOST_PAGES) + 1):
        drawn[f"lesion_waterfall_{page}"] = render_lesion_waterfall(
            lesions, language=wording.language, missing=missing, page=page
        )
    return drawn


def _draw_body_map(analysis: Analysis, wording: Wording) -> dict[str, Picture]:
    courses = list_courses(analysis)
    sites = count_sites(courses, language=wording.language)
    if not sites or is_log_missing(analysis.stops):
        return {}
    told = wording.say(
        "sites.map_told",
        lesions=wording.count(sum(site.total for site in sites)),
        patients=wording.count(len(courses)),
        injected=wording.count(sum(site.injected[0] for site in sites)),
    )
    svg = render_body_map(sites, language=wording.language)
    title, note = wording.say("sites.map_title"), wording.say("sites.map_note")
    return {"body_map": Picture("body_map", svg, title, told, (note,), "small")}


def _in_days(record: EndpointEstimate) -> EndpointEstimate:
    estimate, lower, upper = (
        None if value is None else value * DAYS_PER_MONTH
        for value in (record.estimate, record.lower, record.upper)
    )
    return replace(record, unit="days", estimate=estimate, lower=lower, upper=upper)
