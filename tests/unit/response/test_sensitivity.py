"""The sensitivity table: every setting has alternatives, nothing derived is skipped wrongly, lesions are read again."""

from dataclasses import fields, replace
from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.alternatives import (
    compute_with_settings_read,
    list_alternatives,
    list_choices,
)
from abscopal.derivations.response.best_response import derive_best_responses
from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.lesion_definitions import HOUSE_DEFINITIONS
from abscopal.derivations.response.lesion_responses import derive_lesion_responses
from abscopal.derivations.response.lesion_sensitivity import derive_lesions_by_setting
from abscopal.derivations.response.records import READING
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.sensitivity import (
    derive_responses_by_setting,
    derive_setting_effects,
)
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments
from lesion_builder import build_adsl, build_assessments, day, lesion

PATIENTS = ("P1", "P2", "P3", "P4", "P5")
SETTINGS = [
    ResponseSettings(),
    ResponseSettings(confirmation_required=True, sd_min_days=56, carry_response=False),
]


def make_lesions() -> Any:
    """Five courses on which settings differ: drift, an unreadable scan, early stability, no scan, a marker."""
    courses = {
        "P1": [1000, 700, 700, 800],
        "P2": [1000, 600, None, 600],
        "P3": [500, 500],
        "P5": [300, 0, 0],
    }
    rows = [
        lesion(
            "T1",
            visit,
            "MEASURED" if size else "ABSENT" if size == 0 else "NOT_EVALUATED",
            size,
            patient=patient,
        )
        for patient, sizes in courses.items()
        for visit, size in enumerate(sizes)
    ]
    rows += [
        lesion("M1", visit, "PRESENT", role="NON-TARGET", location="TUMOUR MARKER", patient="P5")
        for visit in range(3)
    ]
    # The target of P1 and that of P2 are injected, one of them only after two scans.
    since = {("P1", "T1"): day(7), ("P2", "T1"): day(60)}
    return build_assessments([row | {"INJDT": since.get((row["USUBJID"], row["TULNKID"]))} for row in rows])


@pytest.mark.parametrize("setting", fields(ResponseSettings), ids=lambda setting: setting.name)
def test_every_setting_names_what_else_it_could_be(setting):
    """A number needs `choices` beside its prose; a word or a yes-or-no has them in its type."""
    choices = list_choices(setting)
    assert len(choices) > 1, f"{setting.name}: give _setting(..., choices=(...)), its default among them"
    assert setting.default in choices
    for value in choices:
        ResponseSettings(**{setting.name: value})


@pytest.mark.parametrize("settings", SETTINGS, ids=["default", "confirmed"])
@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.name)
def test_what_was_not_derived_again_would_not_have_changed(criterion, settings):
    """A second, slow way: derive everything again under each alternative, and compare patient by patient."""
    lesions, adsl = make_lesions(), build_adsl(*PATIENTS)
    found = derive_responses_by_setting(lesions, adsl, criteria=[criterion], settings=settings)
    told = {
        (row["SETTING"], row["CHOICE"], row["USUBJID"]): (
            row["ALTBEST"], row["ALTCONF"], row["ALTPDDT"], row["ALTINJRESP"], row["ALTNINJRESP"],
        )
        for row in found.iter_rows(named=True)
    }  # fmt: skip
    tried = found.select("SETTING", "CHOICE").n_unique()
    assert len(told) == found.height == tried * len(PATIENTS)
    assert 10 < tried < len(list_alternatives(settings))
    in_force = derive_slowly(lesions, adsl, criterion, settings)
    for other in list_alternatives(settings):
        for patient, best in derive_slowly(lesions, adsl, criterion, other.settings).items():
            # What is not told was not asked for, and changes nothing.
            key = (other.setting, other.choice, patient)
            assert told.get(key, in_force[patient]) == best, key


def derive_slowly(
    lesions: Any, adsl: Any, criterion: Any, settings: ResponseSettings
) -> dict[str, tuple[Any, ...]]:
    """Best, confirmed, progression, and best of injected and of other lesions of each patient, from ADRS."""
    chosen = "CBOR" if settings.confirmation_required else "BOR"
    visits = criterion.derive_visit_responses(lesions, settings)
    best = derive_best_responses(
        visits.with_columns(criterion.compute_plain_code(pl.col("OVRRESP"))),
        adsl, settings=settings, readers=["INVESTIGATOR"],
        rules=criterion.best_rules, until=criterion.compute_counted_until(settings),
    ).with_columns(criterion.compute_own_code(pl.col("BORRESP", "CBORRESP")))  # fmt: skip
    table = derive_adrs(lesions, adsl, criterion=criterion, settings=settings)
    kinds = {
        (row["USUBJID"], row["PARAMCD"]): row["AVALC"]
        for row in table.filter(pl.col("AVISITN") == -1).iter_rows(named=True)
    }
    return {
        row["USUBJID"]: (
            row[f"{chosen}RESP"], row["CBORRESP"], row["PDDT"],
            kinds.get((row["USUBJID"], f"{chosen}INJ")), kinds.get((row["USUBJID"], f"{chosen}NINJ")),
        )
        for row in best.iter_rows(named=True)
    }  # fmt: skip


def test_counts_before_and_after():
    effects = derive_setting_effects(
        derive_responses_by_setting(
            make_lesions(), build_adsl(*PATIENTS), criteria=CRITERIA[:1], settings=ResponseSettings()
        )
    )
    row = effects.row(by_predicate=pl.col("SETTING") == "confirmation_required", named=True)
    assert (row["ASSESSMENTS"], row["PATIENTS"]) == (9, 5)
    assert (row["RESPONDERS"], row["ALTRESPONDERS"]) == (3, 3)
    row = effects.row(by_predicate=pl.col("SETTING") == "missing_as_ne", named=True)
    assert (row["BESTCHANGED"], row["CHANGED"]) == (1, 0)
    row = effects.row(by_predicate=pl.col("SETTING") == "carry_response", named=True)
    assert (row["BESTCHANGED"], row["CHANGED"]) == (0, 1)


def test_settings_that_line_up_the_lesions_are_read_again():
    """Under the other value the last scan is gone: one assessment fewer, found again by its date."""

    def read(settings: ResponseSettings) -> Any:
        lesions = make_lesions()
        if settings.visit_gap_days > 100:
            return LesionAssessments.cast(
                lesions.filter((pl.col("USUBJID") != "P1") | (pl.col("AVISITN") < 3))
            )
        return lesions

    assert "visit_gap_days" in compute_with_settings_read(ResponseSettings(), read)[1]
    lesions, adsl = make_lesions(), build_adsl(*PATIENTS)
    given: dict[str, Any] = {"criteria": CRITERIA[:1], "settings": ResponseSettings()}
    effects = derive_setting_effects(derive_responses_by_setting(lesions, adsl, **given, derive_lesions=read))
    changed = effects.filter(pl.col("SETTING") == "visit_gap_days").select("CHOICE", "ASSESSMENTS", "CHANGED")
    assert changed.rows() == [("365", 9, 1), ("7", 9, 0)]
    without = derive_setting_effects(derive_responses_by_setting(lesions, adsl, **given))
    assert without.filter(pl.col("SETTING") == "visit_gap_days").is_empty()


def test_readers_of_different_patients_are_one_reading():
    """Whoever reads which patient, a patient is counted once."""
    lesions = make_lesions().with_columns(
        READER=pl.when(pl.col("USUBJID") == "P1").then(pl.lit("A")).otherwise(pl.lit("B"))
    )
    lesions = LesionAssessments.cast(lesions.sort(*READING, "TULNKID", "AVISITN"))
    given: dict[str, Any] = {"criteria": CRITERIA[:1], "settings": ResponseSettings()}
    adsl = build_adsl(*PATIENTS)
    assert derive_responses_by_setting(lesions, adsl, **given).equals(
        derive_responses_by_setting(make_lesions(), adsl, **given)
    )


def test_patients_outside_the_table_of_patients_are_not_counted():
    rows = derive_responses_by_setting(
        make_lesions(), build_adsl("P1"), criteria=CRITERIA[:1], settings=ResponseSettings()
    )
    assert rows["USUBJID"].unique().to_list() == ["P1"]
    assert derive_responses_by_setting(
        make_lesions(), build_adsl("P1"), criteria=[], settings=ResponseSettings()
    ).is_empty()


def test_a_setting_that_is_exchanged_counts_as_read():
    """A criterion that makes its own settings from those in force depends on all of them."""
    _, asked = compute_with_settings_read(
        ResponseSettings(), lambda settings: replace(settings, sd_min_days=1).sd_min_days
    )
    assert len(asked) == len(fields(ResponseSettings))


def test_lesions_are_counted_again_under_each_setting_that_their_derivation_asks_for():
    """Of two targets one is injected at the start and one later, which may count as spared."""
    lesions, adsl = make_lesions(), build_adsl(*PATIENTS)
    found = derive_lesions_by_setting(
        lambda settings: derive_lesion_responses(
            lesions, adsl, definitions=HOUSE_DEFINITIONS, settings=settings
        ),
        ResponseSettings(),
    )
    assert {"lesion_injected", "lesions_counted", "lesion_not_evaluable"} <= set(found["SETTING"])
    assert "carry_response" not in set(found["SETTING"])
    at_start = found.filter(SETTING="lesion_injected", PARAMCD="LD30").sort("INJFL")
    assert at_start.select("RESPONDED", "LESIONS", "ALTRESPONDED", "ALTLESIONS").rows() == [
        (1, 2, 2, 3),
        (2, 2, 1, 1),
    ]
