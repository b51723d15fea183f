"""The filter that draws a patient again whose lesions would shrink untreated, and the scenario without it."""

import numpy as np
import pytest

from abscopal.errors import OptionError
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.courses import draw_groups
from abscopal.rehearsal.engine.expressions import work_out_start
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.model.plain import compute_start, make_right_hand_side
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.scenario import choose_scenario

PROTOCOL = read_study("nivipit").protocol


def count_draws(value: float) -> int:
    scenario = choose_scenario(PROTOCOL, changes={"plausibility_filter": value})
    groups = draw_groups(read_model(), scenario, np.arange(200), study_hash_key=make_key("filter"))
    return sum(int(group.draws.sum()) for group in groups)


def test_everybody_is_drawn_once_without_the_filter():
    assert count_draws(0.0) == 200


def test_the_filter_is_on_unless_the_scenario_says_otherwise():
    assert count_draws(1.0) > 300
    assert choose_scenario(PROTOCOL).is_filtered


def test_the_growth_of_the_start_is_the_rate_of_the_lesion_at_the_start():
    """What the filter reads is what the equations do on day 0."""
    model = read_model()
    for group in draw_groups(
        model, choose_scenario(PROTOCOL), np.arange(60), study_hash_key=make_key("filter")
    ):
        start = work_out_start(model, group.values, lesions=group.lesions)
        assert (start["start_growth"] > 0).all()
        assert (start["k_in"] >= 0).all()
        own = {
            name: float(value) if np.ndim(value) == 0 else np.asarray(value)[0].tolist()
            for name, value in group.values.items()
        }
        state = compute_start(model, own, lesions=group.lesions)
        rate = make_right_hand_side(model, own, lesions=group.lesions)(0.0, state)
        first = len(model.list_states("patient"))
        rows = [first + len(model.list_states("lesion")) * place for place in range(group.lesions)]
        np.testing.assert_allclose(rate[rows] / state[rows], start["start_growth"][0], rtol=1e-12)


def test_effectors_that_need_an_inflow_below_zero_are_drawn_again_whatever_the_filter():
    """Where proliferation beats loss in some, nobody is kept whose effectors would be drained for ever."""
    model = read_model()
    for is_filtered in (0.0, 1.0):
        changes = {"plausibility_filter": is_filtered, "model_p_E": 1.2, "model_chi": 0.5}
        scenario = choose_scenario(PROTOCOL, changes=changes)
        groups = draw_groups(model, scenario, np.arange(100), study_hash_key=make_key("filter"))
        assert sum(int(group.draws.sum()) for group in groups) > 100
        for group in groups:
            assert (work_out_start(model, group.values, lesions=group.lesions)["k_in"] >= 0).all()


def test_where_nobody_can_be_in_balance_a_sentence_says_so():
    scenario = choose_scenario(PROTOCOL, changes={"model_p_E": 1e6, "model_chi": 0.0})
    with pytest.raises(OptionError, match="no inflow keeps in balance"):
        draw_groups(read_model(), scenario, np.arange(100), study_hash_key=make_key("filter"))
