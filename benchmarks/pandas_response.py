"""RECIST 1.1 the straightforward way: pandas, one patient after another, the same rules and defaults."""

from typing import Any

import pandas as pd

NORMAL_NODE_TENTHS = 100


def judge_targets(group: pd.DataFrame, history: dict[str, Any]) -> str:
    """Target response of one assessment; updates the history."""
    targets = group[group["LSROLE"] == "TARGET"]
    known = targets[targets["LSTENTH"].notna()]
    complete = len(known) == history["targets"]
    measured = known["LSTENTH"].sum()
    diseased = (
        (known["LSNODE"] & (known["LSTENTH"] >= NORMAL_NODE_TENTHS))
        | (~known["LSNODE"] & (known["LSTENTH"] > 0))
    ).any()
    base, nadir = history["base"], history["nadir"]
    grown = measured * 10 >= nadir * 12 and measured - nadir >= 50
    if complete and not diseased:
        response = "CR"
    elif (history["after_cr"] and diseased) or grown:
        response = "PD"
    elif not complete:
        response = "NE"
    elif measured * 10 <= base * 7 or history["held"]:
        response = "PR"
    else:
        response = "SD"
    if response in ("CR", "PR"):
        history["held"] = True
    if grown and response != "CR":
        history["held"], history["stopped"] = False, True
    if history["stopped"]:
        history["held"] = False
    if complete:
        history["nadir"] = min(nadir, measured)
    return response


def judge_non_targets(group: pd.DataFrame, history: dict[str, Any]) -> str:
    """Non-target response of one assessment."""
    others = group[group["LSROLE"] == "NON-TARGET"]
    if (others["LSSTATE"] == "UNEQUIVOCAL_PROGRESSION").any():
        return "PD"
    present = (others["LSSTATE"] == "PRESENT").any()
    if history["after_cr"] and present:
        return "PD"
    if (others["LSSTATE"] == "NOT_EVALUATED").any():
        return "NE"
    return "NON-CR/NON-PD" if present else "CR"


def judge_overall(target: str, non_target: str) -> str:
    """RECIST 1.1, Table 1."""
    if "PD" in (target, non_target):
        return "PD"
    if target == "CR":
        return "CR" if non_target == "CR" else "PR"
    return target


def choose_best(visits: list[tuple[pd.Timestamp, str]], start: pd.Timestamp) -> str:
    """Best response up to progression, unconfirmed; stable disease from day 42."""
    best, order = "NE", ["CR", "PR", "SD", "PD", "NE"]
    for on, response in visits:
        if response == "SD" and (on - start).days < 42:
            continue
        best = min(best, response, key=order.index)
        if response == "PD":
            break
    return best


def derive_responses_patient_by_patient(assessments: pd.DataFrame) -> pd.DataFrame:
    """One row per patient, reader and assessment, and each patient's best response."""
    rows = []
    for (patient, reader), lesions in assessments.groupby(["USUBJID", "READER"]):
        baseline = lesions[(lesions["AVISITN"] == 0) & (lesions["LSROLE"] == "TARGET")]
        history: dict[str, Any] = {
            "targets": lesions[lesions["LSROLE"] == "TARGET"]["TULNKID"].nunique(),
            "base": baseline["LSTENTH"].sum(),
            "nadir": baseline["LSTENTH"].sum(),
            "after_cr": False,
            "held": False,
            "stopped": False,
        }
        visits = []
        for visit, group in lesions[lesions["AVISITN"] > 0].groupby("AVISITN"):
            target, non_target = judge_targets(group, history), judge_non_targets(group, history)
            overall = judge_overall(target, non_target)
            history["after_cr"] = history["after_cr"] or (target == "CR" and non_target == "CR")
            on = pd.Timestamp(group["ADT"].min() if overall == "PD" else group["ADT"].max())
            visits.append((on, overall))
            rows.append((patient, reader, visit, on, target, non_target, overall, None))
        best = choose_best(visits, pd.Timestamp("2024-01-01"))
        rows.append((patient, reader, -1, None, None, None, None, best))
    columns = ["USUBJID", "READER", "AVISITN", "ADT", "TRGRESP", "NTRGRESP", "OVR", "BOR"]
    return pd.DataFrame(rows, columns=columns)
