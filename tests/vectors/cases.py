"""Where the cases are: tests/vectors, or the folder named by ABSCOPAL_VECTORS."""

import json
import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from abscopal.derivations.response.settings import ResponseSettings

FOLDER = Path(os.environ.get("ABSCOPAL_VECTORS", Path(__file__).parent))


def list_cases(file: str, *, kinds: set[str | None]) -> list[Any]:
    """The cases of these kinds as test parameters, named by their id; a missing file is one skipped case."""
    path = FOLDER / file
    if not path.exists():
        return [pytest.param(None, id=file, marks=pytest.mark.skip(reason=f"{file} is not in {FOLDER}"))]
    cases = json.loads(path.read_text(encoding="utf-8"))
    found = [pytest.param(case, id=case["id"]) for case in cases if case.get("kind") in kinds]
    if not found:
        named = f"{file} holds no case of kind {', '.join(sorted(str(kind) for kind in kinds))}"
        return [pytest.param(None, id=file, marks=pytest.mark.skip(reason=named))]
    return found


def read_settings(case: dict[str, Any], **assumed: Any) -> ResponseSettings:
    """The settings of a case: its config over what cases without one assume."""
    config = assumed | (case.get("config") or {})
    known = {field.name for field in fields(ResponseSettings)}
    unknown = set(config) - known
    assert not unknown, f"case {case['id']} names settings that do not exist: {sorted(unknown)}"
    return ResponseSettings(**config)


def read_block(block: str) -> Any:
    """One block of stats.json; an empty list where the file or the block is absent."""
    path = FOLDER / "stats.json"
    return json.loads(path.read_text(encoding="utf-8")).get(block, []) if path.exists() else []


def list_block(block: str, *, name: Callable[[Any], str] | None = None) -> list[Any]:
    """The cases of one block of stats.json as test parameters; an absent block is one case skipped by name."""
    found = read_block(block)
    cases = found if isinstance(found, list) else [found]
    if not cases:
        skip = pytest.mark.skip(reason=f"stats.json has no block {block}")
        return [pytest.param(None, id=block, marks=skip)]
    return [
        pytest.param(case, id=f"{block}-{place}" if name is None else f"{block}-{name(case)}")
        for place, case in enumerate(cases, start=1)
    ]
