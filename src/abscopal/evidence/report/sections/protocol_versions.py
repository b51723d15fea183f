"""An amended protocol: who stands under which version, what changed, and how each change is read."""

from abscopal.evidence.plan.protocol_versions import GRADING, OWN_VERSION, UNKNOWN_VERSION, VERSIONS
from abscopal.evidence.plan.readings import ALL_ARMS
from abscopal.evidence.report.blocks import Block, Cell, Notice, Prose, Section, Table, row_of
from abscopal.evidence.report.material import Material


def render_protocol_versions(material: Material) -> Section | None:
    """The versions with their patients, what differs between them and how it is read; nothing without amendment."""
    plan = material.analysis.plan
    if len(plan.versions) < 2:
        return None
    blocks: list[Block] = [
        Prose(material.say("amended.own", values=_name_own_values(material))),
        Prose(material.say("amended.plan", version=plan.versions[-1])),
        _patients_table(material),
        _differences_table(material),
        *_grading(material),
    ]
    return Section("protocol-versions", material.say("amended.title"), tuple(blocks))


def render_amended_notice(material: Material) -> Notice | None:
    """A line of the summary where the protocol was amended: how many patients stand under each version."""
    versions = material.analysis.plan.versions
    if len(versions) < 2:
        return None
    counts = ", ".join(
        material.say("amended.count", version=_name_version(material, version), count=count)
        for version, count in _count_by_version(material)
    )
    sentence = material.say("amended.notice", counts=counts, version=versions[-1])
    return Notice("plain", material.say("amended.title"), (sentence,))


def _name_own_values(material: Material) -> str:
    return ", ".join(material.say(f"amended.value.{path.split('.')[-1]}") for path in OWN_VERSION)


def _name_version(material: Material, version: str) -> str:
    return material.say("amended.unknown") if version == UNKNOWN_VERSION else version


def _count_by_version(material: Material) -> list[tuple[str, str]]:
    records = [
        record
        for record in material.analysis.estimates.of(VERSIONS)
        if record.arm == ALL_ARMS and record.estimand.startswith("version: ")
    ]
    return [
        (record.estimand.removeprefix("version: "), material.wording.estimate(record)) for record in records
    ]


def _patients_table(material: Material) -> Table:
    arms = material.arms_with_all() if len(material.analysis.arms) > 1 else (ALL_ARMS,)
    rules = {one.version: one for one in material.analysis.plan.patient_rules}
    rows = []
    for version, _ in _count_by_version(material):
        one = rules.get(version)
        start = material.wording.day(one.start) if one and one.start else material.say("amended.first")
        summary = material.read(one.summary) if one and one.summary else ""
        cells = material.cells(VERSIONS, f"version: {version}", population="ENROLLED", arms=arms)
        row = (Cell(start if one else ""), Cell(summary), *cells)
        rows.append(row_of(_name_version(material, version), list(row)))
    header = tuple(material.say(f"amended.{name}") for name in ("version", "start", "summary"))
    caption, note = material.say("amended.patients_caption"), material.say("amended.patients_note")
    columns = (*header, *(material.arm_name(arm) for arm in arms))
    return Table("protocol-versions-patients", caption, columns, tuple(rows), (note,))


def _differences_table(material: Material) -> Table:
    plan = material.analysis.plan
    rows = tuple(
        (
            Cell(one.path),
            *(Cell(value) for value in one.values),
            Cell(material.say(f"amended.read_as.{one.read_as}")),
        )
        for one in plan.differences
    )
    versions = tuple(material.say("amended.column", version=version) for version in plan.versions)
    header = (material.say("amended.path"), *versions, material.say("amended.reading"))
    caption = material.say("amended.differences_caption")
    return Table("protocol-versions-differences", caption, header, rows, is_long=True)


def _grading(material: Material) -> list[Block]:
    graded = [
        record
        for record in material.analysis.estimates.of(VERSIONS)
        if record.estimand.startswith(f"{GRADING}: ")
    ]
    if not graded:
        return []
    counts = ", ".join(
        material.say(
            "amended.graded",
            version=record.estimand.removeprefix(f"{GRADING}: "),
            count=material.wording.count(record.events or 0, record.n),
        )
        for record in graded
    )
    text = material.say("amended.grading_text", counts=counts)
    return [Notice("assumption", material.say("amended.grading"), (text,))]
