"""A small study of two arms, and a way to plant one mistake in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from abscopal.errors import Finding
from abscopal.protocol.reading import check_study_file

SMALL_STUDY = Path(__file__).parent / "small_study.yml"
Plant = Callable[..., list[Finding]]


@pytest.fixture
def small_study() -> Path:
    return SMALL_STUDY


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Replace texts of the small study (old, new, old, new ...) and give the findings."""

    def replace(*texts: str) -> list[Finding]:
        text = SMALL_STUDY.read_text(encoding="utf-8")
        for old, new in zip(texts[::2], texts[1::2], strict=True):
            assert old in text, f"nothing to replace: {old}"
            text = text.replace(old, new, 1)
        file = tmp_path / "protocol.yml"
        file.write_text(text, encoding="utf-8")
        return check_study_file(file)[2]

    return replace


@pytest.fixture
def expect_mistake(plant: Plant, tmp_path: Path) -> Callable[..., None]:
    """Plant a mistake; exactly one finding must say it, on the line that holds `at` (the new text by default)."""

    def expect(old: str, new: str, *, says: str, at: str | None = None) -> None:
        findings = plant(old, new)
        assert len(findings) == 1, [str(finding) for finding in findings]
        assert says in str(findings[0]), str(findings[0])
        lines = (tmp_path / "protocol.yml").read_text(encoding="utf-8").splitlines()
        wanted = (at or new).strip().splitlines()[0]
        holding = [number for number, line in enumerate(lines, 1) if wanted in line]
        assert findings[0].line in holding, (findings[0].line, holding)
        assert findings[0].file == str(tmp_path / "protocol.yml")

    return expect
