"""What the results hang on: one thing moved at a time moves them the way of the mechanism, or not at all."""

import pytest

from abscopal.evidence.figures.saving import render_svg
from abscopal.evidence.figures.tornado import render_tornado
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.ensemble import NOMINAL, read_ensemble
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.reporting.report import describe_names
from abscopal.rehearsal.reporting.sensitivity import compute_sensitivity
from abscopal.rehearsal.reporting.variations import list_variations
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial_design import plan_trial

STUDIES = {name: read_study(name) for name in ("nivipit", "dex2", "neo1")}
MODEL = read_model()


def analyse(name, names, patients=256):
    study = STUDIES[name]
    scenario = choose_scenario(study.protocol)
    return compute_sensitivity(
        study.protocol, MODEL, scenario, read_ensemble(study.folder)[0], plan_trial(study.protocol, scenario),
        texts=describe_names(MODEL), study_hash=study.document_hash, seed=1, horizon_days=365.0, patients=patients,
        names=names,
    )  # fmt: skip


def vary(name, draw=NOMINAL[0]):
    protocol = STUDIES[name].protocol
    return {item.name: item for item in list_variations(protocol, MODEL, choose_scenario(protocol), draw)}


def list_moves(analysis, name, result):
    (influence,) = [item for item in analysis.influences if item.name == name]
    return {move.arm: (move.low, move.high) for move in influence.moves if move.result == result}


def test_parameters_move_results_the_way_of_the_mechanism():
    analysis = analyse("nivipit", {"a_i", "a_ni", "d_E"})
    both = list_moves(analysis, "a_ni", "severe")
    assert set(both) == {"IT", "IV"}
    assert all(low < 0 < high for low, high in both.values())
    # Ipilimumab alone: little of it is given into lesions, so that the hazard may be too small to move a patient.
    alone = list_moves(analysis, "a_i", "severe")
    assert alone["IV"][0] < 0 < alone["IV"][1]
    assert alone["IT"][0] <= 0 <= alone["IT"][1]
    assert all(high < 0 < low for low, high in list_moves(analysis, "d_E", "response").values())
    # The rule counts patients free of severe toxicity in one arm: more hazard, less chance of it.
    ((low, high),) = list_moves(analysis, "a_ni", "conclusion").values()
    assert high < 0 < low
    greatest = [item.greatest for item in analysis.influences]
    assert greatest == sorted(greatest, reverse=True)


def test_the_vaccine_moves_nothing_where_nobody_is_given_one():
    analysis = analyse("nivipit", {"b_D", "k_NK", "k_D", "sd_E0"}, patients=64)
    assert [item.name for item in analysis.influences] == ["sd_E0"]
    assert (analysis.tried, analysis.still) == (4, 3)


def test_the_vaccine_moves_results_where_it_is_given():
    analysis = analyse("dex2", {"k_NK", "a_i", "manufacturing_days"})
    ((low, high),) = list_moves(analysis, "k_NK", "progression_free").values()
    assert low < 0 < high
    assert "a_i" not in {item.name for item in analysis.influences}
    assert not any(move.result == "distant" for item in analysis.influences for move in item.moves)


def test_a_study_without_ensemble_or_rule_is_analysed_whole():
    analysis = analyse("neo1", None, patients=32)
    assert analysis.draw is None
    assert len(analysis.influences) == 12
    assert analysis.tried > 90
    results = {move.result for item in analysis.influences for move in item.moves}
    assert results == {"severe", "response", "progression_free"}


def test_the_same_call_gives_the_same_bytes():
    names = {"a_ni", "r", "plausibility_filter", "diameter_error_percent"}
    first, second = (analyse("nivipit", names, patients=32) for _ in range(2))
    assert first == second
    pictures = [
        render_svg(render_tornado(item, names={"IT": "IT", "IV": "IV"}, language="en"))
        for item in (first, second)
    ]
    assert pictures[0] == pictures[1]


def test_each_kind_of_step_is_as_the_table_says():
    found = vary("nivipit", read_ensemble(STUDIES["nivipit"].folder)[0])
    kmax = found["kmax"]
    assert (kmax.step, kmax.status) == ("prior", "fitted")
    assert (
        kmax.high / kmax.planned == pytest.approx(kmax.planned / kmax.low) == pytest.approx(2.718281828**0.5)
    )
    assert (found["phi"].step, found["phi"].low, found["phi"].high) == ("factor", 0.32, 0.5)
    assert (found["s_dep"].step, found["s_dep"].low, found["s_dep"].high) == ("switch", 0.0, None)
    missed = found["missed_visit_probability"]
    assert (missed.step, missed.low, missed.high) == ("points", 0.0, 0.13)
    assert found["CL_n"].status == "second_hand"
    assert all(0 <= end <= 1 for end in (found["f_ret"].low, found["f_ret"].high))


def test_other_shares_of_the_same_whole_give_way():
    one = vary("nivipit")["lesions_injected_one"]
    changes = one.list_changes(one.high)
    assert changes["lesions_injected_one"] == pytest.approx(0.75)
    assert sum(changes.values()) == pytest.approx(1.0)
    assert changes["lesions_injected_two"] / changes["lesions_injected_three_or_more"] == pytest.approx(
        0.275 / 0.075
    )


def test_what_does_not_act_or_is_settled_by_the_study_stays():
    nivipit, neo1, dex2 = (set(vary(name)) for name in ("nivipit", "neo1", "dex2"))
    assert not {"w", "T0", "manufacturing_days", "missing_biopsy_probability", "follow_up_days"} & nivipit
    assert not {"lesions_distant_none", "lesions_distant_one", "distant_volume_ml"} & neo1
    assert not {"draining_share", "lesions_within_reach"} & dex2
    assert "manufacturing_days" in dex2
