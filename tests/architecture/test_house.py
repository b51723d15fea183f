"""The house keeps its shape: sizes, names, no study in the code, no address in the lock files."""

import ast
import re
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "abscopal"
FILES = sorted(SOURCE.rglob("*.py"))
STUDIES = sorted(
    folder.name for folder in (SOURCE / "studies").iterdir() if (folder / "protocol.yml").exists()
)
VERBS = {
    "read", "write", "derive", "compute", "estimate", "simulate", "decide", "check", "assert", "render",
}  # fmt: skip


def count_lines(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def test_files_stay_small_enough_to_read():
    lengths = [count_lines(path) for path in FILES if path.name != "__init__.py"]
    assert statistics.median(lengths) <= 150
    assert statistics.quantiles(lengths, n=10)[-1] <= 400
    too_long = [str(path.relative_to(ROOT)) for path in FILES if count_lines(path) > 600]
    assert not too_long


def test_package_doors_stay_thin():
    heavy = [str(path.relative_to(ROOT)) for path in SOURCE.rglob("__init__.py") if count_lines(path) > 60]
    assert not heavy


def test_test_files_stay_readable():
    too_long = [
        str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*.py") if count_lines(path) > 350
    ]
    assert not too_long


def test_there_is_no_drawer_for_odds_and_ends():
    drawers = {"utils", "util", "common", "helpers", "misc", "shared"}
    found = [str(path.relative_to(ROOT)) for path in SOURCE.rglob("*") if path.stem in drawers]
    assert not found


def test_code_names_no_study():
    assert STUDIES, "the bundled studies have moved: this test would be empty"
    pattern = re.compile(r"\b(" + "|".join(STUDIES) + r")\b", re.IGNORECASE)
    named = [
        str(path.relative_to(ROOT))
        for path in FILES
        if "studies" not in path.relative_to(SOURCE).parts
        and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert not named


@pytest.mark.parametrize("room", ["derivations", "estimation"])
def test_public_functions_of_the_rules_begin_with_a_known_verb(room: str):
    allowed = VERBS | {"list", "is", "has", "impute", "explain"}
    strange = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sorted((SOURCE / room).rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.name.split("_")[0] not in allowed
    ]
    assert not strange


def test_lock_files_name_no_host():
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"https?://|index-url|find-links|trusted-host", text), lock.name
        assert "--hash=sha256:" in text


def test_decision_records_have_unique_numbers():
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")]
    assert numbers
    assert len(numbers) == len(set(numbers))


def test_rules_ask_neither_clock_nor_global_chance():
    forbidden = re.compile(
        r"datetime\.now|date\.today|time\.time\(|np\.random\.(seed|rand|normal)|random\.random"
    )
    rooms = ["tables", "protocol", "conduct", "derivations", "estimation", "design"]
    found = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (SOURCE / room).rglob("*.py")
        if forbidden.search(path.read_text(encoding="utf-8"))
    ]
    assert not found
