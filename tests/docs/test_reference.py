"""Every command, protocol key, table column, criterion, setting and rule has an entry that says something."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.settings import ResponseSettings, list_settings
from abscopal.tables.adam import ANALYSIS_TABLES, LesionAssessments
from abscopal.tables.admission import ADMISSION_RULES
from abscopal.tables.sdtm import DOMAINS, SupplementalQualifiers

DOCS = Path(__file__).parents[2] / "docs"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load("render_reference")


@pytest.fixture(scope="module")
def written() -> str:
    """Everything that people wrote: README and pages."""
    pages = [
        *DOCS.glob("tutorials/*.md"),
        *DOCS.glob("how-to/*.md"),
        *DOCS.glob("explanation/*.md"),
        DOCS.parent / "README.md",
    ]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize(
    "schema", [*DOMAINS.values(), *ANALYSIS_TABLES.values(), SupplementalQualifiers, LesionAssessments]
)
def test_every_column_says_what_it_is(schema, reference: ModuleType):
    page = reference.render_tables()
    for name, column in schema.columns().items():
        assert column.description, f"{schema.__name__}.{name}"
        assert f"`{name}`" in page


def test_every_key_of_the_study_file_says_what_it_is(reference: ModuleType):
    keys = reference.list_protocol_keys()
    assert len(keys) > 200
    silent = [f"{part}.{key}" for part, key, description in keys if not description.strip()]
    assert not silent


def test_every_command_and_option_is_explained_and_shown_in_use(reference: ModuleType, written: str):
    commands = reference.list_commands()
    assert {"check", "assure", "read-out", "respond", "demo", "design explore"} <= set(commands)
    for name, command in commands.items():
        assert command.help, name
        assert f"abscopal {name}" in written or f"make {name}" in written, f"{name} appears in no page"
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_every_criterion_is_described_in_both_languages(reference: ModuleType):
    page = reference.render_criteria()
    for criterion in CRITERIA:
        assert f"## {criterion.name}" in page
        for category in criterion.categories:
            assert category.en
            assert category.fr


def test_every_setting_has_its_source_and_alternatives(reference: ModuleType):
    page = reference.render_settings()
    for entry in list_settings(ResponseSettings()):
        assert f"`{entry.name}`" in page
        assert entry.source
        assert entry.alternatives


def test_every_rule_has_a_sentence(reference: ModuleType):
    page = reference.render_rules()
    for rule in ADMISSION_RULES:
        assert f"`{rule.name}`" in page
        assert len(rule.sentence) > 20
    for criterion in CRITERIA:
        for rule in criterion.rules:
            assert f"`{rule.name}`" in page


def test_settings_named_in_pages_exist(written: str):
    known = {entry.name for entry in list_settings(ResponseSettings())}
    named = set(re.findall(r"`((?:carry|confirm|sd|max|missing|cr|accept|truncate|plus)_[a-z_]+)`", written))
    assert named
    assert named <= known


def test_each_mistake_of_the_errors_page_still_gives_a_message():
    errors = load("render_errors")
    pages = [errors.render_case(*case) for case in errors.CASES]
    assert len(pages) >= 10
    assert all("Repaired:" in page for page in pages)


def test_links_between_pages_lead_somewhere():
    generated = {"reference", "spec", "_generated"}
    for page in DOCS.rglob("*.md"):
        if generated & set(page.relative_to(DOCS).parts) or "_build" in page.parts:
            continue
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            target = (page.parent / link).resolve()
            assert target.exists() or generated & set(Path(link).parts), f"{page.name}: {link}"
