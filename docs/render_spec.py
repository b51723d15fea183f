"""Turn the rule books of tests/spec into pages of docs/spec, so that page and rule cannot drift apart.

Each folder is a chapter, each file a page, each test a paragraph: its docstring, its table, what is expected, and
for tables of measured lesions a small picture of the sum of the targets against time.
"""

import ast
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPEC, PAGES = ROOT / "tests" / "spec", ROOT / "docs" / "spec"
sys.path.insert(0, str(ROOT / "tests"))

WIDTH, HEIGHT, MARGIN = 360, 130, 28
CHAPTERS = {
    "response": "Response of tumours",
    "safety": "Safety",
    "time_to_event": "Time to event",
    "population": "Patients and analysis sets",
    "exposure": "Treatment given",
}
WORDS = {
    "targets": "Response of the targets",
    "non_targets": "Response of the non-targets",
    "overall": "Overall response",
    "best": "Best overall response, with its reason",
    "sums": "Sum of the targets, mm",
    "reasons": "Reason",
    "doubts": "Warning at baseline",
    "duration": "Duration of response in days, and what ended it",
    "progression_free": "Progression-free survival: days, then event (0) or censored (1), then why",
    "progression_day": "Day of the progression that stands",
    "status": "Status at the end of the window",
    "emergent": "Treatment-emergent",
}


@dataclass(frozen=True)
class Paragraph:
    """One test: what it says, the tables it uses, what it expects."""

    title: str
    text: str
    tables: list[str]
    expectations: list[str]


def read_page(path: Path) -> tuple[str, str, list[Paragraph]]:
    """Title, introduction and paragraphs of one spec file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    title, _, text = (ast.get_docstring(tree) or path.stem).partition("\n")
    tests = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return title.rstrip("."), text.strip(), [read_paragraph(test) for test in tests]


def read_paragraph(test: ast.FunctionDef) -> Paragraph:
    """One test function as prose, tables and expectations."""
    tables = [
        node.value.value
        for node in ast.walk(test)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and "|" in node.value.value
    ]
    expectations = [render_expectation(node.test) for node in ast.walk(test) if isinstance(node, ast.Assert)]
    title = test.name.removeprefix("test_").replace("_", " ")
    return Paragraph(title[0].upper() + title[1:], ast.get_docstring(test) or "", tables, expectations)


def render_expectation(claim: ast.expr) -> str:
    """What a test asserts, in words where its reader function has some, else as it stands."""
    if not (
        isinstance(claim, ast.Compare)
        and isinstance(claim.left, ast.Call)
        and isinstance(claim.left.func, ast.Name)
    ):
        return f"`{ast.unparse(claim)}`"
    call, value = claim.left, claim.comparators[0]
    try:
        expected = ast.literal_eval(value)
    except ValueError:
        return f"`{ast.unparse(claim)}`"
    said = WORDS.get(claim.left.func.id, claim.left.func.id.replace("_", " ").capitalize())
    settings = [f"`{word.arg}` = {ast.unparse(word.value)}" for word in call.keywords]
    given = f" with {', '.join(settings)}" if settings else ""
    return f"**{said}**{given}: {render_value(expected)}"


def render_value(value: object) -> str:
    """An expected value as a reader says it."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {render_value(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", then ".join(render_value(item) for item in value) or "nothing"
    if isinstance(value, tuple):
        return ", ".join(render_value(item) for item in value if item is not None)
    return "unknown" if value is None else str(value)


def render_table(table: str) -> str:
    """A plain-text table as a Markdown table."""
    rows = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line.strip()]
    width = max(len(row) for row in rows)
    header, *body = [row + [""] * (width - len(row)) for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in (header, ["---"] * width, *body)]
    return "\n".join(lines)


def read_sums(table: str) -> list[tuple[int, float]] | None:
    """Day and sum of the targets where complete; None when the table is not one of measured lesions."""
    from spec.lesion_language import read_cells, sums

    header, rows = read_cells(table)
    if header[0] != "day" or not any(title.startswith("T") for title in header[1:]) or len(rows) < 2:
        return None
    days = [int(row[0]) for row in rows]
    known = [(on, total) for on, total in zip(days, sums(table), strict=True) if total is not None]
    return known if len(known) > 1 and known[0][0] == days[0] else None


def render_picture(points: list[tuple[int, float]]) -> str:
    """The sum against time with the two thresholds: -30 % of baseline, +20 % and 5 mm over the nadir."""
    first, last = points[0][0], points[-1][0]
    base = points[0][1]
    nadirs = [min(total for _, total in points[: place + 1]) for place in range(len(points))]
    limits = [max(1.2 * nadir, nadir + 5) for nadir in nadirs]
    top = 1.1 * max(*(total for _, total in points), *limits)

    def x(on: float) -> float:
        return MARGIN + (on - first) / (last - first) * (WIDTH - 2 * MARGIN)

    def y(total: float) -> float:
        return HEIGHT - 20 - total / top * (HEIGHT - 32)

    def line(points: list[tuple[float, float]], style: str) -> str:
        path = " ".join(f"{x(on):.1f},{y(total):.1f}" for on, total in points)
        return f'<polyline points="{path}" fill="none" {style}/>'

    steps: list[tuple[float, float]] = []
    for (on, _), (until, _), limit in zip(points, points[1:], limits, strict=False):
        steps += [(on, limit), (until, limit)]
    partial = [(float(first), 0.7 * base), (float(last), 0.7 * base)]
    course = [(float(on), total) for on, total in points]
    marks = "".join(
        f'<circle cx="{x(on):.1f}" cy="{y(total):.1f}" r="3.5" fill="#1b4f72"/>'
        f'<text x="{x(on):.1f}" y="{y(total) - 7:.1f}" text-anchor="middle">{total:g}</text>'
        f'<text x="{x(on):.1f}" y="{HEIGHT - 5}" text-anchor="middle">{on}</text>'
        for on, total in points
    )
    label = "Sum of the targets in mm by day; dashed above: progression, dotted: partial response"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="{label}" '
        f'font-size="10" font-family="sans-serif" fill="#444"><title>{label}</title>'
        + line(steps, 'stroke="#b03a2e" stroke-dasharray="5 3"')
        + line(partial, 'stroke="#1e8449" stroke-dasharray="2 3"')
        + line(course, 'stroke="#1b4f72" stroke-width="2"')
        + f"{marks}</svg>"
    )


def render_paragraph(paragraph: Paragraph) -> str:
    """One test in Markdown."""
    parts = [f"## {paragraph.title}", paragraph.text]
    for table in paragraph.tables:
        parts.append(render_table(table))
        points = read_sums(table)
        if points:
            parts.append(render_picture(points))
    parts += paragraph.expectations
    return "\n\n".join(part for part in parts if part)


def render_page(path: Path) -> tuple[str, str]:
    """Title and Markdown of one spec file."""
    title, text, paragraphs = read_page(path)
    body = [f"# {title}", text, *(render_paragraph(paragraph) for paragraph in paragraphs)]
    source = path.relative_to(ROOT)
    return title, "\n\n".join(part for part in body if part) + f"\n\n---\nRendered from `{source}`.\n"


def write_chapter(folder: Path) -> str:
    """Write the pages of one chapter and its index; returns the chapter's entry for the contents."""
    target = PAGES / folder.name
    target.mkdir(parents=True)
    pages = []
    for path in sorted(folder.glob("test_*.py")):
        _, page = render_page(path)
        (target / f"{path.stem.removeprefix('test_')}.md").write_text(page, encoding="utf-8")
        pages.append(path.stem.removeprefix("test_"))
    title = CHAPTERS.get(folder.name, folder.name.replace("_", " ").capitalize())
    contents = f"# {title}\n\n```{{toctree}}\n:maxdepth: 1\n\n" + "\n".join(pages) + "\n```\n"
    (target / "index.md").write_text(contents, encoding="utf-8")
    return f"{folder.name}/index"


def main() -> None:
    """Write docs/spec afresh."""
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir(parents=True)
    chapters = [
        folder for folder in sorted(SPEC.iterdir()) if folder.is_dir() and any(folder.glob("test_*.py"))
    ]
    entries = [write_chapter(folder) for folder in chapters]
    introduction = (
        "# The rule book\n\nEvery rule as a small case that is run with the test suite: if the page and the code "
        "disagreed, the suite would fail. In the pictures the line is the sum of the targets in millimetres by day; "
        "the dashed line above is progression, the dotted one partial response.\n"
    )
    contents = "\n```{toctree}\n:maxdepth: 2\n\n" + "\n".join(entries) + "\n```\n"
    (PAGES / "index.md").write_text(introduction + contents, encoding="utf-8")
    print(f"{len(list(PAGES.rglob('*.md')))} pages written to {PAGES.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
