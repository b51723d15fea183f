"""Times to event: medians, shares free of the event at fixed times, and curves with numbers at risk."""

from abscopal.evidence.plan.survival import FOLLOW_UP, LANDMARK_PREFIX, TIME_KINDS
from abscopal.evidence.report.blocks import Block, Section, row_of
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.sections.primary import render_comparison, render_printed_elsewhere
from abscopal.protocol.endpoints import Endpoint


def render_survival(material: Material) -> Section | None:
    """Every endpoint that is a time, with its curve, and the length of follow-up."""
    blocks: list[Block] = []
    for endpoint in material.analysis.plan.endpoints:
        if endpoint.kind in TIME_KINDS and material.analysis.estimates.of(endpoint.identifier):
            blocks += _time_table(material, endpoint)
            blocks += material.figure(f"kaplan_meier_{endpoint.identifier}")
            blocks += render_comparison(material, endpoint)
            blocks += render_printed_elsewhere(material, endpoint)
    follow_up = material.analysis.estimates.of(FOLLOW_UP)
    if follow_up:
        arms = material.arms_with_all()
        cells = material.cells(FOLLOW_UP, "median", population="ITTFL", arms=arms)
        row = row_of(material.say("survival.follow_up"), cells)
        blocks.append(
            material.by_arm(
                "follow-up",
                material.say("survival.follow_up"),
                [row],
                arms=arms,
                first=material.say("survival.first"),
            )
        )
    return Section("survival", material.say("survival.title"), tuple(blocks)) if blocks else None


def _time_table(material: Material, endpoint: Endpoint) -> list[Block]:
    population = endpoint.estimand.population
    arms = [arm for arm in material.analysis.arms if arm in endpoint.arms]
    records = material.analysis.estimates.of(endpoint.identifier)
    names = [
        name
        for name in dict.fromkeys(record.estimand for record in records)
        if not name.startswith("comparison")
    ]
    rows = [
        row_of(
            _row_name(material, name),
            material.cells(endpoint.identifier, name, population=population, arms=arms),
        )
        for name in names
    ]
    title = f"{material.read(endpoint.name)} ({material.say(f'status.{endpoint.level}')})"
    note = material.say("survival.note", ruleset=material.analysis.ruleset(endpoint.identifier))
    return [
        material.by_arm(
            f"time-{endpoint.identifier}".replace("_", "-"),
            material.say("survival.caption", endpoint=title),
            rows,
            arms=arms,
            first=material.say("survival.first"),
            notes=(note,),
        )
    ]


def _row_name(material: Material, estimand: str) -> str:
    if estimand.startswith(LANDMARK_PREFIX):
        return material.say("survival.landmark", months=estimand.removeprefix(LANDMARK_PREFIX))
    return material.say(f"survival.{estimand}")
