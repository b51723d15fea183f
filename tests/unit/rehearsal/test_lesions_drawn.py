"""What differs between lesions of one virtual patient."""

import numpy as np
import pytest

from abscopal.protocol.reading import read_study
from abscopal.rehearsal.courses import draw_groups
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.scenario import choose_scenario

PROTOCOL = read_study("nivipit").protocol


@pytest.mark.parametrize("median", [0.45, 0.9])
def test_retention_and_release_differ_between_lesions_and_nobody_retains_more_than_the_dose(median: float):
    scenario = choose_scenario(PROTOCOL, changes={"plausibility_filter": 0.0, "model_f_ret": median})
    groups = draw_groups(read_model(), scenario, np.arange(600), study_hash_key=make_key("depot"))
    retained = np.concatenate([np.ravel(group.values["f_ret"]) for group in groups])
    released = np.concatenate([np.ravel(group.values["k_s"]) for group in groups])
    assert retained.max() <= 1.0
    assert np.median(retained) == pytest.approx(median, rel=0.05)
    assert np.median(released) == pytest.approx(0.27, rel=0.05)
    assert np.std(np.log(released)) == pytest.approx(0.3, rel=0.1)
    assert (np.std(np.log(retained)) < 0.27) == (median == 0.9), "cut at the whole dose"
    assert all(np.ptp(group.values["k_s"], axis=1).min() > 0 for group in groups if group.lesions > 1)
