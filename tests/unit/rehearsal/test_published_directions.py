"""Findings with a direction and no number, and whether the bundled ensembles still give what was recorded."""

import json

import pytest

from abscopal.cli.calibrate import RECORD_FILE
from abscopal.protocol.reading import list_bundled_studies, read_study
from abscopal.rehearsal.calibration.calibrate import plan_calibration, simulate_draws
from abscopal.rehearsal.calibration.candidates import make_question, simulate_candidate
from abscopal.rehearsal.calibration.directions import describe_direction
from abscopal.rehearsal.ensemble import read_ensemble
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario

MODEL = read_model()


def find_study_with(quantity: str):
    found = [read_study(folder) for folder in list_bundled_studies().values()]
    return next(
        (study.protocol, finding)
        for study in found
        for finding in study.protocol.rehearsal.directions
        if finding.quantity == quantity
    )


def simulate_finding(quantity: str, medians: dict) -> float:
    protocol, finding = find_study_with(quantity)
    question = make_question(
        MODEL, protocol, choose_scenario(protocol), (), patients=400, stream="a", directions=(finding,)
    )
    return simulate_candidate(question, medians).directions[finding.identifier]


def test_regulatory_cells_fall_where_the_drug_depletes_them_and_nowhere_else():
    assert simulate_finding("regulatory_t_cells", {"s_dep": 1.0}) < 0.9
    assert simulate_finding("regulatory_t_cells", {"s_dep": 0.0}) == pytest.approx(1.0, abs=1e-6)


def test_nkp30_tells_patients_apart_only_where_natural_killer_cells_kill():
    assert simulate_finding("progression_free_with_nkp30", {"k_NK": 0.1}) > 0.15
    assert abs(simulate_finding("progression_free_with_nkp30", {"k_NK": 1e-9})) < 0.1


def test_a_direction_is_missed_when_the_middle_of_the_sets_goes_the_other_way():
    _, finding = find_study_with("granzyme")
    told = describe_direction(finding, [0.5, 0.9, 1.1])
    assert (told["is_inside"], told["sets_that_agree"], told["sets"]) == (False, 1, 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder",
    [folder for folder in list_bundled_studies().values() if (folder / RECORD_FILE).is_file()],
    ids=lambda folder: folder.name,
)
def test_bundled_ensembles_still_give_what_was_recorded(folder):
    """A change of dosing, of readings or of endpoints moves a fit as surely as one of the model: calibrate again."""
    record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    study = read_study(folder)
    plan = plan_calibration(
        study.protocol,
        MODEL,
        choose_scenario(study.protocol),
        study_hash=study.document_hash,
        candidates=record["draws"],
        rounds=record["rounds"],
        patients=record["patients"],
        seed=record["seed"],
    )
    (answer,) = simulate_draws(plan, read_ensemble(folder)[:1])
    # Another processor may move a few of the patients, not more.
    assert answer.judged | answer.directions == pytest.approx(record["first_set"], rel=0.01, abs=0.005)
