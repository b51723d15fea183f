"""The JSON Schema that an editor uses accepts the bundled studies and refuses planted faults."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from abscopal.protocol.json_schema import compute_json_schema, write_json_schema
from abscopal.protocol.reading import list_bundled_studies, read_study

BUNDLED = list_bundled_studies()
SCHEMA_FILE = next(iter(BUNDLED.values())).parent / "protocol.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def test_the_schema_file_is_up_to_date(tmp_path: Path):
    write_json_schema(tmp_path / "now.json")
    assert (tmp_path / "now.json").read_text(encoding="utf-8") == SCHEMA_FILE.read_text(encoding="utf-8"), (
        "write it again: write_json_schema(Path('src/abscopal/studies/protocol.schema.json'))"
    )


def test_the_schema_is_itself_valid():
    Draft202012Validator.check_schema(compute_json_schema())


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_a_bundled_study_points_to_the_schema_and_fits_it(name: str):
    head = (BUNDLED[name] / "protocol.yml").read_text(encoding="utf-8").splitlines()[0]
    assert head == "# yaml-language-server: $schema=../protocol.schema.json"
    errors = [error.message for error in VALIDATOR.iter_errors(read_study(name).document)]
    assert errors == []


def test_every_key_is_described():
    schema = compute_json_schema()
    undescribed = [
        f"{name}.{key}"
        for name, node in [("study", schema), *schema["$defs"].items()]
        for key, field in node.get("properties", {}).items()
        if "description" not in field
    ]
    assert undescribed == []


def plant(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    *steps, last = path.split(".")
    node: Any = changed
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("typo", 1),
        ("identity.planned_patients", 60),
        ("identity.planned_patients.value", "60"),
        ("identity.planned_patients.provenance", "rumour"),
        ("identity.planned_patients.provenance", None),
        ("identity.planned_patients", {"value": 60}),
        ("identity.planned_patients", {"value": 60, "provenance": "published"}),
        ("identity.planned_patients", {"value": 60, "provenance": "assumed"}),
        ("arms.0.source", None),
        ("identity.title", {"en": "Only English"}),
        ("identity.title.fr", ""),
        ("arms.0.role", "placebo"),
        ("arms.0.identifier", "two words"),
        ("endpoints.0.kind", "happiness"),
        ("lesions.criteria", ["recist2"]),
        ("lesions.primary_criterion", "recist2"),
        ("safety.ctcae_version.value", 5.0),
        ("schedule.visits", []),
        ("schedule.visits.0.day.value", 1.5),
        ("eligibility.stages.1.criteria.0.any.0.not.operator", "resembles"),
    ],
)
def test_the_schema_refuses_a_planted_fault(path: str, value: Any, small_study: Path):
    document = read_study(small_study).document
    assert VALIDATOR.is_valid(document)
    assert not VALIDATOR.is_valid(plant(document, path, value))
