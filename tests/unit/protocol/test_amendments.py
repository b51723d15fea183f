"""A patient is read under the version of the protocol in force on a date."""

from datetime import date
from pathlib import Path

import pytest

from abscopal.protocol.amendments import (
    AmendmentPathError,
    apply_changes,
    choose_version,
    list_versions,
    protocol_in_force,
)
from abscopal.protocol.reading import read_study


@pytest.fixture
def document(small_study: Path) -> dict:
    return read_study(small_study).document


@pytest.mark.parametrize(
    ("day", "version", "planned", "successes"),
    [
        (date(2019, 1, 1), "1.0", 60, 23),
        (date(2021, 5, 31), "1.0", 60, 23),
        (date(2021, 6, 1), "2.0", 90, 24),
        (date(2030, 1, 1), "2.0", 90, 24),
    ],
)
def test_the_version_in_force_decides(document: dict, day: date, version: str, planned: int, successes: int):
    protocol = protocol_in_force(document, day)
    rule = protocol.primary_endpoint.decision_rule
    assert rule is not None
    assert protocol.version.number == version
    assert protocol.identity.planned_patients.value == planned
    assert rule.minimum_successes.value == successes


def test_the_document_itself_is_left_alone(document: dict):
    before = read_study_text(document)
    protocol_in_force(document, date(2030, 1, 1))
    assert read_study_text(document) == before


def read_study_text(document: dict) -> str:
    return repr(document)


def test_versions_add_up(document: dict):
    document["amendments"].append(
        {
            "version": "3.0",
            "date": "2022-01-01",
            "summary": {"en": "Fewer", "fr": "Moins"},
            "changes": {"identity.planned_patients.value": 70},
        }
    )
    protocol = protocol_in_force(document, date(2022, 1, 1))
    assert protocol.version.number == "3.0"
    assert protocol.version.date.value == date(2022, 1, 1)
    assert protocol.identity.planned_patients.value == 70
    assert protocol.primary_endpoint.decision_rule.minimum_successes.value == 24


def test_a_whole_item_may_be_replaced():
    arms = {"arms": [{"identifier": "A", "n": 1}, {"identifier": "B", "n": 2}]}
    changed = apply_changes(arms, {"arms.B": {"identifier": "B", "n": 3}})
    assert changed["arms"] == [{"identifier": "A", "n": 1}, {"identifier": "B", "n": 3}]


@pytest.mark.parametrize(
    ("path", "known"),
    [("arms.C.n", ["A"]), ("arms.C", ["A"]), ("weapons.A", ["arms"]), ("arms.A.n.value", [])],
)
def test_a_path_that_leads_nowhere_names_what_exists(path: str, known: list[str]):
    with pytest.raises(AmendmentPathError) as caught:
        apply_changes({"arms": [{"identifier": "A", "n": 1}]}, {path: 3})
    assert caught.value.known == known


@pytest.mark.parametrize(
    ("cut_off", "versions"),
    [(None, ["1.0", "2.0"]), (date(2021, 5, 31), ["1.0"]), (date(2021, 6, 1), ["1.0", "2.0"])],
)
def test_versions_after_the_data_cut_do_not_exist_yet(
    document: dict, cut_off: date | None, versions: list[str]
):
    assert [one.version.number for one in list_versions(document, until=cut_off)] == versions


@pytest.mark.parametrize(
    ("day", "version"),
    [(date(2010, 1, 1), "1.0"), (date(2021, 5, 31), "1.0"), (date(2021, 6, 1), "2.0"), (None, "2.0")],
)
def test_a_patient_stands_under_the_version_of_the_day_of_consent(
    document: dict, day: date | None, version: str
):
    assert choose_version(list_versions(document), on=day).version.number == version
