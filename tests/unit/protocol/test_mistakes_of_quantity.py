"""Units that are none, and numbers that no quantity of their kind can be, each give one sentence."""

from collections.abc import Callable

import pytest

from abscopal.protocol.check_quantities import find_quantity
from abscopal.protocol.check_references import visit_parts
from abscopal.protocol.provenance import Sourced
from abscopal.protocol.reading import list_bundled_studies, read_study

Expect = Callable[..., None]
MARK = "provenance: published, source: paper}"
CHANGES = f"    route: {{value: INTRATUMORAL, {MARK}\n"
LESIONS = "  distant_lesions: expected\n"


def added(after: str, key: str) -> tuple[str, str]:
    """Replace a passage by itself and one more line."""
    return after, f"{after}{key}\n"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            "value: 3, unit: mg/kg", "value: 3, unit: mgkg",
            "no unit of a dose is called 'mgkg'. Did you mean mg/kg?", id="unit of dose",
        ),
        pytest.param("value: 3, unit: mg/kg", "value: -0.3, unit: mg/kg", "-0.3 is below 0.", id="negative dose"),
        pytest.param(
            "value: 3, unit: mg/kg", "value: 3, unit: mg",
            "the unit 'mg' does not fit the basis per_kg. Known: mg/kg", id="unit against basis",
        ),
        pytest.param(
            "window_before: {value: 3, unit: days", "window_before: {value: 1, unit: weeks",
            "'weeks' stands where days are counted. Write days: a week has 7, so 1 weeks are 7.", id="weeks",
        ),
        pytest.param(
            "window_before: {value: 3, unit: days", "window_before: {value: 3",
            "a number of days has no unit. Add unit: days.", id="window without unit",
        ),
        pytest.param(
            "window_days: {value: 183,", "window_days: {value: 0,", "0 is below 1. Write 1 or more", id="no window",
        ),
        pytest.param(
            "planned_patients: {value: 60, unit: patients", "planned_patients: {value: -60, unit: patients",
            "-60 is below 1.", id="negative patients",
        ),
        pytest.param(
            "planned_patients: {value: 60, unit: patients", "planned_patients: {value: 60, unit: patient",
            "Did you mean patients?", id="unit of patients",
        ),
        pytest.param("ratio: {value: {IT: 2, IV: 1}", "ratio: {value: {IT: 3, IV: 0}",
            "every arm needs a share of 1 or more.", id="a share of 0",
        ),
        pytest.param("block_lengths: {value: [3, 6]", "block_lengths: {value: [-3, 6]",
            "-3 is below 1.", id="negative block",
        ),
        pytest.param(
            "confidence_level: {value: 0.95,", "confidence_level: {value: 1.5,",
            "1.5 is not between 0 and 1.", id="confidence above 1",
        ),
        pytest.param(
            "confidence_level: {value: 0.95,", 'confidence_level: {value: 0.95, unit: "%",',
            "'%' stands where a proportion is wanted.", id="unit of a proportion",
        ),
        pytest.param("per_day: {value: 25, unit: mg,", "per_day: {value: -25, unit: mg,",
            "-25 is below 0.", id="negative cap",
        ),
        pytest.param("looks: {value: [6, 12]", "looks: {value: [-6, 12]", "-6 is below 1.", id="negative look"),
    ],
)  # fmt: skip
def test_a_quantity_that_cannot_be_is_said_where_it_stands(old, new, says, plant):
    findings = [finding for finding in plant(old, new) if says in str(finding)]
    assert len(findings) == 1
    assert findings[0].line is not None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            *added(CHANGES, f"    dose_changes: {{stop_at_grade: {{value: 9, {MARK}}}"),
            "9 is not a grade, which lies between 1 and 5.", id="grade 9",
        ),
        pytest.param(
            *added(CHANGES, f"    dose_changes: {{maximum_delay_days: {{value: 2, unit: weeks, {MARK}}}"),
            "so 2 weeks are 14.", id="delay in weeks",
        ),
        pytest.param(
            *added(CHANGES, f"    concentration: {{value: 5, unit: mg/l, {MARK}"),
            "no unit of a concentration is called 'mg/l'. Did you mean", id="unit of concentration",
        ),
        pytest.param(
            *added(
                LESIONS,
                "  lesion_response: [{name: {en: Smaller, fr: Plus petit}, measure: diameter, time: best,"
                " not_evaluable: left_out, provenance: published, source: paper,"
                f" decrease_percent: {{value: 130, unit: '%', {MARK}}}]",
            ),
            "130 is not a percentage, which lies between 0 and 100.", id="130 per cent",
        ),
        pytest.param(
            *added(LESIONS, f"  maximum_targets: {{value: 0, unit: lesions, {MARK}"), "0 is below 1.", id="no target",
        ),
        pytest.param(
            *added(LESIONS, f"  settings: {{confirm_min_days: {{value: -28, unit: days, {MARK}}}"),
            "-28 is below 0.", id="negative days",
        ),
        pytest.param(
            *added(LESIONS, f"  minimum_diameter_mm: {{value: 1, unit: cm, {MARK}"),
            "no unit of a length is called 'cm'.", id="centimetres",
        ),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_is_said_where_it_stands(old, new, says, expect_mistake: Expect):
    expect_mistake(old, new, says=says, at=new.removeprefix(old))


def test_a_dose_of_the_product_has_a_unit_of_its_own(plant):
    findings = plant(
        f"dose: {{value: 20, unit: mg, {MARK}\n        basis: {{value: flat,",
        f"dose: {{value: 20, unit: vials of cells, {MARK}\n        basis: {{value: product_dose,",
    )
    assert findings == []


def test_no_dose_falls_on_day_0(plant):
    basis = f"        basis: {{value: flat, {MARK}\n"
    findings = plant(*added(basis, f"        first_day: {{value: 0, unit: study day, {MARK}"))
    assert ["there is no study day 0." in str(finding) for finding in findings] == [True]


@pytest.mark.parametrize("name", list_bundled_studies())
def test_bundled_studies_are_within_every_range(name: str):
    protocol = read_study(name).protocol
    checked = {
        path
        for path, part in visit_parts(protocol, ())
        if isinstance(part, Sourced) and part.is_known and find_quantity(path)
    }
    assert len(checked) > 30
