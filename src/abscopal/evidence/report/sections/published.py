"""What others printed about the trial, beside what the tables give; nothing is reconciled."""

from abscopal.evidence.plan.flow import FLOW
from abscopal.evidence.published_beside import find_beside
from abscopal.evidence.report.blocks import Block, Cell, Notice, Prose, Section, Table
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.wording import typeset_french
from abscopal.protocol.published import PublishedResult, PublishedResults


def render_published(material: Material, published: PublishedResults | None) -> Section | None:
    """The printed numbers, where they disagree, and which of them may not be compared.

    Args:
        material: the analysis and its voice.
        published: the study's published.yml, or None where there is none.
    """
    if published is None:
        return None
    own = [result for result in published.results if result.trial is None]
    others = [result for result in published.results if result.trial is not None]
    blocks: list[Block] = [Prose(material.say("published.lead")), *material.figure("published")]
    if published.disagreements:
        items = tuple(material.read(item.what) for item in published.disagreements)
        blocks.append(Notice("assumption", material.say("published.disagreements"), items))
    if published.not_comparable:
        items = tuple(material.read(item.why) for item in published.not_comparable)
        blocks.append(Notice("plain", material.say("published.not_comparable"), items))
    blocks.append(_table(material, "published", material.say("published.caption"), own, published))
    if others:
        blocks.append(
            _table(material, "other-trials", material.say("published.others_caption"), others, published)
        )
    return Section("published", material.say("published.title"), tuple(blocks))


def _table(
    material: Material,
    identifier: str,
    caption: str,
    results: list[PublishedResult],
    published: PublishedResults,
) -> Table:
    is_other = identifier == "other-trials"
    names = [
        "quantity",
        "trial" if is_other else "arm",
        "place",
        "counted",
        "fraction",
        "value",
        "origin",
        "note",
    ]
    if not is_other:
        names.insert(6, "derived")
    sources = {source.identifier: source.citation for source in published.sources}
    rows = []
    for result in results:
        ours = result.interval is not None and result.interval.method == "clopper_pearson"
        remarks = [material.say("published.interval_ours")] if ours else []
        remarks += [material.read(text) for text in (result.note, result.misfit) if text is not None]
        mark = material.wording.name("provenance", result.provenance)
        second = (result.trial or "") if is_other else material.arm_name(result.arm) if result.arm else ""
        beside = [] if is_other else [_beside(material, result, published)]
        rows.append(
            (
                Cell(material.read(result.label)),
                Cell(second),
                Cell(material.read(result.place) if result.place else ""),
                Cell(material.wording.name("counted", result.counted)),
                Cell(
                    result.fraction or (material.wording.count(result.n) if result.n is not None else ""),
                    is_number=True,
                ),
                Cell(_printed(material, result), is_number=True),
                *beside,
                Cell(f"{mark}; {sources[result.source]}"),
                Cell(" ".join(remarks)),
            )
        )
    header = tuple(material.say(f"published.{name}") for name in names)
    notes = () if is_other else (material.say("published.derived_note"),)
    return Table(identifier, caption, header, tuple(rows), notes, is_long=True)


def _beside(material: Material, result: PublishedResult, published: PublishedResults) -> Cell:
    record = find_beside(material.analysis, result, printed=published)
    if record is None or result.trial is not None:
        return Cell("")
    # A count beside a printed fraction shows what it is out of.
    is_fraction = record.method == "count" and result.N is not None and record.endpoint != FLOW
    return material.share_cell(record) if is_fraction else material.cell(record)


def _printed(material: Material, result: PublishedResult) -> str:
    if result.not_reached:
        return material.say("published.not_reached")
    if result.value is None:
        return ""
    number = material.wording.as_printed(result.value)
    text = f"{number} {result.unit}"
    if material.wording.language == "fr":
        text = typeset_french(text)
    if result.interval is not None:
        lower, upper = (
            material.wording.as_printed(end) for end in (result.interval.lower, result.interval.upper)
        )
        text += f" ({lower}–{upper})"
    return text
