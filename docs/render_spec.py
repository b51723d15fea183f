"""Turn the rule books of tests/spec into pages of docs/spec, so that page and rule cannot drift apart.

Each folder is a chapter, each file a page, each test a paragraph: its docstring, its table, what is expected, and
where it holds responses, a small picture drawn from the same table (spec_pictures.py).
"""

import ast
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPEC, PAGES = ROOT / "tests" / "spec", ROOT / "docs" / "spec"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "docs")]

from spec_pictures import Question, read_questions, render_pictures  # noqa: E402 - needs the path above

CHAPTERS = {
    "response": "Response of tumours",
    "safety": "Safety",
    "time_to_event": "Time to event",
    "population": "Patients and analysis sets",
    "exposure": "Treatment given",
    "monitoring": "Pausing and stopping",
    "safety_reporting": "Reporting serious events",
    "allocation": "Allocation",
    "eligibility": "Eligibility, stage by stage",
    "injection": "Injection into tumours",
    "dosing": "Doses and their calendar",
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
    "status": "Status at the end of the window",
    "emergent": "Treatment-emergent",
    "path": "Day, evaluable patients, events",
    "ruling": "Inclusion must",
    "pause": "Inclusion must",
    "futility": "The trial must",
    "due": "Due (local time)",
    "chances": "Chance of each arm",
    "scores": "Imbalance that would follow in each arm",
    "answer": "Answer",
    "misfit": "Refused",
    "why": "What decided",
    "one_of": "One of these must be met",
    "stages": "Stages",
    "state": "Stage",
    "eligible": "Eligible",
    "unmet": "Rows of IE",
    "warnings": "Reasons and warnings, by code",
    "volume_of": "Greatest volume, mL",
    "planned": "Planned, mL",
    "planned_doses": "Planned dose of each drug, mg",
    "plan_status": "The plan",
    "depots": "Depots, mL",
    "left_out": "Not injected",
    "refused": "Refused",
    "warned": "Told beside the plan",
    "shortfall": "Without a place, mL",
    "said": "In words",
    "not_taken": "Not taken before this is settled",
    "exposure": "Rows of EX",
    "dose": "Dose",
    "number": "Which dose",
    "becomes": "The dose is",
    "next_due": "The dose after it is due on",
    "dose_refused": "Refused",
    "dose_told": "Told beside the dose",
    "dose_said": "In words",
    "dose_advice": "What to do",
    "advice": "What to do",
    "remedy": "What to do",
}


@dataclass(frozen=True)
class Paragraph:
    """One test: what it says, the tables it uses, what it expects."""

    title: str
    text: str
    tables: list[str]
    expectations: list[str]
    questions: list[Question]


def read_page(path: Path) -> tuple[str, str, list[Paragraph]]:
    """Title, introduction and paragraphs of one spec file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    title, _, text = (ast.get_docstring(tree) or path.stem).partition("\n")
    tests = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return title.rstrip("."), text.strip(), [read_paragraph(test, path.stem) for test in tests]


def read_paragraph(test: ast.FunctionDef, page: str) -> Paragraph:
    """One test function as prose, tables, expectations and what it asks."""
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
    return Paragraph(
        title[0].upper() + title[1:],
        ast.get_docstring(test) or "",
        tables,
        expectations,
        read_questions(test, page),
    )


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


def render_paragraph(paragraph: Paragraph) -> str:
    """One test in Markdown."""
    parts = [f"## {paragraph.title}", paragraph.text]
    for table in paragraph.tables:
        parts += [render_table(table), *render_pictures(table, paragraph.questions)]
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
        "disagreed, the suite would fail. Each picture is drawn from the table above it: "
        "the sum of the diameters by day with its response, the limit of progression dashed, that of partial "
        "response dotted.\n"
    )
    contents = "\n```{toctree}\n:maxdepth: 2\n\n" + "\n".join(entries) + "\n```\n"
    (PAGES / "index.md").write_text(introduction + contents, encoding="utf-8")
    print(f"{len(list(PAGES.rglob('*.md')))} pages written to {PAGES.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
