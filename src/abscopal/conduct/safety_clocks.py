"""When a serious event must be reported, and to whom: suspicion, expectedness, due dates, alerts.

Calendar days are counted in the reporter's own time zone and are never shifted for week-ends or
holidays; hours are counted in absolute time, so that a day of 23 or 25 hours changes nothing.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from abscopal.conduct.decision import Decision, Reason
from abscopal.conduct.wording import format_value
from abscopal.protocol.safety import SafetyRules
from abscopal.protocol.text import Text

Causality = Literal["related", "not_related"]
Recipient = Literal["sponsor", "authority"]
DayZero = Literal["awareness", "day_after_awareness"]
FACTS = (
    "serious",
    "fatal_or_life_threatening",
    "investigator_causality",
    "sponsor_causality",
    "expected",
)


@dataclass(frozen=True, slots=True)
class SafetyReport:
    """What was known of one event from a moment on; a later report adds to it or corrects it.

    Args:
        known_at: moment at which the reporter knew it, with its time zone.
        known_by: the investigator, or the sponsor.
        serious: whether the event is serious; None while unknown.
        fatal_or_life_threatening: whether it is; None while unknown.
        investigator_causality: the investigator's opinion; None while unknown.
        sponsor_causality: the sponsor's own opinion; None while unknown.
        expected: whether the reference safety information names it; None while unknown.
    """

    known_at: datetime.datetime
    known_by: Literal["investigator", "sponsor"]
    serious: bool | None = None
    fatal_or_life_threatening: bool | None = None
    investigator_causality: Causality | None = None
    sponsor_causality: Causality | None = None
    expected: bool | None = None


@dataclass(frozen=True, slots=True)
class ReportingRules:
    """The delays of a study, as its study file has them.

    Args:
        investigator_to_sponsor_hours: hours from the investigator's awareness of a serious event.
        fatal_days: calendar days to the authority for a fatal or life-threatening SUSAR.
        fatal_follow_up_days: further calendar days for its follow-up report.
        other_days: calendar days to the authority for any other SUSAR.
        day_zero: whether the day of awareness, or the day after it, is day 0.
        missing_causality: how a causality that nobody gave is read.
    """

    investigator_to_sponsor_hours: int
    fatal_days: int
    fatal_follow_up_days: int
    other_days: int
    day_zero: DayZero = "awareness"
    missing_causality: Literal["related", "unknown"] = "related"


@dataclass(frozen=True, slots=True)
class Due:
    """One report that is owed.

    Args:
        kind: which report.
        recipient: who must have it.
        by: last moment, in the zone of the reporter.
        text: the rule in words, with its dates.
    """

    kind: Literal["sae_to_sponsor", "susar", "susar_follow_up"]
    recipient: Recipient
    by: datetime.datetime
    text: Text


def decide_reporting_rules(safety: SafetyRules, *, protocol_version: str) -> Decision[ReportingRules]:
    """Take the delays from the study file; what it leaves unknown stops every due date, with a sentence.

    Args:
        safety: the safety rules of the study file.
        protocol_version: its version.

    Returns:
        The delays, or the reasons why there are none.
    """
    clocks = safety.clocks
    hours, fatal = clocks.investigator_to_sponsor_hours.value, clocks.fatal_days.value
    follow_up, other = clocks.fatal_follow_up_days.value, clocks.other_days.value
    if hours is None or fatal is None or follow_up is None or other is None:
        return Decision((), (_DELAY_UNKNOWN,), protocol_version)
    rules = ReportingRules(
        investigator_to_sponsor_hours=hours,
        fatal_days=fatal,
        fatal_follow_up_days=follow_up,
        other_days=other,
        day_zero=clocks.day_zero.value or "awareness",
        missing_causality=safety.missing_causality.value or "related",
    )
    return Decision((rules,), (), protocol_version)


def decide_reports_due(
    reports: Sequence[SafetyReport], *, rules: ReportingRules, zone: ZoneInfo, protocol_version: str
) -> Decision[Due]:
    """List the reports that one event owes, from all that is known of it so far.

    A reaction is suspected as soon as the investigator or the sponsor holds it for related: the
    sponsor never downgrades the investigator's opinion, both are kept. Expectedness not yet judged
    is read as unexpected, causality not yet given as the study file says: a clock must not wait for
    an opinion. The clock of the authority starts when the sponsor first has enough to suspect; if the
    event is known only later to be fatal or life-threatening, the shorter clock starts that day.

    Args:
        reports: what was known, from when; in any order.
        rules: the delays of the study.
        zone: time zone in which calendar days are counted.
        protocol_version: the version under which it is decided.

    Returns:
        The reports owed, soonest first; none with the reason where nothing is owed.

    Raises:
        ValueError: a moment has no time zone.

    Reference:
        Regulation (EU) No 536/2014, articles 41 and 42 and annex III.

    Example:
        >>> paris = ZoneInfo("Europe/Paris")
        >>> known = SafetyReport(
        ...     datetime.datetime(2024, 2, 26, 18, 0, tzinfo=paris), "sponsor", serious=True,
        ...     fatal_or_life_threatening=True, investigator_causality="related", expected=False)
        >>> rules = ReportingRules(24, 7, 8, 15)
        >>> decision = decide_reports_due([known], rules=rules, zone=paris, protocol_version="1.0")
        >>> [(due.kind, due.by.date().isoformat()) for due in decision.events]
        [('susar', '2024-03-04'), ('susar_follow_up', '2024-03-12')]
    """
    ordered = sorted(reports, key=_read_moment)
    with_investigator = _list_known(ordered, "investigator")
    with_sponsor = _list_known(ordered, "sponsor")
    due = [*_owe_sponsor(with_investigator, rules, zone), *_owe_authority(with_sponsor, rules, zone)]
    latest = [known[-1] for known in (with_investigator, with_sponsor) if known]
    reasons = _explain(_add(latest[0], latest[-1]), rules) if latest else (_NOTHING_KNOWN,)
    return Decision(tuple(sorted(due, key=lambda item: item.by)), reasons, protocol_version)


def list_overdue(due: Sequence[Due], *, now: datetime.datetime) -> tuple[Due, ...]:
    """List the reports whose last moment has passed.

    Args:
        due: reports owed and not yet sent.
        now: the present moment, with its time zone.

    Returns:
        Those that are late, soonest first.
    """
    return tuple(item for item in sorted(due, key=lambda item: item.by) if item.by < now)


def _read_moment(report: SafetyReport) -> datetime.datetime:
    if report.known_at.tzinfo is None:
        raise ValueError("A moment of awareness needs its time zone: a clock without one cannot be read.")
    return report.known_at.astimezone(datetime.UTC)


def _list_known(reports: Sequence[SafetyReport], by: str) -> list[SafetyReport]:
    """What one side knew after each of its own reports: the latest word on each fact."""
    known: list[SafetyReport] = []
    for report in reports:
        if report.known_by == by:
            known.append(_add(known[-1], report) if known else report)
    return known


def _add(known: SafetyReport, report: SafetyReport) -> SafetyReport:
    said = {fact: getattr(report, fact) for fact in FACTS if getattr(report, fact) is not None}
    return replace(known, known_at=report.known_at, known_by=report.known_by, **said)


def _is_suspected(known: SafetyReport, rules: ReportingRules) -> bool:
    """Either opinion is enough; nobody's silence makes an event unrelated."""
    opinions = (known.investigator_causality, known.sponsor_causality)
    if "related" in opinions:
        return True
    return known.investigator_causality is None and rules.missing_causality == "related"


def _is_susar(known: SafetyReport, rules: ReportingRules) -> bool:
    return known.serious is True and known.expected is not True and _is_suspected(known, rules)


def _owe_sponsor(
    with_investigator: Sequence[SafetyReport], rules: ReportingRules, zone: ZoneInfo
) -> list[Due]:
    first = next((known for known in with_investigator if known.serious is True), None)
    if first is None:
        return []
    hours = datetime.timedelta(hours=rules.investigator_to_sponsor_hours)
    by = (first.known_at.astimezone(datetime.UTC) + hours).astimezone(zone)
    text = Text(
        en=f"Serious event: the sponsor must have it within {rules.investigator_to_sponsor_hours} hours of the "
        f"investigator's awareness, by {format_value(by.date(), 'en')}, {by:%H:%M %Z}.",
        fr=f"Événement grave\u00a0: le promoteur doit l’avoir dans les {rules.investigator_to_sponsor_hours} heures "
        f"suivant la connaissance par l’investigateur, avant le {format_value(by.date(), 'fr')}, {by:%H:%M %Z}.",
    )
    return [Due("sae_to_sponsor", "sponsor", by, text)]


def _owe_authority(with_sponsor: Sequence[SafetyReport], rules: ReportingRules, zone: ZoneInfo) -> list[Due]:
    suspected = next((known for known in with_sponsor if _is_susar(known, rules)), None)
    if suspected is None or not _is_susar(with_sponsor[-1], rules):
        return []
    fatal = next(
        (known for known in with_sponsor if _is_susar(known, rules) and known.fatal_or_life_threatening), None
    )
    other = _end_of_day(suspected, rules.other_days, rules, zone)
    if fatal is None:
        return [Due("susar", "authority", other, _tell_susar(rules.other_days, other, fatal=False))]
    by = min(_end_of_day(fatal, rules.fatal_days, rules, zone), other)
    follow_up = _end_of_day(fatal, rules.fatal_days + rules.fatal_follow_up_days, rules, zone)
    return [
        Due("susar", "authority", by, _tell_susar(rules.fatal_days, by, fatal=True)),
        Due("susar_follow_up", "authority", follow_up, _tell_follow_up(rules, follow_up)),
    ]


def _end_of_day(known: SafetyReport, days: int, rules: ReportingRules, zone: ZoneInfo) -> datetime.datetime:
    """The last minute of the day that lies so many calendar days after day 0, in the local zone."""
    day = known.known_at.astimezone(zone).date()
    if rules.day_zero == "day_after_awareness":
        day += datetime.timedelta(days=1)
    last = day + datetime.timedelta(days=days)
    return datetime.datetime(last.year, last.month, last.day, 23, 59, tzinfo=zone)


def _tell_susar(days: int, by: datetime.datetime, *, fatal: bool) -> Text:
    what_en = "fatal or life-threatening" if fatal else "neither fatal nor life-threatening"
    what_fr = "mortel ou menaçant la vie" if fatal else "ni mortel ni menaçant la vie"
    return Text(
        en=f"Suspected unexpected serious adverse reaction, {what_en}: {days} calendar days, "
        f"by {format_value(by.date(), 'en')}.",
        fr=f"Effet indésirable grave et inattendu suspecté, {what_fr}\u00a0: {days} jours calendaires, "
        f"au plus tard le {format_value(by.date(), 'fr')}.",
    )


def _tell_follow_up(rules: ReportingRules, by: datetime.datetime) -> Text:
    days = rules.fatal_follow_up_days
    return Text(
        en=f"Follow-up of the fatal or life-threatening reaction: {days} further calendar days, "
        f"by {format_value(by.date(), 'en')}.",
        fr=f"Suivi de l’effet mortel ou menaçant la vie\u00a0: {days} jours calendaires de plus, "
        f"au plus tard le {format_value(by.date(), 'fr')}.",
    )


_DELAY_UNKNOWN = Reason(
    "DELAY_UNKNOWN",
    Text(
        en="The study file leaves a reporting delay unknown.",
        fr="Le fichier d’étude laisse un délai de déclaration inconnu.",
    ),
    Text(
        en="Fill in safety, clocks; until then follow the law by hand.",
        fr="Compléter safety, clocks\u202f; d’ici là, suivre la loi à la main.",
    ),
)
_NOTHING_KNOWN = Reason(
    "NOTHING_KNOWN",
    Text(en="Nothing is known of the event yet.", fr="Rien n’est encore connu de l’événement."),
    Text(en="Record what is known.", fr="Enregistrer ce qui est connu."),
)


def _explain(known: SafetyReport, rules: ReportingRules) -> tuple[Reason, ...]:
    """What was decided for want of an opinion, and where opinions differ."""
    reasons: list[Reason] = []
    if known.serious is None:
        reasons.append(_SERIOUSNESS_UNKNOWN)
    elif not known.serious:
        reasons.append(_NOT_SERIOUS)
    if known.investigator_causality is None:
        reasons.append(_CAUSALITY_MISSING if rules.missing_causality == "related" else _CAUSALITY_AWAITED)
    if known.investigator_causality == "related" and known.sponsor_causality == "not_related":
        reasons.append(_NO_DOWNGRADE)
    if known.expected is None:
        reasons.append(_EXPECTEDNESS_MISSING)
    elif known.expected:
        reasons.append(_EXPECTED)
    if not _is_suspected(known, rules) and known.investigator_causality == "not_related":
        reasons.append(_NOT_SUSPECTED)
    return tuple(reasons)


_SERIOUSNESS_UNKNOWN = Reason(
    "SERIOUSNESS_UNKNOWN",
    Text(en="Seriousness is not yet judged.", fr="La gravité n’est pas encore jugée."),
    Text(en="Ask the investigator today.", fr="Interroger l’investigateur aujourd’hui."),
)
_NOT_SERIOUS = Reason(
    "NOT_SERIOUS",
    Text(
        en="The event is not serious: nothing is owed.",
        fr="L’événement n’est pas grave\u00a0: rien n’est dû.",
    ),
)
_CAUSALITY_MISSING = Reason(
    "CAUSALITY_MISSING",
    Text(
        en="The investigator gave no causality: read as related.",
        fr="L’investigateur n’a pas donné de lien\u00a0: lu comme lié.",
    ),
    Text(en="Ask for the investigator's opinion.", fr="Demander l’avis de l’investigateur."),
)
_CAUSALITY_AWAITED = Reason(
    "CAUSALITY_AWAITED",
    Text(
        en="The investigator gave no causality, and this study does not read silence as related.",
        fr="L’investigateur n’a pas donné de lien, et cette étude ne lit pas le silence comme lié.",
    ),
    Text(
        en="Ask for the investigator's opinion today.", fr="Demander l’avis de l’investigateur aujourd’hui."
    ),
)
_NO_DOWNGRADE = Reason(
    "NO_DOWNGRADE",
    Text(
        en="The sponsor holds it for unrelated, the investigator for related: it stays suspected, and both "
        "opinions go into the report.",
        fr="Le promoteur le tient pour non lié, l’investigateur pour lié\u00a0: il reste suspecté, et les deux avis "
        "figurent dans la déclaration.",
    ),
)
_EXPECTEDNESS_MISSING = Reason(
    "EXPECTEDNESS_MISSING",
    Text(
        en="Expectedness is not yet judged: read as unexpected.",
        fr="Le caractère attendu n’est pas encore jugé\u00a0: lu comme inattendu.",
    ),
    Text(
        en="Compare with the reference safety information in force.",
        fr="Comparer avec l’information de référence sur la sécurité en vigueur.",
    ),
)
_EXPECTED = Reason(
    "EXPECTED",
    Text(
        en="The reference safety information names it: no expedited report to the authority.",
        fr="L’information de référence le cite\u00a0: pas de déclaration accélérée à l’autorité.",
    ),
)
_NOT_SUSPECTED = Reason(
    "NOT_SUSPECTED",
    Text(en="Nobody holds it for related.", fr="Personne ne le tient pour lié."),
)
