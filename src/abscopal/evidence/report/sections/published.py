"""What others printed about the trial, beside what the tables give; nothing is reconciled."""

from abscopal.evidence.published_beside import find_beside
from abscopal.evidence.report.blocks import Block, Cell, Notice, Prose, Section, Table
from abscopal.evidence.report.material import Material
from abscopal.protocol.published import PublishedResult, PublishedResults


def render_published(material: Material, published: PublishedResults | None) -> Section | None:
    """The printed numbers, where they disagree, and which of them may not be compared.

    Args:
        material: the analysis and its voice.
        published: the study's published.yml, or None where there is none.
    """
    if published is None:
        return None
    language = material.wording.language
    own = [result for result in published.results if result.trial is None]
    others = [result for result in published.results if result.trial is not None]
    blocks: list[Block] = [Prose(material.say("published.lead")), *material.figure("published")]
    if published.disagreements:
        items = tuple(item.what.read(language) for item in published.disagreements)
        blocks.append(Notice("assumption", material.say("published.disagreements"), items))
    if published.not_comparable:
        items = tuple(item.why.read(language) for item in published.not_comparable)
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
    language = material.wording.language
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
        remarks += [text.read(language) for text in (result.note, result.misfit) if text is not None]
        mark = material.wording.name("provenance", result.provenance)
        second = (result.trial or "") if is_other else material.arm_name(result.arm) if result.arm else ""
        beside = [] if is_other else [_beside(material, result)]
        rows.append(
            (
                Cell(result.label.read(language)),
                Cell(second),
                Cell(result.place.read(language) if result.place else ""),
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
    return Table(identifier, caption, header, tuple(rows), is_long=True)


def _beside(material: Material, result: PublishedResult) -> Cell:
    record = find_beside(material.analysis, result)
    if record is None or result.trial is not None:
        return Cell("")
    return material.cell(record)


def _printed(material: Material, result: PublishedResult) -> str:
    if result.not_reached:
        return material.say("published.not_reached")
    if result.value is None:
        return ""
    number = material.wording.as_printed(result.value)
    text = f"{number} {result.unit}"
    if result.interval is not None:
        lower, upper = (
            material.wording.as_printed(end) for end in (result.interval.lower, result.interval.upper)
        )
        text += f" ({lower}–{upper})"
    return text
