"""The filter that draws a patient again whose lesions would shrink untreated, and the scenario without it."""

import numpy as np

from abscopal.protocol.reading import read_study
from abscopal.rehearsal.courses import draw_groups
from abscopal.rehearsal.model.description import read_model
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
