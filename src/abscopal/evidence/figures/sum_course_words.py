"""The words of a sum course: its labels in both languages, and the whole picture told in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from abscopal.evidence.figures.course_data import CourseEvent, SumLine, SumPoint
from abscopal.evidence.figures.sum_limits import Limits
from abscopal.evidence.typography import Language, format_number

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "axis": "Sum of diameters (mm)",
        "x": "Day",
        "total": "all targets",
        "injected": "injected targets",
        "distant": "distant targets",
        "new_sum": "measured new lesions (apart)",
        "partial": "−30% from baseline: partial response",
        "progression": "+20% and +5 mm over the nadir: progression",
        "injection": "injection",
        "new": "new lesion",
        "suspected": "suspected new lesion",
        "refuted": "refuted",
        "worse": "non-target progresses",
        "part": "measured part of an incomplete sum",
        "unknown": "sum unknown",
        "baseline": "baseline",
        "nadir": "nadir",
        "both": "baseline, nadir",
        "no_sum": "No target: nothing to add up",
        "told": "Sum of the targets by day: {points}.",
        "told_category": "{category}: {points}.",
        "told_unknown": "unknown",
        "told_response": "{criterion}: {points}.",
        "told_limits": "Baseline {base} mm, nadir {nadir} mm; partial response up to {partial} mm, "
        "progression from {progression} mm.",
        "told_injections": "Injections on days {days}.",
        "told_event": "Day {day}: {what}.",
        "day": "day {day}: {value}",
    },
    "fr": {
        "axis": "Somme des diamètres (mm)",
        "x": "Jour",
        "total": "toutes les cibles",
        "injected": "cibles injectées",
        "distant": "cibles à distance",
        "new_sum": "nouvelles lésions mesurées (à part)",
        "partial": "−30 % depuis l’inclusion : réponse partielle",
        "progression": "+20 % et +5 mm au-dessus du nadir : progression",
        "injection": "injection",
        "new": "nouvelle lésion",
        "suspected": "nouvelle lésion possible",
        "refuted": "écartée",
        "worse": "progression d’une non-cible",
        "part": "part mesurée d’une somme incomplète",
        "unknown": "somme inconnue",
        "baseline": "inclusion",
        "nadir": "nadir",
        "both": "inclusion, nadir",
        "no_sum": "Aucune cible : rien à additionner",
        "told": "Somme des cibles par jour : {points}.",
        "told_category": "{category} : {points}.",
        "told_unknown": "inconnue",
        "told_response": "{criterion} : {points}.",
        "told_limits": "Inclusion {base} mm, nadir {nadir} mm ; réponse partielle jusqu’à {partial} mm, "
        "progression à partir de {progression} mm.",
        "told_injections": "Injections aux jours {days}.",
        "told_event": "Jour {day} : {what}.",
        "day": "jour {day} : {value}",
    },
}


@dataclass(frozen=True, slots=True)
class Judgements:
    """The responses by one criterion: its name as printed, and the code of each day."""

    criterion: str
    codes: tuple[tuple[int, str], ...]


def tell_point(point: SumPoint, words: dict[str, str], language: Language) -> str:
    """One sum with its day."""
    value = words["told_unknown"]
    if point.millimetres is not None:
        value = f"{format_number(point.millimetres, language=language, decimals=1)} mm"
    return words["day"].format(day=format_number(point.day, language=language), value=value)


def tell_sum_course(
    lines: Sequence[SumLine],
    judgements: Sequence[Judgements],
    limits: Limits | None,
    injections: Sequence[int],
    events: Sequence[CourseEvent],
    words: dict[str, str],
    language: Language,
) -> str:
    """The picture in words."""

    def write(value: float) -> str:
        return format_number(value, language=language, decimals=1)

    told = [] if any(line.category == "total" for line in lines) else [words["no_sum"] + "."]
    for line in lines:
        points = ", ".join(tell_point(point, words, language) for point in line.points if point.is_current)
        if line.category == "total":
            told.append(words["told"].format(points=points))
        else:
            name = words["new_sum" if line.category == "new" else line.category]
            told.append(words["told_category"].format(category=name.capitalize(), points=points))
    if limits:
        last = (
            limits.progression[-1][2]
            if limits.progression
            else max(1.2 * limits.baseline, limits.baseline + 5)
        )
        told.append(
            words["told_limits"].format(
                base=write(limits.baseline),
                nadir=write(limits.nadir[1]),
                partial=write(limits.partial),
                progression=write(last),
            )
        )
    for judged in judgements:
        codes = [
            words["day"].format(day=format_number(day, language=language), value=code)
            for day, code in judged.codes
        ]
        if codes:
            told.append(words["told_response"].format(criterion=judged.criterion, points=", ".join(codes)))
    if injections:
        days = ", ".join(format_number(day, language=language) for day in sorted(set(injections)))
        told.append(words["told_injections"].format(days=days))
    told += [
        words["told_event"].format(day=format_number(event.day, language=language), what=words[event.kind])
        for event in events
    ]
    return " ".join(told)
