"""The model in the formats of other programs: the same trajectories elsewhere, and sentences where it cannot be."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from abscopal.cli.main import app
from abscopal.errors import OptionError
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.arm_plans import plan_arm
from abscopal.rehearsal.courses import Settings
from abscopal.rehearsal.ensemble import apply_draw, read_ensemble
from abscopal.rehearsal.given_doses import compute_injectable
from abscopal.rehearsal.model.antimony_text import GivenDose, write_antimony
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.model.latex_document import render_latex_document
from abscopal.rehearsal.model.sbml import convert_to_sbml
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.reporting.exported_patient import draw_exported_patient
from abscopal.rehearsal.reporting.representative_courses import simulate_representatives
from abscopal.rehearsal.scenario import choose_scenario

MODEL = read_model()
HORIZON, SEED = 120.0, 5


def run(*words: str):
    return CliRunner().invoke(app, ["model", *words])


def integrate(sbml: str, columns: list[str]) -> np.ndarray:
    import roadrunner

    runner = roadrunner.RoadRunner(sbml)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-11, 1e-13
    return np.array(runner.simulate(0, HORIZON, int(HORIZON) + 1, ["time", *columns]))


def find_undisturbed(arm: str, place: int):
    """A rehearsed patient of the arm to whom everything planned is given, and their number in the arm."""
    study = read_study("nivipit")
    draw = read_ensemble(study.folder)[0]
    scenario = apply_draw(
        choose_scenario(study.protocol, changes={"treatment_beyond_progression": 1.0}), draw
    )
    plan = plan_arm(study.protocol, arm, MODEL, horizon_days=HORIZON)
    found = simulate_representatives(
        MODEL,
        plan,
        scenario,
        np.arange(48) + place * (1 << 40),
        study_hash_key=make_key(study.document_hash, SEED, draw.identifier),
        arm_key=make_key(study.document_hash, SEED, draw.identifier, arm),
        settings=Settings(HORIZON, 1e-8),
    )
    for number in range(48):
        reached = int(found.is_injected[number].sum())
        whole = all(
            compute_injectable(
                found.lesions["T"][number, found.days == dose.day],
                dose,
                within_reach=reached,
                smallest_seen_mm=scenario["smallest_diameter_mm"],
            ).sum()
            == reached
            for dose in plan.doses
            if dose.route == "INTRATUMORAL"
        )
        if found.courses.given[number].all() and whole:
            return study, found, number
    raise AssertionError("nobody is given everything")


@pytest.mark.parametrize(("arm", "place"), [("IT", 0), ("IV", 1)])
def test_a_rehearsed_patient_goes_the_same_way_in_libroadrunner(arm: str, place: int):
    study, found, number = find_undisturbed(arm, place)
    exported = draw_exported_patient(study, MODEL, arm=arm, number=number, seed=SEED)
    doses = [dose for dose in exported.doses if dose.day <= HORIZON]
    text = write_antimony(MODEL, exported.values, doses, lesions=exported.lesions)
    names = [f"T_{lesion + 1}" for lesion in range(exported.lesions)]
    theirs = integrate(convert_to_sbml(text, name=MODEL.name), [*names, "C_n", "C_i"])
    # On the day of a dose the programs differ in whether they show the moment before or after it.
    given = {dose.day for dose in doses}
    days = [day for day in range(3, int(HORIZON)) if day not in given]
    ours = [int(np.flatnonzero(found.days == day)[0]) for day in days]
    lesions = found.lesions["T"][number][ours][:, : exported.lesions]
    np.testing.assert_allclose(lesions, theirs[days, 1 : 1 + exported.lesions], rtol=1e-5)
    np.testing.assert_allclose(found.plasma["NIVOLUMAB"][number][ours], theirs[days, -2], rtol=1e-5)
    np.testing.assert_allclose(found.plasma["IPILIMUMAB"][number][ours], theirs[days, -1], rtol=1e-5)


def test_each_planned_dose_is_one_event():
    exported = draw_exported_patient(read_study("nivipit"), MODEL, arm="IT", number=0, seed=1)
    sbml = run("--study", "nivipit", "--arm", "IT").output
    later = {(dose.kind, dose.day) for dose in exported.doses if dose.day > 0}
    assert len(re.findall(r"<event ", sbml)) == len(later)
    assert sum(dose.day == 0 for dose in exported.doses) >= 2


def test_two_doses_into_one_state_on_one_day_both_count():
    """Ipilimumab into blood and into a lesion on day 7: plasma rises by both."""
    values = {item.symbol: item.value for item in MODEL.parameters} | {"CL_i": 1e-12, "Q_i": 1e-12}
    doses = [
        GivenDose("ipilimumab_intravenous", 7.0, 10.0),
        GivenDose("ipilimumab_intratumoral", 7.0, 4.0, lesion=0),
        GivenDose("ipilimumab_intratumoral", 7.0, 2.0, lesion=1),
    ]
    text = write_antimony(MODEL, values, doses, lesions=2)
    answer = integrate(convert_to_sbml(text, name=MODEL.name), ["A_i1", "L_1", "L_2"])
    np.testing.assert_allclose(answer[6, 1:], 0.0, atol=1e-12)
    np.testing.assert_allclose(answer[100, 1:].sum(), 16.0, rtol=1e-8)


def test_without_a_study_nothing_is_given_and_there_are_as_many_lesions_as_asked():
    result = run("--format", "antimony", "--lesions", "2")
    assert result.exit_code == 0
    assert "T_2' =" in result.output
    assert "T_3" not in result.output
    assert "dose_" not in result.output


def test_names_beside_the_symbols_are_in_the_language_asked_for():
    written = run("--lesions", "1", "--language", "fr").output
    assert 'name="Volume de la lésion, lésion 1 (mL)"' in written
    assert "Effecteurs CD8, lésion 1 (fois)" in written
    assert 'timeUnits="day"' in written


def test_the_patient_has_as_many_lesions_as_asked():
    study = read_study("nivipit")
    for lesions in (1, 4):
        found = draw_exported_patient(study, MODEL, arm="IT", number=0, seed=1, lesions=lesions)
        assert found.lesions == len(found.values["T0"]) == lesions
        again = draw_exported_patient(study, MODEL, arm="IT", number=found.number, seed=1)
        assert again == found
    with pytest.raises(OptionError, match="They have: 1, 2, 3, 4, 5"):
        draw_exported_patient(study, MODEL, arm="IT", number=0, seed=1, lesions=12)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_latex_document_closes_what_it_opens_and_names_every_parameter(language):
    text = render_latex_document(MODEL, language=language)
    opened = re.findall(r"\\begin\{(\w+)\}", text)
    assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+)\}", text))
    assert (
        text.count(r"\[")
        == text.count(r"\]")
        == len(MODEL.states) + len(MODEL.hazards) + len(MODEL.start) + len(MODEL.assignments)
    )
    for parameter in MODEL.parameters:
        assert f"& {parameter.value:g} &" in text
        assert parameter.text.read(language).replace("%", r"\%") in text
    strange = {mark for mark in text if ord(mark) > 0x17F} - {"’"}
    assert not strange, "pdflatex knows no other mark"


def test_where_antimony_is_missing_a_sentence_says_what_to_install(monkeypatch):
    known = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "antimony" else known(name, *rest)
    )
    with pytest.raises(OptionError, match=r'pip install "abscopal\[models\]"'):
        app(["model"], standalone_mode=False)
    assert run("--format", "antimony").exit_code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--arm", "IT"], "--arm asks for a patient of a study"),
        (["--study", "nivipit"], "Choose one of: IT, IV"),
        (["--study", "nivipit", "--arm", "X"], "no arm 'X'"),
        (["--study", "nivipit", "--arm", "IT", "--draw", "9999"], "no set of parameters 9999"),
        (["--study", "nivipit", "--arm", "IT", "--patient", "-1"], "counted from 0"),
        (["--lesions", "0"], "0 lesions"),
        (["--format", "latex", "--lesions", "2"], "any patient"),
    ],
)
def test_what_cannot_be_asked_is_answered_in_a_sentence(words, sentence):
    result = run(*words)
    assert isinstance(result.exception, OptionError)
    assert sentence in str(result.exception)


def test_a_file_is_written_where_asked(tmp_path: Path):
    place = tmp_path / "new" / "model.tex"
    result = run("--format", "latex", "--out", str(place))
    assert result.exit_code == 0
    assert place.read_text(encoding="utf-8").startswith(r"\documentclass")
    assert str(place) in result.output.replace("\n", "")
