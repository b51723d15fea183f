"""RECIST 1.1 once more: slow, patient by patient, in plain Python, sharing no code with the derivation.

Written from the guideline (doi:10.1016/j.ejca.2008.10.026) and the meaning of each setting. Agreement with the
fast derivation shows that neither has slipped, not that the reading is right: the spec tests are for that.
"""

from datetime import date
from typing import Any

Lesion = dict[str, Any]
REAL = {"UNEQUIVOCAL", "MEASURED", "TOO_SMALL", "PRESENT", "UNEQUIVOCAL_PROGRESSION"}


def has_disease(seen: Lesion) -> bool:
    """A target, or a non-target with a length: any length, or a node of 10 mm or more."""
    return seen["LSTENTH"] >= 100 if seen["LSNODE"] else seen["LSTENTH"] > 0


def non_target_is_gone(seen: Lesion) -> bool:
    """Absent, merged, or a node below 10 mm."""
    if seen["LSSTATE"] in ("ABSENT", "MERGED"):
        return True
    return seen["LSTENTH"] is not None and not has_disease(seen)


def settle_new(records: list[Lesion]) -> tuple[int | None, set[int]]:
    """First visit of an established new lesion, and the visits at which it is still only suspected."""
    if any(record["AVISITN"] == 0 for record in records):
        return None, set()
    refuted = max((r["AVISITN"] for r in records if r["LSSTATE"] == "NOT_TUMOUR"), default=0)
    later = [r for r in records if r["AVISITN"] > refuted]
    sightings = [r["AVISITN"] for r in later if r["LSSTATE"] in REAL | {"EQUIVOCAL"}]
    if any(r["LSSTATE"] in REAL for r in later):
        return min(sightings), set()
    return None, set(sightings)


def judge_patient(
    rows: list[Lesion], settings: Any, *, new_seen: dict[int, bool] | None = None, may_return: bool = False
) -> list[dict[str, Any]]:
    """The responses of one patient, one reader, visit after visit.

    `new_seen` says at which visits a new lesion stands against a complete response, where that is not for ever;
    `may_return`: a response reached again after progression of the targets holds anew.
    """
    if settings.tumour_markers == "ignored":
        rows = [row for row in rows if row["LSLOC"] != "TUMOUR MARKER"]
    targets = {row["TULNKID"] for row in rows if row["LSROLE"] == "TARGET"}
    others = {row["TULNKID"] for row in rows if row["LSROLE"] == "NON-TARGET"}
    new_names = {row["TULNKID"] for row in rows if row["LSROLE"] == "NEW"}
    settled = [settle_new([row for row in rows if row["TULNKID"] == name]) for name in new_names]
    first_new = min((first for first, _ in settled if first is not None), default=None)
    suspected = set().union(*(visits for _, visits in settled)) if settled else set()
    has_baseline = any(row["AVISITN"] == 0 for row in rows)

    base: int | None = None
    nadir: int | None = None
    was_ill = True
    after_complete = False
    past: list[tuple[date, str]] = []
    judged = []
    for visit in sorted({row["AVISITN"] for row in rows}):
        here = [row for row in rows if row["AVISITN"] == visit]
        measured = [r for r in here if r["LSROLE"] == "TARGET" and r["LSTENTH"] is not None]
        total = sum(row["LSTENTH"] for row in measured)
        complete = bool(targets) and {row["TULNKID"] for row in measured} == targets
        if visit == 0:
            base = nadir = total if complete else None
            was_ill = not complete or any(has_disease(row) for row in measured)
            continue
        done = [r["ADT"] for r in here if r["LSSTATE"] != "NOT_EVALUATED"] or [r["ADT"] for r in here]
        diseased = any(has_disease(row) for row in measured)
        cleared = complete and not diseased and was_ill
        grown = base is not None and total >= 1.2 * nadir - 1e-6 and total - nadir >= 50
        held = settings.carry_response and response_holds(past, settings, may_return=may_return)

        if not targets:
            target = "NA"
        elif base is None:
            target = "NE"
        elif cleared:
            target = "CR"
        elif (after_complete and diseased and settings.cr_reappearance == "pd") or (
            grown and (complete or settings.missing_target_pd == "if_proved")
        ):
            target = "PD"
        elif not was_ill or not complete:
            target = "NE"
        elif total <= 0.7 * base + 1e-6 or held:
            target = "PR"
        else:
            target = "SD"

        known = [r for r in here if r["LSROLE"] == "NON-TARGET" and r["LSSTATE"] != "NOT_EVALUATED"]
        left = [row for row in known if not non_target_is_gone(row)]
        lesions_left = [row for row in left if row["LSLOC"] != "TUMOUR MARKER"]
        all_known = {row["TULNKID"] for row in known} == others
        if not others:
            other = "NA"
        elif any(row["LSSTATE"] == "UNEQUIVOCAL_PROGRESSION" for row in known) or (
            after_complete and lesions_left and settings.cr_reappearance == "pd"
        ):
            other = "PD"
        elif not all_known:
            other = "NON-CR/NON-PD" if left and settings.nt_partial_ne == "judge_seen" else "NE"
        else:
            other = "NON-CR/NON-PD" if left else "CR"

        new = "N"
        if first_new is not None and visit >= first_new:
            new = "Y"
        elif visit in suspected:
            new = "EQ"

        if "PD" in (target, other):
            without_new = "PD"
        elif (not targets and not others) or not has_baseline or target == "NE":
            without_new = "NE"
        elif not targets:
            without_new = other if all_known else "NE"
        elif target == "CR" and other not in ("CR", "NA"):
            without_new = "PR"
        else:
            without_new = target
        overall = "PD" if new == "Y" else without_new

        on = min(done) if overall == "PD" else max(done)
        judged.append(
            {
                "AVISITN": visit,
                "ADT": on,
                "TRGRESP": target,
                "NTRGRESP": other,
                "NEWLRESP": new,
                "OVRRESP": overall,
                "BASE": without_new,
                "SUM": total if complete else None,
                "MEASURED": total if targets else None,
                "FIRST": min(done),
                "LAST": max(done),
            }
        )
        past.append((max(done), state_for_holding(base, total, complete, cleared, grown)))
        nothing_left = (not targets or (cleared and base is not None)) and all_known and not left
        against = new == "Y" if new_seen is None else new_seen[visit]
        if nothing_left and not against and (targets or others) and has_baseline:
            after_complete = True
        if complete:
            nadir = total if nadir is None else min(nadir, total)
    return judged


def state_for_holding(base: int | None, total: int, complete: bool, cleared: bool, grown: bool) -> str:
    """What an assessment says, by arithmetic alone, about a response that may be held."""
    if base is None:
        return "STABLE" if complete else "UNKNOWN"
    if cleared:
        return "RESPONSE"
    if grown:
        return "PROGRESSION"
    if not complete:
        return "UNKNOWN"
    return "RESPONSE" if total <= 0.7 * base + 1e-6 else "STABLE"


def response_holds(past: list[tuple[date, str]], settings: Any, *, may_return: bool) -> bool:
    """A response came before, confirmed where that is required, and no progression since the start."""
    states = [state for _, state in past]
    if "PROGRESSION" in states:
        if not may_return:
            return False
        last = max(place for place, state in enumerate(states) if state == "PROGRESSION")
        past, states = past[last + 1 :], states[last + 1 :]
    if not settings.confirmation_required:
        return "RESPONSE" in states
    for i, (first_on, first) in enumerate(past):
        for j in range(i + 1, len(past)):
            between = states[i + 1 : j]
            if (
                first == states[j] == "RESPONSE"
                and (past[j][0] - first_on).days >= settings.confirm_min_days
                and between.count("UNKNOWN") <= settings.max_ne_between
                and between.count("STABLE") <= int(settings.accept_one_sd_between_pr)
            ):
                return True
    return False


def is_confirmed(visits: list[tuple[date, str]], i: int, settings: Any) -> bool:
    """RECIST 1.1, Table 3: CR by CR, PR by PR or CR."""
    on, response = visits[i]
    for j in range(i + 1, len(visits)):
        later_on, later = visits[j]
        between = [state for _, state in visits[i + 1 : j]]
        tolerated = {"CR", "NE"} if response == "CR" else {"CR", "PR", "NE", "SD"}
        tolerated |= {"UPD"} if settings.irecist_iupd_between_responses else set()
        allowed_sd = int(settings.accept_one_sd_between_pr) if response == "PR" else 0
        if (
            later in ({"CR"} if response == "CR" else {"CR", "PR"})
            and (later_on - on).days >= settings.confirm_min_days
            and set(between) <= tolerated
            and between.count("NE") <= settings.max_ne_between
            and between.count("SD") <= allowed_sd
        ):
            return True
    return False


def count_visits(
    visits: list[tuple[date, str]],
    new_therapy: date | None,
    settings: Any,
    *,
    has_targets: bool,
    to_the_end: bool = False,
    targetless: frozenset[date] = frozenset(),
) -> list[tuple[date, str]]:
    """The visits that count: before new therapy, up to progression, a broken complete response read again."""
    counted: list[tuple[date, str]] = []
    for on, response in visits:
        if settings.truncate_at_new_therapy and new_therapy is not None and on > new_therapy:
            continue
        counted.append((on, response))
        if response == "PD" and not to_the_end:
            break
    less = {"PR", "SD", "NON-CR/NON-PD"}
    if settings.cr_then_less == "SD_or_PD":
        told: list[tuple[date, str]] = []
        for on, response in counted:
            relapsed = response in less and any(earlier == "CR" for _, earlier in told)
            told.append((on, "PD" if relapsed else response))
            if relapsed and not to_the_end:
                break
        return told
    if any(
        response == "CR" and is_confirmed(counted, i, settings) for i, (_, response) in enumerate(counted)
    ):
        return counted
    read_again = []
    for i, (on, response) in enumerate(counted):
        broken = response == "CR" and any(later in less for _, later in counted[i + 1 :])
        lesser = "PR" if has_targets and on not in targetless else "NON-CR/NON-PD"
        read_again.append((on, lesser if broken else response))
    return read_again


def best_of(
    visits: list[tuple[date, str]],
    start: date,
    new_therapy: date | None,
    has_targets: bool,
    settings: Any,
    *,
    to_the_end: bool = False,
    targetless: frozenset[date] = frozenset(),
) -> tuple[str, str]:
    """Unconfirmed and confirmed best response; at some visits there may have been no targets."""
    if not visits and not settings.missing_as_ne:
        return "MISSING", "MISSING"
    counted = count_visits(
        visits, new_therapy, settings, has_targets=has_targets, to_the_end=to_the_end, targetless=targetless
    )
    responses = [response for _, response in counted]
    late = {response for on, response in counted if (on - start).days >= settings.sd_min_days}
    confirmed = {
        r for i, (_, r) in enumerate(counted) if r in ("CR", "PR") and is_confirmed(counted, i, settings)
    }
    last = "NE"
    if "PD" in responses:
        when = next(on for on, response in counted if response == "PD")
        blind = not [response for response in responses if response not in ("NE", "PD")]
        too_late = settings.pd_max_days is not None and (when - start).days > settings.pd_max_days and blind
        last = "NE" if too_late else "PD"
    elif "UPD" in responses:
        last = "UPD"

    unconfirmed = last
    for response in ("CR", "PR"):
        if response in responses:
            unconfirmed = response
            break
    else:
        for response in ("SD", "NON-CR/NON-PD"):
            if response in late:
                unconfirmed = response
                break

    if "CR" in confirmed:
        return unconfirmed, "CR"
    if "PR" in confirmed:
        return unconfirmed, "PR"
    if late & {"CR", "PR", "SD"} and has_targets:
        return unconfirmed, "SD"
    if late & {"CR", "PR", "SD", "NON-CR/NON-PD"}:
        return unconfirmed, "NON-CR/NON-PD"
    return unconfirmed, last
