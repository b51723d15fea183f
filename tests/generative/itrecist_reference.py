"""itRECIST-compatible responses once more: assessment by assessment, each set of lesions followed again from baseline.

It rests on the slow reading of RECIST 1.1 beside it and shares no code with the derivation. Agreement shows that
neither has slipped, not that the reading is right.
"""

from datetime import date
from typing import Any

from generative.response_reference import Lesion, best_of, judge_patient


def is_injected(name: str, visit: int, rows: list[Lesion], settings: Any) -> bool:
    """Whether some scan up to this visit was made after the lesion's first injection."""
    first = next((row["INJDT"] for row in rows if row["TULNKID"] == name), None)
    if first is None:
        return False
    for earlier in {row["AVISITN"] for row in rows if row["AVISITN"] <= visit}:
        here = [row for row in rows if row["AVISITN"] == earlier]
        own: list[date] = [row["ADT"] for row in here if row["TULNKID"] == name]
        scanned = own[0] if own else max(row["ADT"] for row in here)
        if scanned > first or (scanned == first and settings.scan_on_injection_day == "after_injection"):
            return True
    return False


def mark_visits(rows: list[Lesion], members: list[Lesion]) -> list[Lesion]:
    """A row that is no lesion at each visit that mentions none of the members: the visit took place all the same."""
    marked = []
    for visit in {row["AVISITN"] for row in rows} - {row["AVISITN"] for row in members}:
        here = [row for row in rows if row["AVISITN"] == visit]
        latest = max(here, key=lambda row: row["ADT"])
        blank = {"TULNKID": "visit", "LSROLE": "NEW", "LSSTATE": "NOT_EVALUATED", "LSTENTH": None}
        marked.append(latest | blank | {"LSLOC": None, "LSNODE": False, "INJDT": None})
    return marked


def hold_size(rows: list[Lesion], everything: list[Lesion], settings: Any) -> list[Lesion]:
    """Before its injection, an injected lesion has the last size that was measured before it."""
    held = []
    for row in rows:
        name = row["TULNKID"]
        if row["LSROLE"] == "NEW" or is_injected(name, row["AVISITN"], everything, settings):
            held.append(row)
            continue
        before = [
            other
            for other in rows
            if other["TULNKID"] == name
            and other["LSTENTH"] is not None
            and not is_injected(name, other["AVISITN"], everything, settings)
        ]
        last = max(before, key=lambda other: other["AVISITN"], default=None)
        held.append(row | {"LSTENTH": last["LSTENTH"] if last else None})
    return held


def judge_categories(rows: list[Lesion], settings: Any) -> list[dict[str, Any]]:
    """Both responses at each visit after baseline."""
    if settings.tumour_markers == "ignored":
        rows = [row for row in rows if row["LSLOC"] != "TUMOUR MARKER"]
    judged = []
    for visit in sorted({row["AVISITN"] for row in rows if row["AVISITN"] > 0}):
        now = {row["TULNKID"]: is_injected(row["TULNKID"], visit, rows, settings) for row in rows}
        for category in ("INJECTED", "NON-INJECTED"):
            # What is seen later of targets and non-targets changes nothing here, but says that they are followed.
            members = [
                row
                for row in rows
                if row["LSROLE"] != "NEW" and now[row["TULNKID"]] == (category == "INJECTED")
            ]
            if category == "INJECTED" and settings.category_reference == "last_pre_injection":
                members = hold_size(members, rows, settings)
            if category == "NON-INJECTED":
                stays = settings.injected_new_lesion == "stays_new"
                members += [
                    row for row in rows if row["LSROLE"] == "NEW" and (stays or not now[row["TULNKID"]])
                ]
            last = judge_patient(members + mark_visits(rows, members), settings)
            found = next(row for row in last if row["AVISITN"] == visit)
            if found["TRGRESP"] == "NA" and found["NTRGRESP"] == "NA" and found["NEWLRESP"] != "Y":
                found["OVRRESP"] = "NE"
            judged.append(found | {"CATEGORY": category})
    return judged


def judge_overall(rows: list[Lesion], settings: Any) -> list[dict[str, Any]]:
    """The patient at each visit: all lesions together, unless the targets of one category alone decide."""
    if settings.tumour_markers == "ignored":
        rows = [row for row in rows if row["LSLOC"] != "TUMOUR MARKER"]
    overall = judge_patient(rows, settings) if rows else []
    if settings.category_progression == "forces_overall":
        alone = {row["AVISITN"] for row in judge_categories(rows, settings) if row["TRGRESP"] == "PD"}
        for visit in overall:
            if visit["AVISITN"] in alone and visit["OVRRESP"] != "PD":
                visit |= {"OVRRESP": "PD", "ADT": visit["FIRST"]}
    return overall


def best_of_category(
    judged: list[dict[str, Any]],
    overall: list[dict[str, Any]],
    start: date,
    new_therapy: date | None,
    settings: Any,
) -> tuple[str, str]:
    """Best response of one category, unconfirmed and confirmed, from its responses at each visit."""
    to_the_end = settings.after_progression == "counted"
    progressed = [visit["AVISITN"] for visit in overall if visit["OVRRESP"] == "PD"]
    has_targets = any(visit["TRGRESP"] != "NA" for visit in judged)
    if settings.category_best_until == "patient_progression" and progressed and not to_the_end:
        judged = [visit for visit in judged if visit["AVISITN"] <= progressed[0]]
    timed = [(visit["ADT"], visit["OVRRESP"]) for visit in judged]
    targetless = frozenset(visit["ADT"] for visit in judged if visit["TRGRESP"] == "NA")
    return best_of(
        timed, start, new_therapy, has_targets, settings, to_the_end=to_the_end, targetless=targetless
    )
