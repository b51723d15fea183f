"""Wrong expectations are explained, changed patients are noticed, what cannot be checked waits."""

import dataclasses
import functools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from abscopal.cli.main import app
from abscopal.cli.study_assurance import assure_study
from abscopal.errors import StudyError
from abscopal.evidence.assurance_outcomes import Assurance, CheckedExpectation
from abscopal.protocol.reading import list_bundled_studies, read_study

SINGLE_ARM, RANDOMISED, NEOADJUVANT = "dex2", "nivipit", "neo1"


@pytest.fixture
def copy_study(tmp_path):
    """Copy a bundled study and change one passage of its patients.yml."""

    def copy(name: str, before: str, after: str, *, patient: str) -> Path:
        folder = tmp_path / name
        shutil.copytree(list_bundled_studies()[name], folder)
        file = folder / "patients.yml"
        text = file.read_text(encoding="utf-8")
        start = text.index(f"- identifier: {patient}\n")
        end = text.find("- identifier: ", start + 5)
        told = text[start : end if end > 0 else None]
        assert told.count(before) == 1, f"{before!r} stands {told.count(before)} times in {patient}"
        file.write_text(text.replace(told, told.replace(before, after)), encoding="utf-8")
        return folder

    return copy


read_once = functools.cache(read_study)


def fail(folder: Path) -> list[str]:
    """The sentences of what failed in a copied folder; its study file is the bundled one."""
    study = dataclasses.replace(read_once(folder.name), folder=folder)
    return [checked.sentence for checked in assure_study(study).list_outcomes("failed")]


WRONG_EXPECTATIONS = [
    # study, patient, what is expected, what is expected wrongly, the whole sentence
    (
        SINGLE_ARM,
        "DEX-006",
        "responses: {recist_1_1: [PD]}",
        "responses: {recist_1_1: [SD]}",
        "Patient DEX-006 was expected to have SD at the second scan (2011-03-11) by recist_1_1 but the derived "
        "response is PD: sum 41.0 -> 51.0 mm, +24.4 % over the nadir",
    ),
    (
        SINGLE_ARM,
        "DEX-005",
        "best_response: {recist_1_1: SD}\n      confirmed",
        "best_response: {recist_1_1: PR}\n      confirmed",
        "Patient DEX-005 was expected to have best response PR by recist_1_1 but has best response SD by recist_1_1",
    ),
    (
        RANDOMISED,
        "NIV-007",
        "confirmed_best_response: {recist_1_1: SD}",
        "confirmed_best_response: {recist_1_1: PR}",
        "Patient NIV-007 was expected to have confirmed best response PR by recist_1_1 but has confirmed best "
        "response SD by recist_1_1",
    ),
    (
        RANDOMISED,
        "NIV-004",
        "severe_toxicity: false",
        "severe_toxicity: true",
        "Patient NIV-004 was expected to have severe treatment-related toxicity within 183 days of the first dose "
        "but has no severe treatment-related toxicity within 183 days of the first dose: EVENT_FREE",
    ),
    (
        RANDOMISED,
        "NIV-006",
        "T02: 2017-10-04, T03: never",
        "T02: 2017-08-23, T03: never",
        "Patient NIV-006 was expected to have lesion T02 first injected on 2017-08-23 but has lesion T02 first "
        "injected on 2017-10-04.",
    ),
    (
        RANDOMISED,
        "NIV-001",
        "T02: never",
        "T02: 2017-03-08",
        "Patient NIV-001 was expected to have lesion T02 first injected on 2017-03-08 but has lesion T02 never "
        "injected.",
    ),
    (
        RANDOMISED,
        "NIV-014",
        "progression_free_survival: {days: 84, ended: censored}",
        "progression_free_survival: {days: 168, ended: event}",
        "Patient NIV-014 was expected to have progression free survival of 168 days, event but has progression "
        "free survival of 84 days, censored: CENSORED",
    ),
    (
        NEOADJUVANT,
        "NEO-002",
        "pathological_response: major",
        "pathological_response: complete",
        "Patient NEO-002 was expected to have pathological response complete but has pathological response major: "
        "4 % viable tumour.",
    ),
    (
        NEOADJUVANT,
        "NEO-006",
        "pathological_response: not done",
        "pathological_response: none",
        "Patient NEO-006 was expected to have pathological response none but has pathological response not done: "
        "no specimen was read.",
    ),
    (
        SINGLE_ARM,
        "DEX-001",
        "stage: hla",
        "stage: pre_screen",
        "Patient DEX-001 was expected to be still at the stage pre_screen but is still at the stage hla. "
        "HLA-A2 positive: not met. HLA_A2 is no (23 July 2010); required: yes.",
    ),
    (
        SINGLE_ARM,
        "DEX-002",
        "eligible: {vaccine: not_yet_known}",
        "eligible: {vaccine: met}",
        "Patient DEX-002 was expected to be eligible for vaccine on 2010-09-20 but is not yet known to be eligible "
        "for vaccine on 2010-09-20. HLA-A2 positive: not yet known; nothing is recorded for HLA_A2.",
    ),
]


@pytest.mark.parametrize(
    ("study", "patient", "right", "wrong", "sentence"),
    WRONG_EXPECTATIONS,
    ids=[row[1] for row in WRONG_EXPECTATIONS],
)
def test_a_wrong_expectation_is_explained_in_a_sentence(copy_study, study, patient, right, wrong, sentence):
    failed = fail(copy_study(study, right, wrong, patient=patient))
    assert len(failed) == 1, failed
    assert failed[0].startswith(sentence), failed[0]


CHANGED_PATIENTS = [
    # study, patient, what happened, what happens instead, words of what must fail
    (RANDOMISED, "NIV-013", "T01: 32.4", "T01: 32.3", "to have PD at the second scan"),
    (RANDOMISED, "NIV-009", "sizes: {T01: 38.0}", "sizes: {T01: 35.9}", "to have PD at the third scan"),
    (RANDOMISED, "NIV-008", "T01: 8.0", "T01: 10.0", "to have CR at the third scan"),
    (RANDOMISED, "NIV-007", "T02: not done", "T02: 28.0", "to have NE at the third scan"),
    (RANDOMISED, "NIV-003", "term: Colitis, grade: 3", "term: Colitis, grade: 2", "severe treatment-related"),
    (RANDOMISED, "NIV-013", "related: false", "related: null", "no severe treatment-related"),
    (
        RANDOMISED,
        "NIV-014",
        "on: 2018-08-22, what: Dacarbazine",
        "on: 2018-12-01, what: Dacarbazine",
        "84 days",
    ),
    (SINGLE_ARM, "DEX-012", "NEW01: not tumour", "NEW01: new", "to have SD at the second scan"),
    (SINGLE_ARM, "DEX-005", "T01: 34.0", "T01: 30.0", "to have PD at the fifth scan"),
    (SINGLE_ARM, "DEX-010", "NT02: progression", "NT02: present", "to have PD at the third scan"),
    (NEOADJUVANT, "NEO-002", "viable_tumour: 4", "viable_tumour: 10", "pathological response major"),
    (
        RANDOMISED,
        "NIV-001",
        "PREGNANT, value: false, on: 2017-03-03",
        "PREGNANT, value: false, on: 2017-02-26",
        "through every stage and treated but is still at the stage fitness",
    ),
    (
        SINGLE_ARM,
        "DEX-005",
        "variable: ECOG, value: 0",
        "variable: ECOG, value: 2",
        "to be eligible for vaccine",
    ),
    (
        NEOADJUVANT,
        "NEO-001",
        "consent: 2026-01-02",
        "consent: 2026-01-13",
        "still at the stage disease",
    ),
]


@pytest.mark.parametrize(
    ("study", "patient", "before", "after", "words"),
    CHANGED_PATIENTS,
    ids=[f"{row[1]} {row[3]}" for row in CHANGED_PATIENTS],
)
def test_a_changed_patient_is_noticed(copy_study, study, patient, before, after, words):
    failed = fail(copy_study(study, before, after, patient=patient))
    assert any(words in sentence and patient in sentence for sentence in failed), failed
    assert all(sentence.startswith(f"Patient {patient} ") for sentence in failed), failed


@pytest.mark.parametrize("study", [SINGLE_ARM, RANDOMISED, NEOADJUVANT])
def test_screening_of_every_patient_is_as_expected(study):
    about_screening = [
        checked
        for checked in assure_study(read_once(study)).expectations
        if checked.subject in {"stage", "eligibility"}
    ]
    assert len(about_screening) >= 18
    assert {checked.outcome for checked in about_screening} == {"met"}


def test_screening_without_a_day_waits(copy_study):
    folder = copy_study(
        SINGLE_ARM,
        "      as_of: 2010-09-20\n      stage: hla\n      eligible: {vaccine: not_yet_known}",
        "      stage: hla",
        patient="DEX-002",
    )
    study = dataclasses.replace(read_once(SINGLE_ARM), folder=folder)
    waiting = assure_study(study).list_outcomes("waiting")
    assert [checked.sentence for checked in waiting] == [
        "Patient DEX-002, stage: no day to read screening on: add `as_of` or `included`."
    ]


def test_a_study_in_which_nothing_can_be_checked_is_not_sound():
    waiting = CheckedExpectation("P1", "stage", "waiting", "Patient P1, stage: not yet.")
    assert not Assurance((waiting,)).is_sound
    assert not Assurance(()).is_sound
    assert Assurance((waiting,)).count_reasons() == {"not yet.": 1}


def test_a_scan_more_than_was_expected_is_said(copy_study):
    folder = copy_study(
        SINGLE_ARM, "responses: {recist_1_1: [PD]}", "responses: {recist_1_1: [PD, PD]}", patient="DEX-006"
    )
    assert fail(folder) == [
        "Patient DEX-006 has 1 scans after baseline, 2 expected and 1 derived responses by recist_1_1: "
        "the three numbers must be equal."
    ]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("drug: IFN-gamma-Dex", "drug: Dexx", "no drug is called 'DEXX'"),
        ("arm: vaccine", "arm: vacine", "no arm is called 'vacine'. Did you mean vaccine?"),
        ("variable: HLA_A2", "variable: HLA_A3", "no fact is called 'HLA_A3'. Did you mean HLA_A2?"),
        ("stage: treated", "stage: hal", "no stage is called 'hal'. Did you mean hla?"),
    ],
)
def test_names_that_the_study_file_does_not_know_are_mistakes(copy_study, before, after, sentence):
    folder = copy_study(SINGLE_ARM, before, after, patient="DEX-006")
    with pytest.raises(StudyError) as caught:
        fail(folder)
    line = (folder / "patients.yml").read_text(encoding="utf-8").split(after)[0].count("\n") + 1
    assert sentence in caught.value.sentence
    assert f"patients.yml, line {line}: patients.DEX-006" in caught.value.sentence


def test_a_story_that_breaks_a_rule_of_the_tables_is_a_mistake(copy_study):
    folder = copy_study(RANDOMISED, "lesion: T01}", "lesion: NEW01}", patient="NIV-002")
    with pytest.raises(
        StudyError, match=r"patients\.yml, line \d+: patients\.NIV-002: EX breaks the rule"
    ) as caught:
        fail(folder)
    assert len(caught.value.findings) == 1


def test_the_command_counts_what_is_met_and_what_waits():
    result = CliRunner().invoke(app, ["assure", RANDOMISED])
    assert result.exit_code == 0, result.output
    assert re.search(r"14 patients; \d{3} expectations met, 0 failed, \d+ waiting\.", result.output)


def test_the_command_lists_everything_on_request():
    result = CliRunner().invoke(app, ["assure", NEOADJUVANT, "--details"])
    assert "Patient NEO-001 has pathological response complete, as expected." in result.output


def test_the_command_shows_what_failed_and_ends_with_two(copy_study):
    folder = copy_study(NEOADJUVANT, "viable_tumour: 4", "viable_tumour: 40", patient="NEO-002")
    command = (
        "import sys; from abscopal.cli import main; sys.argv = ['abscopal', 'assure', sys.argv[1]]; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", command, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Patient NEO-002 was expected to have pathological response major" in done.stdout
    assert f"{folder / 'patients.yml'}: 1 expectation failed." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_patients_is_said(tmp_path):
    folder = tmp_path / NEOADJUVANT
    shutil.copytree(list_bundled_studies()[NEOADJUVANT], folder)
    (folder / "patients.yml").unlink()
    with pytest.raises(StudyError, match=r"patients\.yml: The file cannot be opened"):
        fail(folder)
