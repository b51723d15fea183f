"""Each mistake of meaning gives one sentence, with its line."""

from collections.abc import Callable

import pytest

Expect = Callable[..., None]

DEAD_REFERENCES = [
    ("interventions: [infused]\n    provenance", "interventions: [infusd]\n    provenance",
     "no intervention is called 'infusd'. Did you mean infused?"),
    ("requires: [treated], group_by: received", "requires: [treated], treated_with: [infusd], group_by: received",
     "no intervention is called 'infusd'"),
    ("requires: [first]", "requires: [fist]", "no stage is called 'fist'. Did you mean first?"),
    ("planned_patients: {value: 60, unit: patients, provenance: published, source: paper}",
     "planned_patients: {value: 60, unit: patients, provenance: published, source: papre}",
     "no source is called 'papre'. Did you mean paper?"),
    ("samples: [BIOPSY]", "samples: [BIOPSIE]", "no sample is called 'BIOPSIE'"),
    ("populations: [CD8],", "populations: [CD4],", "no population is called 'CD4'"),
    ("criteria: [recist_1_1]\n", "criteria: [recist_1_1, recist2]\n", "no criterion is called 'recist2'"),
    ("primary_criterion: recist_1_1", "primary_criterion: irecist", "no derived criterion is called 'irecist'"),
    ("reader: INVESTIGATOR,", "reader: RADIOLOGIST,", "no reader is called 'RADIOLOGIST'"),
    ("      population: SAFFL\n      treatment: {en: Injected,",
     "      population: ITTFL\n      treatment: {en: Injected,", "no analysis set is called 'ITTFL'"),
    ("arm: IT, endpoint: severe_free", "arm: IT, endpoint: severe", "no endpoint is called 'severe'"),
    ("components: [injected, infused, injection]", "components: [injected, infuzed]",
     "no component is called 'infuzed'"),
    ("visits: [V1]", "visits: [V9]", "no visit is called 'V9'"),
    ("panels: [FLOW]", "panels: [FLO]", "no panel is called 'FLO'"),
    ("    criterion: recist_1_1\n", "    criterion: itrecist\n", "no derived criterion is called 'itrecist'"),
    ("    - intervention: injected\n", "    - intervention: drug\n", "no intervention is called 'drug'"),
    ("      endpoint: severe_free\n", "      endpoint: death\n", "no endpoint is called 'death'"),
    ("  ratio:", "  caps: [{scope: arm, name: XX}]\n  ratio:", "no arm is called 'XX'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), DEAD_REFERENCES)
def test_a_name_that_refers_to_nothing(old: str, new: str, says: str, plant):
    findings = [str(finding) for finding in plant(old, new)]
    assert any(says in finding for finding in findings), findings


@pytest.mark.parametrize(
    ("old", "new", "says", "at"),
    [
        pytest.param(
            "      requires: [first]", "      requires: [second]",
            "'second' comes later: the two stages would wait for each other", None, id="a stage waits for itself",
        ),
        pytest.param(
            "- identifier: V2", "- identifier: V1", "the identifier 'V1' is used twice.", None, id="twins",
        ),
        pytest.param(
            "window_before: {value: 3,", "window_before: {value: -3,",
            "-3 is below 0.", None, id="negative window",
        ),
        pytest.param(
            "day: {value: 1, provenance", "day: {value: 0, provenance",
            "there is no study day 0.", None, id="day 0",
        ),
        pytest.param(
            "window_before: {value: 3,", "window_before: {value: 20,",
            "its window (days 2 to 22) overlaps that of V1 (days 1 to 3)",
            "day: {value: 22", id="overlapping windows",
        ),
        pytest.param(
            "day: {value: 22, provenance: published, source: paper}",
            "day: {value: -20, provenance: published, source: paper}",
            "it comes before V1, which stands above it.", None, id="visits out of order",
        ),
        pytest.param(
            "      activities: [imaging]",
            "      repeat_every_days: {value: 3, provenance: published, source: paper}\n      activities: [imaging]",
            "the window of 3 days does not fit a visit repeated every 3 days.",
            "- identifier: V2", id="window wider than the step",
        ),
        pytest.param(
            "      activities: [imaging]",
            "      repeat_until_day: {value: 10, provenance: published, source: paper}\n      activities: [imaging]",
            "repetitions end on day 10, before the first visit on day 22.", None, id="repetitions that end early",
        ),
        pytest.param(
            "ratio: {value: {IT: 2, IV: 1}", "ratio: {value: {IT: 2}",
            "the ratio is written for IT, the arms are IT, IV.", None, id="ratio against arms",
        ),
        pytest.param(
            "block_lengths: {value: [3, 6]", "block_lengths: {value: [3, 4]",
            "a block of 4 cannot hold the ratio 2:1. Use multiples of 3.", None, id="block against ratio",
        ),
        pytest.param(
            "minimum_successes: {value: 23, provenance", "minimum_successes: {value: 39, provenance",
            "39 successes cannot be asked of 38 patients. Write 1 to 38.", None, id="more successes than patients",
        ),
        pytest.param(
            "minimum_successes: {value: 23, provenance", "minimum_successes: {value: 12, provenance",
            "12 of 38 is no more than the uninteresting rate 0.5 would give on average. Ask for 20 or more.",
            None, id="too few successes",
        ),
        pytest.param(
            "p1: {value: 0.7,", "p1: {value: 0.4,",
            "the hoped-for rate 0.4 is not above the uninteresting rate 0.5.", None, id="p1 below p0",
        ),
        pytest.param(
            "confidence_level: {value: 0.95,", "confidence_level: {value: 95,",
            "95 is not between 0 and 1. Write 0.9 for 90 %.", None, id="a percent where a share is wanted",
        ),
        pytest.param(
            "      - {up_to_mm: null, volume_ml: 4}", "      - {up_to_mm: 50, volume_ml: 4}",
            "lesions above 50 mm have no volume.", None, id="open volume table",
        ),
        pytest.param(
            "      - {up_to_mm: null, volume_ml: 4}", "      - {up_to_mm: null, volume_ml: 0.1}",
            "a larger lesion would get less than a smaller one.", None, id="volume falls with size",
        ),
        pytest.param(
            "      - {up_to_mm: 15, volume_ml: 0.5}",
            "      - {up_to_mm: 15, volume_ml: 0.5}\n      - {up_to_mm: 10, volume_ml: 1}",
            "this row can never be reached.", "{up_to_mm: 10", id="unreachable row",
        ),
        pytest.param(
            "per_day: {value: 25,", "per_day: {value: 80,",
            "the daily cap 80 is above the total cap 75.", None, id="daily cap above total",
        ),
        pytest.param(
            "per_day: {value: 25,", "per_day: {value: 10,",
            "the planned dose 20 of only breaks the daily cap 10.", None, id="dose above cap",
        ),
        pytest.param(
            "looks: {value: [6, 12]", "looks: {value: [12, 6]", "looks do not grow.", None, id="looks",
        ),
        pytest.param(
            "looks: {value: [6, 12]", "looks: {value: [3, 12]",
            "the first look, at 3, comes before the minimum of 6 patients.", None, id="early look",
        ),
        pytest.param(
            "threshold: {value: [18, 75],", "threshold: {value: [75, 18],",
            "between needs two numbers in order.", None, id="between out of order",
        ),
        pytest.param(
            "operator: between", "operator: at_least",
            "at_least needs one value, not a list.", "threshold: {value: [18, 75]", id="a list for one value",
        ),
        pytest.param(
            "operator: equals", "operator: one_of", "one_of needs a list.",
            "threshold: {value: true", id="one value for a list",
        ),
        pytest.param(
            "operator: equals", "operator: at_least", "at_least needs a number.",
            "threshold: {value: true", id="at least true",
        ),
        pytest.param(
            "dose: {value: 20, unit: mg,", "dose: {value: 20,", "the dose has no unit.", None, id="dose without unit",
        ),
        pytest.param(
            "    comparison: none\n    severity", "    comparison: formal\n    severity",
            "a formal comparison needs two arms, none of them an internal control.",
            "comparison: formal", id="comparison with an internal control",
        ),
        pytest.param(
            "    severity: severe\n", "", "a toxicity endpoint needs `severity` and `relation`.",
            "  - identifier: severe_free", id="toxicity without severity",
        ),
        pytest.param(
            "  design:", "  sub_protocol: {value: S1, provenance: published, source: paper}\n  design:",
            "a sub-protocol is named without its master protocol.", "  sub_protocol:", id="orphan sub-protocol",
        ),
        pytest.param(
            "fr: Aucun événement sévère dans la fenêtre", "fr: No severe event in the window",
            "the French text is the English one.", None, id="copied translation",
        ),
        pytest.param(
            "date: 2021-06-01", "date: 2019-06-01",
            "2019-06-01 is not after 2020-01-01, the date of the version before.", None, id="amendment too early",
        ),
        pytest.param(
            "endpoints.severe_free.decision_rule.minimum_successes.value: 24",
            "endpoints.sever_free.decision_rule.minimum_successes.value: 24",
            "finds no 'sever_free'; known there: severe_free, response.", None, id="amendment path",
        ),
        pytest.param(
            "identity.planned_patients.value: 90", "identity.planned_patients.value: many",
            "amendment 2.0: identity.planned_patients.value", "    changes:", id="amendment of the wrong type",
        ),
        pytest.param(
            "minimum_successes.value: 24", "minimum_successes.value: 40",
            "amendment 2.0: endpoints.severe_free", "    changes:", id="amendment that contradicts",
        ),
    ],
)  # fmt: skip
def test_a_contradiction_is_said_where_it_stands(old, new, says, at, expect_mistake: Expect):
    expect_mistake(old, new, says=says, at=at)


def test_an_injection_by_another_route_is_said_twice(plant):
    findings = [
        str(f)
        for f in plant(
            "interventions: [injected]\n  volume_table", "interventions: [infused]\n  volume_table"
        )
    ]
    assert any("its route is INTRAVENOUS" in finding for finding in findings)
    assert any("the injection rules do not name it" in finding for finding in findings)


def test_an_intervention_that_nobody_receives(plant):
    findings = plant("    interventions: [infused]\n", "    interventions: [injected]\n")
    assert any("no arm receives it." in str(finding) for finding in findings)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (
            "identifier: SAFFL, name: {en: Treated, fr: Traités}",
            "only SAFFL says what makes a patient treated; ITTFL follows it.",
        ),
        ("requires: [treated]", "the set does not ask for treatment."),
    ],
)
def test_what_makes_a_patient_treated_is_said_of_the_safety_set(written, says, plant):
    """Said of another set, or of one that does not ask for treatment, it would be read by nobody."""
    changed = {
        "identifier: SAFFL, name: {en: Treated, fr: Traités}": "identifier: ITTFL, treated_with: [infused], name: "
        "{en: Treated, fr: Traités}",
        "requires: [treated]": "requires: [enrolled], treated_with: [infused]",
    }
    findings = [str(finding) for finding in plant(written, changed[written])]
    assert any(says in finding for finding in findings), findings


def test_a_trial_without_primary_endpoint(plant):
    findings = plant("    level: primary", "    level: secondary")
    assert any("no endpoint is primary." in str(finding) for finding in findings)


def test_a_signature_is_exploratory(plant):
    findings = plant("    kind: objective_response", "    kind: signature")
    assert any("a signature without a validated rule is exploratory." in str(finding) for finding in findings)


def test_distant_lesions_that_do_not_exist_are_not_read(plant):
    none = ("distant_lesions: expected", "distant_lesions: none")
    read = ("    panel: FLOW\n", "    panel: FLOW\n    lesions: non_injected\n")
    assert plant(*none) == []
    assert plant(*read) == []
    assert "the trial leaves no distant lesion" in str(plant(*none, *read)[0])


def test_unknown_days_and_ratios_are_no_mistakes(plant):
    assert plant("day: {value: 22, provenance: published, source: paper}", "day: {value: null}") == []
    assert (
        plant("ratio: {value: {IT: 2, IV: 1}, provenance: published, source: paper}", "ratio: {value: null}")
        == []
    )


def test_the_flag_needs_no_named_reader(plant):
    assert plant("{rule: named_reader, reader: INVESTIGATOR,", "{rule: accepted_flag,") == []


def test_no_patient_decides_nothing(plant):
    findings = plant("n: {value: 38,", "n: {value: 0,")
    assert any("no patient can decide anything." in str(finding) for finding in findings)


def test_a_futility_look_names_its_endpoint(plant):
    look = "  futility: [{identifier: look, endpoint: none, provenance: published, source: paper}]\n"
    findings = plant("  toxicity:\n", look + "  toxicity:\n")
    assert "no endpoint is called 'none'" in str(findings[0])


def test_a_rule_on_something_that_is_not_counted(plant):
    findings = plant("    kind: toxicity_free_proportion", "    kind: survival")
    assert any("a single-stage rule counts successes" in str(finding) for finding in findings)


def test_a_rule_read_where_the_endpoint_is_not_reported(plant):
    findings = plant(
        "    arms: [IT, IV]\n    comparison: none\n    severity",
        "    arms: [IV]\n    comparison: none\n    severity",
    )
    assert any("where the endpoint is not reported" in str(finding) for finding in findings)


def test_one_arm_does_not_make_a_randomised_trial(plant):
    findings = [str(f) for f in plant("method: {value: permuted_blocks", "method: {value: single_arm")]
    assert any("single_arm does not fit 2 arms." in finding for finding in findings)
    assert any("a randomised trial needs two arms or more" in finding for finding in findings)


def test_a_share_of_nothing(plant):
    findings = plant("ratio: {value: {IT: 2, IV: 1}", "ratio: {value: {IT: 3, IV: 0}")
    assert any("every arm needs a share of 1 or more." in str(finding) for finding in findings)
