"""Toxicity: who had any event, the worst grade by term, and incidence by three estimators."""

from abscopal.evidence.plan.toxicity import GROUPS, IMMUNE_GROUPS, OVERALL, WORST
from abscopal.evidence.report.blocks import Block, Heading, Section, Table, row_of
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.sections.boundary import render_boundary_path
from abscopal.evidence.report.sections.primary import render_comparison, render_window_tables

TOXICITY_KINDS = ("toxicity_free_proportion", "toxicity_proportion")


def render_toxicity(material: Material) -> Section | None:
    """The tables and figures of toxicity, or nothing where no adverse event could be counted."""
    if not material.analysis.estimates.of(OVERALL):
        return None
    blocks: list[Block] = [_overall(material), _worst(material), *material.figure("toxicity")]
    primary = material.analysis.plan.primary
    for endpoint in material.analysis.plan.endpoints:
        if endpoint.kind in TOXICITY_KINDS and endpoint.identifier != primary.identifier:
            tables = render_window_tables(material, endpoint)
            if tables:
                blocks.append(Heading(material.read(endpoint.name)))
                blocks += [*tables, *render_comparison(material, endpoint)]
    for path in material.analysis.boundaries:
        blocks += render_boundary_path(material, path)
    return Section("toxicity", material.say("toxicity.title"), tuple(blocks))


def _overall(material: Material) -> Table:
    arms = material.arms_with_all()
    has_rule = material.analysis.has_immune_rule
    rows = [
        row_of(material.say(f"toxicity.{name}"), material.cells(OVERALL, name, population="SAFFL", arms=arms))
        for name in GROUPS
        if (has_rule or name not in IMMUNE_GROUPS) and (name != "investigator_flag" or _is_judged(material))
    ]
    return material.by_arm(
        "adverse-events",
        material.say("toxicity.overall_caption"),
        rows,
        arms=arms,
        first=material.say("toxicity.overall_first"),
    )


def _is_judged(material: Material) -> bool:
    return bool(material.analysis.tables["adae"]["IRAEINV"].is_not_null().any())


def _worst(material: Material) -> Table:
    records = material.analysis.estimates.of(WORST)
    counts: dict[str, int] = {}
    for record in records:
        kind, _, term = record.estimand.partition(": ")
        counts[term] = counts.get(term, 0) + (record.events or 0) * (1 if kind == "any" else 0)
    columns = [(arm, kind) for arm in material.analysis.arms for kind in ("any", "severe")]
    rows = [
        row_of(
            term,
            [
                material.share_cell(material.find(WORST, f"{kind}: {term}", population="SAFFL", arm=arm))
                for arm, kind in columns
            ],
        )
        for term in sorted(counts, key=lambda term: (-counts[term], term))
    ]
    header = (
        material.say("toxicity.worst_first"),
        *(material.say(f"toxicity.{kind}", arm=material.arm_name(arm)) for arm, kind in columns),
    )
    grade = material.analysis.plan.protocol.safety.severe_grade.value or 3
    note = material.say("toxicity.worst_note", grade=grade)
    return Table(
        "worst-grade", material.say("toxicity.worst_caption"), header, tuple(rows), (note,), is_long=True
    )
