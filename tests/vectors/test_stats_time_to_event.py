"""The statistics of stats.json: survival (blocks survival.veteran) and competing risks (blocks competing).

The veteran data come with scikit-survival. Those of competing.mgus2 come with R alone: these tests run where
`Rscript` and its survival package are to be had, and are skipped by name elsewhere.
"""

import io
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sksurv.datasets import load_veterans_lung_cancer

from abscopal.estimation.aalen_johansen import AalenJohansen, estimate_aalen_johansen, estimate_incidence_at
from abscopal.estimation.cox import estimate_hazard_ratios
from abscopal.estimation.kaplan_meier import (
    estimate_kaplan_meier,
    estimate_survival_at,
    estimate_survival_quantile,
)
from abscopal.estimation.log_rank import compute_log_rank_batch, compute_log_rank_table, compute_log_rank_test
from abscopal.estimation.restricted_mean import compute_restricted_mean
from vectors.cases import read_block

KAPLAN_MEIER, LOG_RANK, COX, AALEN_JOHANSEN = 1e-9, 1e-8, 1e-6, 1e-9
SCALES = ("plain", "log", "log-log")
Columns = dict[str, Any]


def read_part(block: str, part: str) -> Columns:
    found = read_block(block)
    if not found or part not in found:
        pytest.skip(f"stats.json has no block {block}.{part}")
    return found[part]


@pytest.fixture(scope="module")
def expected() -> Columns:
    return read_part("survival", "veteran")


@pytest.fixture(scope="module")
def veterans() -> Columns:
    table, outcome = load_veterans_lung_cancer()
    return {
        "times": outcome["Survival_in_days"],
        "events": outcome["Status"],
        "trt": np.where(table["Treatment"] == "test", 2, 1),
        # In the order of the reference: squamous, small cell, adenocarcinoma, large cell.
        "celltype": table["Celltype"]
        .astype(str)
        .map({"squamous": 0, "smallcell": 1, "adeno": 2, "large": 3}),
        "karno": table["Karnofsky_score"].to_numpy(),
        "age": table["Age_in_years"].to_numpy(),
        # The reference codes prior therapy 0 or 10.
        "prior": np.where(table["Prior_therapy"] == "yes", 10.0, 0.0),
    }


def choose(data: Columns, strata: str) -> NDArray[np.bool_]:
    everybody = np.ones(len(data["times"]), bool)
    return data["trt"] == int(strata.split("=")[1]) if "=" in strata else everybody


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("curve", ["km_all", "km_trt"])
def test_survival_veteran_kaplan_meier(expected: Columns, veterans: Columns, curve: str, scale: str):
    for row in expected[curve][scale]["at"]:
        inside = choose(veterans, row["strata"])
        made = estimate_kaplan_meier(veterans["times"][inside], veterans["events"][inside], scale=scale)
        found = estimate_survival_at(made, time=row["time"])
        values = (row["surv"], row["lower"], row["upper"])
        assert (found.estimate, found.lower, found.upper) == pytest.approx(values, abs=KAPLAN_MEIER)
        place = int(np.searchsorted(made.times, row["time"], side="right")) - 1
        assert made.standard_error[place] == pytest.approx(row["se"], abs=KAPLAN_MEIER)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("curve", ["km_all", "km_trt"])
def test_survival_veteran_median_and_mean(expected: Columns, veterans: Columns, curve: str, scale: str):
    names = ["all"] if curve == "km_all" else ["trt=1", "trt=2"]
    longest = float(veterans["times"].max())
    for row, name in zip(expected[curve][scale]["median"], names, strict=True):
        inside = choose(veterans, name)
        made = estimate_kaplan_meier(veterans["times"][inside], veterans["events"][inside], scale=scale)
        median = estimate_survival_quantile(made)
        limits = (row["median"], row["0.95LCL"], row["0.95UCL"])
        assert (median.estimate, median.lower, median.upper) == limits
        mean = compute_restricted_mean(made, horizon=longest)
        assert mean is not None
        assert mean[0] == pytest.approx(row["rmean"], abs=KAPLAN_MEIER)
        assert mean[1] ** 0.5 == pytest.approx(row["se(rmean)"], abs=KAPLAN_MEIER)


@pytest.mark.parametrize(
    ("name", "group", "strata", "rho"),
    [
        ("logrank_trt", "trt", None, 0),
        ("logrank_celltype", "celltype", None, 0),
        ("logrank_trt_strat_celltype", "trt", "celltype", 0),
        ("peto_trt", "trt", None, 1),
    ],
)
def test_survival_veteran_log_rank(
    expected: Columns, veterans: Columns, name: str, group: str, strata: str | None, rho: float
):
    block, layers = expected[name], None if strata is None else veterans[strata]
    observed = veterans["times"], veterans["events"], veterans[group]
    found = compute_log_rank_test(*observed, strata=layers, rho=rho)
    assert (found.statistic, found.p_value) == pytest.approx((block["chisq"], block["p"]), abs=LOG_RANK)
    assert found.degrees_of_freedom == block["df"]
    table = compute_log_rank_table(*observed, strata=layers, rho=rho)
    assert table.n == pytest.approx(np.array(block["n"]))
    assert table.observed == pytest.approx(np.array(block["obs"]), abs=LOG_RANK)
    assert table.expected == pytest.approx(np.array(block["exp"]), abs=LOG_RANK)
    assert table.variance == pytest.approx(np.array(block["var"]), abs=LOG_RANK)


def test_survival_veteran_log_rank_batch(expected: Columns, veterans: Columns):
    many = np.tile(veterans["times"], (3, 1)), np.tile(veterans["events"], (3, 1))
    found = compute_log_rank_batch(*many, veterans["trt"] == 2)
    assert found.statistic == pytest.approx(np.full(3, expected["logrank_trt"]["chisq"]), abs=LOG_RANK)
    assert found.p_value == pytest.approx(np.full(3, expected["logrank_trt"]["p"]), abs=LOG_RANK)


@pytest.mark.parametrize(
    ("name", "strata"),
    [("cox_efron", None), ("cox_trt_only_efron", None), ("cox_trt_strat_celltype_efron", "celltype")],
)
def test_survival_veteran_cox(expected: Columns, veterans: Columns, name: str, strata: str | None):
    block = expected[name]
    model = estimate_hazard_ratios(
        veterans["times"],
        veterans["events"],
        {covariate: veterans[covariate] for covariate in block["coef"]},
        strata=None if strata is None else veterans[strata],
    )
    assert [ratio.covariate for ratio in model.ratios] == list(block["coef"])
    for ratio in model.ratios:
        values = [block[key][ratio.covariate] for key in ("coef", "se", "hr", "hr_lo", "hr_hi", "p")]
        found = [ratio.coefficient, ratio.standard_error, ratio.ratio.estimate, ratio.ratio.lower]
        assert [*found, ratio.ratio.upper, ratio.test.p_value] == pytest.approx(values, abs=COX)


def test_competing_tiny():
    tiny = read_part("competing", "tiny")
    curves = estimate_aalen_johansen(
        [row["time"] for row in tiny["data"]], [row["ev"] for row in tiny["data"]]
    )
    at = np.searchsorted(curves.times, tiny["time"])
    assert curves.share[at] == pytest.approx(np.array(tiny["pstate"]), abs=AALEN_JOHANSEN)
    assert curves.standard_error[at] == pytest.approx(np.array(tiny["se"]), abs=AALEN_JOHANSEN)


@pytest.fixture(scope="module")
def gammopathies() -> Columns:
    if shutil.which("Rscript") is None:
        pytest.skip("competing.mgus2 needs the data that come with R, and there is no Rscript here")
    script = """
        d <- survival::mgus2
        t <- ifelse(d$pstat == 0, d$futime, d$ptime); e <- ifelse(d$pstat == 0, 2 * d$death, 1)
        write.csv(data.frame(t, e, male = as.integer(d$sex == "M"), age = d$age), row.names = FALSE)
    """
    ran = subprocess.run(["Rscript", "--vanilla", "-e", script], capture_output=True, text=True, check=False)
    if ran.returncode:
        pytest.skip("competing.mgus2 needs the data of R's survival package, which is not installed here")
    table = np.loadtxt(io.StringIO(ran.stdout), delimiter=",", skiprows=1)
    return {"times": table[:, 0], "causes": table[:, 1], "male": table[:, 2], "age": table[:, 3]}


def read_curves(data: Columns, inside: NDArray[np.bool_]) -> AalenJohansen:
    return estimate_aalen_johansen(data["times"][inside], data["causes"][inside])


def test_competing_mgus2_aalen_johansen(gammopathies: Columns):
    block = read_part("competing", "mgus2")
    everybody = np.ones(gammopathies["times"].size, bool)
    female = gammopathies["male"] == 0
    rows = [(everybody, "aj_all", place) for place in range(len(block["aj_all"]["time"]))]
    rows += [
        (female if name == "sex=F" else ~female, "aj_sex", place)
        for place, name in enumerate(block["aj_sex"]["strata"])
    ]
    for inside, part, place in rows:
        curves = read_curves(gammopathies, inside)
        time = block[part]["time"][place]
        at = int(np.searchsorted(curves.times, time, side="right")) - 1
        assert curves.share[at] == pytest.approx(block[part]["pstate"][place], abs=AALEN_JOHANSEN)
        assert curves.standard_error[at] == pytest.approx(block[part]["se"][place], abs=AALEN_JOHANSEN)
        for cause in (0, 1, 2):
            found = estimate_incidence_at(curves, time=time, cause=cause)
            limits = block[part]["lower"][place][cause], block[part]["upper"][place][cause]
            assert (found.lower, found.upper) == pytest.approx(limits, abs=AALEN_JOHANSEN)


def test_competing_mgus2_naive_is_more_than_twice_too_high(gammopathies: Columns):
    block = read_part("competing", "mgus2")["naive_1_minus_km_pcm"]
    curve = estimate_kaplan_meier(gammopathies["times"], gammopathies["causes"] == 1)
    for time, value in zip(block["time"], block["one_minus_km"], strict=True):
        survival = estimate_survival_at(curve, time=time).estimate
        assert survival is not None
        assert 1 - survival == pytest.approx(value, abs=KAPLAN_MEIER)


def test_competing_mgus2_cause_specific_cox(gammopathies: Columns):
    block = read_part("competing", "mgus2")["cause_specific_cox_pcm"]
    model = estimate_hazard_ratios(
        gammopathies["times"],
        gammopathies["causes"] == 1,
        {"male": gammopathies["male"], "age": gammopathies["age"]},
    )
    found = [ratio.coefficient for ratio in model.ratios] + [ratio.standard_error for ratio in model.ratios]
    assert found == pytest.approx([*block["coef"].values(), *block["se"].values()], abs=COX)
