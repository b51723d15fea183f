"""Numbers and dates that cannot be: windows, decision rules, volume tables, probabilities."""

from collections.abc import Iterator
from itertools import pairwise

from abscopal.protocol.document import KeyPath
from abscopal.protocol.endpoints import PROPORTION_KINDS, DecisionRule
from abscopal.protocol.problem import Problem
from abscopal.protocol.provenance import Sourced
from abscopal.protocol.schedule import Visit
from abscopal.protocol.study_protocol import StudyProtocol


def _check_share(path: KeyPath, fact: Sourced[float]) -> Iterator[Problem]:
    if fact.value is not None and not 0 < fact.value < 1:
        yield Problem((*path, "value"), f"{fact.value:g} is not between 0 and 1.", "Write 0.9 for 90 %.")


def check_visit_windows(protocol: StudyProtocol) -> Iterator[Problem]:
    """No day is 0, and a repeated visit does not run into its next repetition."""
    for i, visit in enumerate(protocol.schedule.visits):
        path: KeyPath = ("schedule", "visits", i)
        if visit.day.value == 0:
            yield Problem((*path, "day", "value"), "there is no study day 0.", "Day 1 is the reference date.")
        width = (visit.window_before.value or 0) + (visit.window_after.value or 0)
        step = visit.repeat_every_days.value
        if step is not None and width >= step > 0:
            message = f"the window of {width} days does not fit a visit repeated every {step} days."
            yield Problem((*path, "window_after"), message, "Narrow the window.")
        last, day = visit.repeat_until_day.value, visit.day.value
        if last is not None and day is not None and last < day:
            message = f"repetitions end on day {last}, before the first visit on day {day}."
            yield Problem((*path, "repeat_until_day"), message)


def _compute_window(visit: Visit) -> tuple[int, int] | None:
    if visit.day.value is None:
        return None
    before, after = visit.window_before.value or 0, visit.window_after.value or 0
    return visit.day.value - before, visit.day.value + after


def check_visit_order(protocol: StudyProtocol) -> Iterator[Problem]:
    """Visits of the same arm stand in order of day, and their windows do not overlap."""
    visits = protocol.schedule.visits
    everyone = frozenset(arm.identifier for arm in protocol.arms)
    for i, later in enumerate(visits):
        for earlier in visits[:i]:
            one, two = _compute_window(earlier), _compute_window(later)
            shared = frozenset(earlier.arms or everyone) & frozenset(later.arms or everyone)
            if one is None or two is None or not shared:
                continue
            repeated = earlier.repeat_every_days.is_known or later.repeat_every_days.is_known
            path: KeyPath = ("schedule", "visits", i, "day")
            if (later.day.value or 0) < (earlier.day.value or 0):
                message = f"it comes before {earlier.identifier}, which stands above it."
                yield Problem(path, message, "Put visits in order of day.")
            elif not repeated and one[1] >= two[0] and earlier.day.value != later.day.value:
                message = (
                    f"its window (days {two[0]} to {two[1]}) overlaps that of {earlier.identifier} "
                    f"(days {one[0]} to {one[1]}): a visit could belong to both."
                )
                yield Problem(path, message, "Narrow one of the two windows.")


def _check_decision(path: KeyPath, rule: DecisionRule) -> Iterator[Problem]:
    for name in ("p0", "p1", "alpha", "power", "minimum_rate"):
        yield from _check_share((*path, name), getattr(rule, name))
    n, least = rule.n.value, rule.minimum_successes.value
    if n is not None and n < 1:
        yield Problem((*path, "n"), "no patient can decide anything.", "Write 1 or more.")
    if n is not None and least is not None and not 0 < least <= n:
        message = f"{least} successes cannot be asked of {n} patients."
        yield Problem((*path, "minimum_successes"), message, f"Write 1 to {n}.")
    p0, p1 = rule.p0.value, rule.p1.value
    if p0 is not None and p1 is not None and p1 <= p0:
        message = f"the hoped-for rate {p1:g} is not above the uninteresting rate {p0:g}."
        yield Problem((*path, "p1"), message)
    if n is not None and least is not None and p0 is not None and least <= n * p0:
        message = f"{least} of {n} is no more than the uninteresting rate {p0:g} would give on average."
        yield Problem((*path, "minimum_successes"), message, f"Ask for {int(n * p0) + 1} or more.")


def check_decision_rules(protocol: StudyProtocol) -> Iterator[Problem]:
    """A decision rule has possible numbers, counts successes, and is read in an arm of its endpoint."""
    for i, endpoint in enumerate(protocol.endpoints):
        path: KeyPath = ("endpoints", i)
        yield from _check_share((*path, "confidence_level"), endpoint.confidence_level)
        if endpoint.decision_rule is None:
            continue
        path = (*path, "decision_rule")
        yield from _check_decision(path, endpoint.decision_rule)
        if endpoint.kind not in PROPORTION_KINDS:
            message = f"a single-stage rule counts successes; {endpoint.kind} has none to count."
            yield Problem((*path, "kind"), message)
        if endpoint.decision_rule.arm not in endpoint.arms:
            message = f"the rule is read in {endpoint.decision_rule.arm}, where the endpoint is not reported."
            yield Problem((*path, "arm"), message)


def check_volume_table(protocol: StudyProtocol) -> Iterator[Problem]:
    """Diameters and volumes of the injection table grow together, and its last row has no bound."""
    if protocol.injection is None or protocol.injection.volume_table is None:
        return
    rows = protocol.injection.volume_table.rows
    path: KeyPath = ("injection", "volume_table", "rows")
    if rows[-1].up_to_mm is not None:
        message = f"lesions above {rows[-1].up_to_mm:g} mm have no volume."
        yield Problem((*path, len(rows) - 1), message, "End with `up_to_mm: null`.")
    bounds = [row.up_to_mm for row in rows]
    for i in range(1, len(rows)):
        lower, upper = bounds[i - 1], bounds[i]
        if lower is None or (upper is not None and upper <= lower):
            yield Problem((*path, i), "this row can never be reached.", "Put rows by increasing diameter.")
        if rows[i].volume_ml < rows[i - 1].volume_ml:
            yield Problem((*path, i), "a larger lesion would get less than a smaller one.")


def check_drug_caps(protocol: StudyProtocol) -> Iterator[Problem]:
    """A daily cap is not above the total cap, and a planned flat dose does not break it."""
    for i, cap in enumerate(protocol.injection.drug_caps if protocol.injection else ()):
        path: KeyPath = ("injection", "drug_caps", i)
        day, total = cap.per_day.value, cap.total.value
        if day is not None and total is not None and day > total:
            message = f"the daily cap {day:g} is above the total cap {total:g}."
            yield Problem((*path, "per_day"), message)
        intervention = protocol.find_intervention(cap.intervention)
        for phase in intervention.phases if intervention else ():
            dose = phase.dose.value
            if phase.basis.value == "flat" and dose is not None and day is not None and dose > day:
                message = f"the planned dose {dose:g} of {phase.identifier} breaks the daily cap {day:g}."
                yield Problem((*path, "per_day"), message)


def check_toxicity_boundaries(protocol: StudyProtocol) -> Iterator[Problem]:
    """Boundaries have possible probabilities, growing looks, and no look before the minimum number."""
    for i, boundary in enumerate(protocol.monitoring.toxicity if protocol.monitoring else ()):
        path: KeyPath = ("monitoring", "toxicity", i)
        yield from _check_share((*path, "limit"), boundary.limit)
        yield from _check_share((*path, "certainty"), boundary.certainty)
        looks = boundary.looks.value or ()
        if any(later <= earlier for earlier, later in pairwise(looks)):
            yield Problem((*path, "looks"), "looks do not grow.", "Write numbers of patients in order.")
        least = boundary.minimum_patients.value
        if least is not None and looks and looks[0] < least:
            message = f"the first look, at {looks[0]}, comes before the minimum of {least} patients."
            yield Problem((*path, "looks"), message)


NUMBER_CHECKS = (
    check_visit_windows,
    check_visit_order,
    check_decision_rules,
    check_volume_table,
    check_drug_caps,
    check_toxicity_boundaries,
)
