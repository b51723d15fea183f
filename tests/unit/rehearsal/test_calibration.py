import json
import pickle

import numpy as np
import pytest
from scipy import stats

from abscopal.cli import calibrate, check
from abscopal.errors import OptionError, StudyError
from abscopal.protocol.reading import list_bundled_studies, read_study
from abscopal.rehearsal.calibration.calibrate import plan_calibration
from abscopal.rehearsal.calibration.candidates import make_question, simulate_candidate
from abscopal.rehearsal.calibration.likelihood import (
    compute_binomial_term,
    compute_mean_term,
    compute_median_term,
    estimate_share,
)
from abscopal.rehearsal.calibration.priors import Prior, list_beliefs
from abscopal.rehearsal.calibration.references import read_references
from abscopal.rehearsal.calibration.search import Tried, continue_search, start_search
from abscopal.rehearsal.calibration.targets import Target, list_targets
from abscopal.rehearsal.ensemble import (
    EnsembleOrigin,
    ParameterDraw,
    apply_draw,
    check_ensemble,
    compute_model_hash,
    explain_stale_ensemble,
    read_ensemble,
    read_ensemble_origin,
    write_ensemble,
)
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario, list_operations

MODEL = read_model()
ORIGIN = EnsembleOrigin(
    method="a test",
    command="abscopal calibrate somewhere",
    date="2026-01-02",
    seed=3,
    patients=64,
    model=compute_model_hash(MODEL),
    targets=("one",),
)
DRAWS = (ParameterDraw(1, {"kmax": 0.25, "sd_E0": 1.5, "smallest_diameter_mm": 3.0}), ParameterDraw(2, {"kmax": 0.5, "sd_E0": 1.2, "smallest_diameter_mm": 4.0}, 0.5))  # fmt: skip


# --- terms of the likelihood ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "n", "share"), [(9, 37, 0.3), (0, 5, 0.02), (21, 21, 0.9), (12, 21, 0.571)]
)
def test_a_share_is_judged_by_its_binomial(events, n, share):
    assert compute_binomial_term(events, n, share) == pytest.approx(stats.binom.logpmf(events, n, share))


def test_a_median_is_judged_by_how_many_were_past_it():
    assert compute_median_term(22, 0.4) == pytest.approx(stats.binom.logpmf(11, 22, 0.4))


def test_a_mean_is_judged_by_its_standard_error():
    assert compute_mean_term(2.2, 1.7, 12, 3.0) == pytest.approx(stats.norm.logpdf(2.2, 3.0, 1.7 / 12**0.5))


@pytest.mark.parametrize(("events", "n"), [(9, 37), (12, 21), (0, 10), (10, 10)])
def test_the_interval_of_a_share_is_exact(events, n):
    exact = stats.binomtest(events, n).proportion_ci(method="exact")
    assert estimate_share(events, n) == pytest.approx((exact.low, exact.high))


# --- priors and targets -----------------------------------------------------------------------------


def test_every_prior_names_a_parameter_or_a_setting():
    known = {parameter.symbol for parameter in MODEL.parameters} | {item.name for item in list_operations()}
    assert {belief.name.removeprefix("sd_") for belief in list_beliefs()} <= known


def test_a_share_stays_a_share_however_far_it_is_moved():
    values = Prior("chi", "logitnormal", 0.7, 1.0).compute_values(np.array([-5.0, 0.0, 5.0]))
    assert values[1] == pytest.approx(0.7)
    assert 0 < values[0] < values[2] < 1


def test_a_result_of_another_trial_never_counts_as_more_patients_than_allowed():
    most = read_references().most_patients
    counts = [
        target.n
        for folder in list_bundled_studies().values()
        for target in list_targets(read_study(folder).protocol)
        if target.origin != "study"
    ]
    assert counts
    assert max(counts) == most


def test_a_study_without_a_fitted_result_is_not_calibrated():
    found = [read_study(folder) for folder in list_bundled_studies().values()]
    bare = next(study for study in found if not study.protocol.rehearsal.targets)
    with pytest.raises(OptionError, match="nothing to calibrate"):
        plan_calibration(
            bare.protocol,
            MODEL,
            choose_scenario(bare.protocol),
            study_hash="x",
            candidates=8,
            rounds=6,
            patients=64,
            seed=1,
        )


def test_a_question_travels_to_another_process_whole():
    found = [read_study(folder) for folder in list_bundled_studies().values()]
    study = next(item for item in found if item.protocol.rehearsal.targets)
    scenario = choose_scenario(study.protocol)
    targets = list_targets(study.protocol)
    question = make_question(MODEL, study.protocol, scenario, targets, patients=64, stream="a")
    assert pickle.loads(pickle.dumps(question)) == question


# --- the ensemble file ------------------------------------------------------------------------------


def test_an_ensemble_is_read_as_it_was_written(tmp_path):
    write_ensemble(tmp_path, DRAWS, ORIGIN)
    assert read_ensemble(tmp_path) == DRAWS
    assert read_ensemble_origin(tmp_path) == ORIGIN
    assert check_ensemble(tmp_path, MODEL) == []
    assert explain_stale_ensemble(tmp_path, MODEL) == ""


def test_without_a_file_there_is_one_set_that_changes_nothing(tmp_path):
    (draw,) = read_ensemble(tmp_path)
    scenario = choose_scenario(read_study(next(iter(list_bundled_studies()))).protocol)
    assert draw.identifier == 0
    assert apply_draw(scenario, draw) == scenario


def test_a_set_wins_over_the_scenario_for_medians_spreads_and_settings():
    scenario = choose_scenario(read_study(next(iter(list_bundled_studies()))).protocol)
    laid = apply_draw(scenario, DRAWS[0])
    assert laid["smallest_diameter_mm"] == 3.0
    assert dict(laid.medians) == {**scenario.medians, "kmax": 0.25, "sd_E0": 1.5}


def test_an_ensemble_of_another_model_is_said_to_be_stale(tmp_path):
    write_ensemble(tmp_path, DRAWS, ORIGIN.model_copy(update={"model": "0" * 16}))
    said = explain_stale_ensemble(tmp_path, MODEL)
    assert "another version of the model" in said
    assert ORIGIN.command in said


def test_the_fingerprint_of_a_model_knows_numbers_and_equations_and_no_words():
    first = MODEL.parameters[0]
    renamed = MODEL.model_copy(
        update={"parameters": (first.model_copy(update={"source": "ours"}), *MODEL.parameters[1:])}
    )
    moved = MODEL.model_copy(
        update={"parameters": (first.model_copy(update={"value": 1.0}), *MODEL.parameters[1:])}
    )
    assert compute_model_hash(renamed) == compute_model_hash(MODEL)
    assert compute_model_hash(moved) != compute_model_hash(MODEL)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kmax,weight\n1,2\n", "does not begin with"),
        ("draw,weight,kmax\n1,1,high\n", "no number"),
        ("draw,weight,kmax\n", "no set"),
    ],
)
def test_a_damaged_ensemble_is_a_mistake_of_the_study_folder(tmp_path, text, words):
    write_ensemble(tmp_path, DRAWS, ORIGIN)
    file = tmp_path / "ensemble.csv"
    head = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    file.write_text("\n".join(head) + "\n" + text, encoding="utf-8")
    with pytest.raises(StudyError, match=words):
        read_ensemble(tmp_path)
    assert check.check_neighbours(tmp_path, ())


def test_an_ensemble_with_an_unknown_name_is_a_mistake(tmp_path):
    write_ensemble(tmp_path, [ParameterDraw(1, {"kmaximum": 1.0})], ORIGIN)
    (finding,) = check_ensemble(tmp_path, MODEL)
    assert "kmaximum" in finding.message


@pytest.mark.parametrize("folder", list_bundled_studies().values(), ids=list_bundled_studies())
def test_bundled_ensembles_fit_the_model_in_force(folder):
    assert check_ensemble(folder, MODEL) == []
    assert explain_stale_ensemble(folder, MODEL) == ""


# --- the search -------------------------------------------------------------------------------------


def make_target(events: int, n: int) -> Target:
    from abscopal.protocol.text import Text

    text = Text(en="x", fr="x")
    return Target("share", text, "arm", "objective_response", events / n, n, "fit", "study")


def make_attempt(events: int, n: int):
    """The first score, through the normal distribution, is the share."""

    def attempt(scores):
        shares = stats.norm.cdf(scores[:, 0])
        return [Tried(np.array([share]), compute_binomial_term(events, n, share)) for share in shares]

    return attempt


def test_a_search_finds_the_posterior_that_quadrature_gives():
    """One share of 30 in 40 that only the first of two parameters moves: the other keeps its prior."""
    target = make_target(30, 40)

    attempt = make_attempt(30, 40)

    start = start_search(attempt, parameters=2, candidates=200, seed=5)
    kept = []
    for position in continue_search(attempt, (target,), start, rounds=45, seed=5):
        if position.rounds > 15:
            kept.append(position.scores)
    sample = np.concatenate(kept)
    # A normal prior turned into a uniform one: the posterior of the share is a beta.
    share = stats.beta(31, 11)
    assert stats.norm.cdf(sample[:, 0]).mean() == pytest.approx(share.mean(), abs=0.01)
    assert stats.norm.cdf(sample[:, 0]).std() == pytest.approx(share.std(), rel=0.1)
    assert sample[:, 1].mean() == pytest.approx(0, abs=0.1)
    assert sample[:, 1].std() == pytest.approx(1, rel=0.1)


def test_a_search_that_stopped_goes_on_as_if_it_had_not():
    target = make_target(3, 10)

    attempt = make_attempt(3, 10)

    start = start_search(attempt, parameters=1, candidates=8, seed=1)
    whole = list(continue_search(attempt, (target,), start, rounds=9, seed=1))
    rest = list(continue_search(attempt, (target,), whole[3], rounds=9, seed=1))
    assert (whole[-1].scores == rest[-1].scores).all()


@pytest.mark.slow
def test_calibration_recovers_toxicity_that_is_known(tmp_path, monkeypatch):
    """Results made with four times the usual hazard of both drugs together bring it back, from scratch."""
    from abscopal.rehearsal.calibration import calibrate as rooms

    found = [read_study(folder) for folder in list_bundled_studies().values()]
    study = next(item for item in found if len(item.protocol.arms) > 1)
    protocol = study.protocol
    scenario = choose_scenario(protocol)
    targets = tuple(
        target
        for target in list_targets(protocol)
        if target.quantity == "severe_toxicity" and target.origin == "study"
    )
    usual = next(parameter.value for parameter in MODEL.parameters if parameter.symbol == "a_ni")
    truth = {"a_ni": 4 * usual}
    question = make_question(MODEL, protocol, scenario, targets, patients=1000, stream="truth")
    answer = simulate_candidate(question, truth)
    made = tuple(
        Target(
            target.identifier, target.text, target.arm, target.quantity,
            round(1000 * answer.judged[target.identifier]) / 1000, 1000, "fit", "study",
            window_days=target.window_days,
        )
        for target in targets
    )  # fmt: skip
    monkeypatch.setattr(rooms, "list_targets", lambda protocol: made)
    moved = protocol.rehearsal.model_copy(update={"fitted": ("a_ni", "k_dep")})
    plan = plan_calibration(
        protocol.model_copy(update={"rehearsal": moved}),
        MODEL,
        scenario,
        study_hash="x",
        candidates=12,
        rounds=12,
        patients=320,
        seed=3,
    )
    position = list(rooms.run_calibration(plan, None))[-1]
    values = [draw.medians["a_ni"] for draw in rooms.compute_draws(plan, position)]
    # Few patients and few candidates leave some noise, none of it as far as the usual hazard.
    assert 4 * usual / 1.4 < np.median(values) < 4 * usual * 1.4
    # What the results do not speak of keeps about its prior width.
    assert position.scores[:, 1].std() > 0.5


@pytest.mark.slow
def test_the_command_writes_the_ensemble_and_its_hits_and_misses_and_goes_on(tmp_path):
    name = next(
        name
        for name, folder in list_bundled_studies().items()
        if (rehearsal := read_study(folder).protocol.rehearsal).fitted and not rehearsal.references
    )
    for _ in range(2):
        calibrate.calibrate(name, out=tmp_path, seed=1, patients=64, draws=8, rounds=6, date="2026-01-02")
    record = json.loads((tmp_path / "calibration.json").read_text(encoding="utf-8"))
    assert {row["use"] for row in record["targets"]} == {"fit", "held_out"}
    assert all(row["sets"] == 8 for row in record["directions"])
    assert record["first_set"].keys() == {
        row["identifier"] for part in ("targets", "directions") for row in record[part]
    }
    assert len(read_ensemble(tmp_path)) == 8
    origin = read_ensemble_origin(tmp_path)
    assert origin.command == record["command"]
    assert origin.date == "2026-01-02"
