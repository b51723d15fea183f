"""What was observed beside a toxicity boundary: the events at each look, and the picture."""

from abscopal.evidence.plan.boundaries import BOUNDARY_PREFIX, BoundaryPath
from abscopal.evidence.plan.readings import ALL_ARMS
from abscopal.evidence.report.blocks import NOTHING, Block, Cell, Heading, Notice, Table
from abscopal.evidence.report.material import Material


def render_boundary_path(material: Material, path: BoundaryPath) -> list[Block]:
    """The events at each look against the boundary, and the trial's path on it.

    Args:
        material: what a chapter works with.
        path: what was observed.

    Returns:
        A heading, what is assumed, a table and a figure.
    """
    declared, design = path.reading.declared, path.reading.design
    if design is None:
        return []
    name = material.read(declared.name)
    blocks: list[Block] = [Heading(material.say("boundary.heading", name=name))]
    if path.reading.assumed:
        names = ", ".join(material.say(f"design.value.{value}") for value in path.reading.assumed)
        title = material.say("design.tone.assumed")
        blocks.append(Notice("assumption", title, (material.say("boundary.assumed", names=names),)))
    rows = tuple(
        (
            Cell(material.wording.count(look)),
            _observed(material, path, look),
            Cell(NOTHING if limit is None else material.wording.count(limit), is_number=True),
            Cell(material.say(f"boundary.{_read(path, look, limit)}")),
        )
        for look, limit in zip(design.looks, design.stop_at_or_above, strict=True)
    )
    header = tuple(material.say(f"boundary.{column}") for column in ("look", "observed", "pause", "read_as"))
    blocks.append(
        Table(
            f"boundary-{declared.identifier}",
            material.say("boundary.caption", name=name),
            header,
            rows,
            (material.say("boundary.note"),),
        )
    )
    return blocks + list(material.figure(f"toxicity_boundary_{declared.identifier}"))


def _observed(material: Material, path: BoundaryPath, look: int) -> Cell:
    declared = path.reading.declared
    arms = [arm for arm in material.analysis.arms if arm in declared.arms]
    record = material.find(
        declared.endpoint or "",
        f"{BOUNDARY_PREFIX}{declared.identifier}: {look}",
        population="SAFFL",
        arm=arms[0] if len(arms) == 1 else ALL_ARMS,
    )
    return Cell(NOTHING, is_number=True) if record is None else material.cell(record)


def _read(path: BoundaryPath, look: int, limit: int | None) -> str:
    if look > len(path.evaluable):
        return "not_reached"
    return "crossed" if limit is not None and path.events[look - 1] >= limit else "below"
