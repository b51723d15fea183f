"""iRECIST once more: slow, patient by patient, in plain Python, sharing no code with the derivation.

Written from the paper (doi:10.1016/S1470-2045(17)30074-8), the EORTC's answers and the meaning of each setting. The
whole past is looked at afresh for each assessment.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from generative.new_lesion_reference import (
    NewLesions,
    choose_measured,
    list_courses,
    look_at_new,
    non_target_words,
)
from generative.response_reference import Lesion, best_of, judge_patient, settle_new

IMMUNE = {"CR": "iCR", "PR": "iPR", "SD": "iSD", "NON-CR/NON-PD": "NON-iCR/NON-iUPD", "PD": "iUPD"}
PLAIN = {code: plain for plain, code in IMMUNE.items() if plain != "PD"} | {"iCPD": "PD", "iUPD": "UPD"}
RANK = {"CR": 0, "PR": 1, "SD": 2, "NON-CR/NON-PD": 2}


@dataclass
class Block:
    """A series of unconfirmed progression."""

    start: date
    last: date
    start_rank: int
    categories: set[str]
    sums: list[int | None]
    new_sums: list[int | None]
    confirmed: bool = False
    waiting: set[str] = field(default_factory=set)


def rise(value: int | None, sums: list[int | None], settings: Any) -> bool:
    """5 mm or more over the smallest sum, or the first, where that is the reading."""
    known = [total for total in sums if total is not None]
    if value is None or not known:
        return False
    return value - (min(known) if settings.irecist_reference == "smallest" else known[0]) >= 50


def judge_immune(rows: list[Lesion], settings: Any) -> list[dict[str, Any]]:
    """The responses of one patient by iRECIST, visit after visit."""
    courses = list_courses(rows)
    measured_on = choose_measured(courses)
    visits = sorted({row["AVISITN"] for row in rows} - {0})
    news = {visit: look_at_new(courses, measured_on, visit) for visit in visits}
    against = {visit: new.seen or new.missing for visit, new in news.items()}
    levels = judge_patient(rows, settings, new_seen=against | {0: False}, may_return=True)
    block: Block | None = None
    forgiven = False
    nadir: list[int] = []
    judged = []
    for level in levels:
        visit, new = level["AVISITN"], news[level["AVISITN"]]
        on = level["LAST"] if settings.visit_date == "latest" else level["FIRST"]
        target, non_target, base = level["TRGRESP"] == "PD", level["NTRGRESP"] == "PD", level["BASE"]
        nt_rose, nt_fell = non_target_words(rows, visit)
        symptom = any(row["SYMPFL"] == "Y" for row in rows if row["AVISITN"] == visit)
        grew = (
            not new.joined
            and new.measured is not None
            and bool(nadir)
            and new.measured > min(nadir)
            and new.measured - min(nadir) >= settings.new_lesion_reset_percent / 100 * min(nadir) - 1e-6
            and new.measured - min(nadir) >= 10 * settings.new_lesion_reset_mm - 1e-6
        )
        new_pd = new.seen and (not forgiven or new.appeared or grew or new.worse)
        shown = {name for name, is_shown in (("T", target), ("N", non_target), ("L", new_pd)) if is_shown}
        new_code = (
            "Y" if new.seen else "EQ" if level["NEWLRESP"] == "EQ" or suspected(rows, visit)
            else "NE" if new.missing else "N"
        )  # fmt: skip

        if block is None:
            silent = new.missing and not forgiven and settings.new_lesion_missing == "unresolved"
            if shown:
                answer = "iUPD"
                worst = 8 if target or non_target else RANK.get(base, 2)
                block = Block(on, on, worst, shown, [level["SUM"]], [new.total])
                if "L" in shown:
                    forgiven = False
            else:
                answer = "NE" if base == "NE" or silent else IMMUNE[base]
        else:
            routes = confirming(block, level, new, shown, nt_rose=nt_rose, nt_fell=nt_fell, settings=settings)
            since = block.start if settings.irecist_days_from == "first_iupd" else block.last
            soon = (on - since).days < settings.irecist_early_days - settings.irecist_early_tolerance_days
            early = soon and not block.confirmed
            may = not early or (symptom and new.appeared)
            if routes and may and not block.confirmed:
                answer = "iCPD"
                block.confirmed = True
                block.categories |= shown
                if "L" in shown:
                    forgiven = False
            elif lifts(
                block, base, new, target=target, non_target=non_target, grown=routes, settings=settings
            ):
                answer, block, forgiven = IMMUNE[base], None, True
            elif base != "NE" or target or non_target or ("L" in block.categories and new.seen) or routes:
                answer = "iCPD" if block.confirmed else "iUPD"
                if early:
                    wait(block, new, nt_rose=nt_rose, nt_fell=nt_fell)
                elif not block.confirmed:
                    block.waiting, block.last = set(), on
                    refer(block, level, new)
                else:
                    block.waiting = set()
            else:
                answer = "NE"
                if not early:
                    refer(block, level, new)
                if not settings.irecist_bridge_ne and not block.confirmed:
                    block = None
        if block is not None and new.joined and answer != "iCPD" and block.start != on:
            block.new_sums = block.new_sums[-1:] if not early and answer in ("iUPD", "NE") else []
        if new.joined:
            nadir = []
        if new.total is not None:
            nadir.append(new.total)
        progressed = answer in ("iUPD", "iCPD")
        day = {"earliest": level["FIRST"], "latest": level["LAST"]}.get(
            settings.visit_date, level["FIRST"] if progressed else level["LAST"]
        )
        codes = {code: IMMUNE.get(level[code], level[code]) for code in ("TRGRESP", "NTRGRESP")}
        judged.append({"AVISITN": visit, "ADT": day, "NEWLRESP": new_code, "OVRRESP": answer, **codes})
    return judged


def suspected(rows: list[Lesion], visit: int) -> bool:
    """Whether a new lesion is only suspected at this visit."""
    names = {row["TULNKID"] for row in rows if row["LSROLE"] == "NEW"}
    return any(visit in settle_new([row for row in rows if row["TULNKID"] == name])[1] for name in names)


def confirming(
    block: Block,
    level: dict[str, Any],
    new: NewLesions,
    shown: set[str],
    *,
    nt_rose: bool,
    nt_fell: bool,
    settings: Any,
) -> bool:
    """Whether anything confirms the progression of this series."""
    if "T" in shown and ("T" not in block.categories or rise(level["MEASURED"], block.sums, settings)):
        return True
    if "N" in shown and (
        "N" not in block.categories or nt_rose or ("N rose" in block.waiting and not nt_fell)
    ):
        return True
    if not new.seen:
        return False
    if "L" not in block.categories:
        return "L" in shown or "L new" in block.waiting
    return (
        new.appeared
        or "L new" in block.waiting
        or new.rose
        or ("L rose" in block.waiting and not new.fell)
        or (not new.joined and rise(new.measured, block.new_sums, settings))
    )


def lifts(
    block: Block, base: str, new: NewLesions, *, target: bool, non_target: bool, grown: bool, settings: Any
) -> bool:
    """Whether a response, or stable disease, lifts the series."""
    if base not in RANK or target or non_target or (grown and not block.confirmed):
        return False
    if "L" not in block.categories or not (new.seen or new.missing):
        return True
    if new.missing and settings.new_lesion_missing == "unresolved":
        return False
    return RANK[base] < block.start_rank and (settings.new_lesion_isd_resets or RANK[base] <= 1)


def wait(block: Block, new: NewLesions, *, nt_rose: bool, nt_fell: bool) -> None:
    """Keep what an early scan showed until the next."""
    for name, shown, undone in (
        ("N rose", nt_rose and "N" in block.categories, nt_fell),
        ("L rose", new.rose and "L" in block.categories, new.fell),
        ("L new", new.appeared or (new.worse and "L" not in block.categories), not new.seen),
    ):
        if shown:
            block.waiting.add(name)
        elif undone:
            block.waiting.discard(name)


def refer(block: Block, level: dict[str, Any], new: NewLesions) -> None:
    """A scan against which later ones are judged."""
    block.sums.append(level["SUM"])
    block.new_sums.append(new.total)


def standing_day(judged: list[dict[str, Any]], new_therapy: date | None) -> date | None:
    """The day of the first progression of the series that nothing lifted; after a new therapy nothing lifts."""
    start: date | None = None
    for visit in judged:
        if visit["OVRRESP"] == "iCPD":
            return start or visit["ADT"]
        if visit["OVRRESP"] == "iUPD":
            start = start or visit["ADT"]
        elif visit["OVRRESP"] != "NE" and (new_therapy is None or visit["ADT"] <= new_therapy):
            start = None
    return start


def best_immune(
    judged: list[dict[str, Any]], start: date, new_therapy: date | None, settings: Any
) -> tuple[str, str]:
    """Unconfirmed and confirmed best response."""
    timed = [(visit["ADT"], PLAIN.get(visit["OVRRESP"], visit["OVRRESP"])) for visit in judged]
    has_targets = any(visit["TRGRESP"] != "NA" for visit in judged)
    own = {plain: code for code, plain in PLAIN.items()}
    unconfirmed, confirmed = best_of(timed, start, new_therapy, has_targets, settings)
    return own.get(unconfirmed, unconfirmed), own.get(confirmed, confirmed)
