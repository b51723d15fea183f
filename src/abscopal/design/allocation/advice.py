"""What a comparison of methods means for a team, in sentences with their figures."""

from dataclasses import dataclass
from typing import Literal

from abscopal.design.allocation.comparison import Characteristics, Comparison
from abscopal.protocol.text import Text

MOST_EXCESS = 0.08
"""Right guesses beyond those under simple randomisation that an open trial should not pass. The bound is ours:
it lets the big stick of 3 pass on a single list, and no block."""
Masking = Literal["open", "single_blind", "double_blind"]


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that the team should know.

    Args:
        kind: what it recommends, a warning, or a remark.
        code: short capitals.
        text: the sentence.
    """

    kind: Literal["recommendation", "warning", "remark"]
    code: str
    text: Text


def find_recommended(comparison: Comparison, *, masking: Masking) -> Characteristics:
    """Find the method to recommend.

    In a trial where anybody at the centre knows the arms, methods pass whose arms are hardly easier to guess
    there than by chance; among those, the least sum of imbalance at the end, on the way and within strata wins.
    A single block length is never recommended, since it is soon found out.

    Args:
        comparison: the comparison.
        masking: who knows the arm.

    Returns:
        The row of the method.
    """
    most = 1.0 if masking == "double_blind" else comparison.baseline + MOST_EXCESS
    passing = [
        row for row in comparison.rows if row.own_guesses <= most and not row.candidate.has_one_block_length
    ]
    return min(
        passing or [comparison.rows[0]],
        key=lambda row: row.imbalance + row.largest_imbalance + row.stratum_imbalance,
    )


def compute_advice(comparison: Comparison, *, masking: Masking = "open") -> tuple[Advice, ...]:
    """Say which method suits the planned trial, and what to beware of.

    Args:
        comparison: the comparison.
        masking: who knows the arm; an unknown masking is read as open, the more careful reading.

    Returns:
        The recommendation, then warnings, then remarks.

    Example:
        >>> from abscopal.design.allocation.comparison import compute_comparison
        >>> from abscopal.design.allocation.situation import Situation
        >>> found = compute_comparison(Situation(24, (1, 1), (0.5, 0.5)), trials=200, seed=1)
        >>> [advice.code for advice in compute_advice(found)]
        ['RECOMMENDED', 'BLOCKS_BY_CENTRE', 'LISTS_UNTOUCHED']
    """
    recommended = find_recommended(comparison, masking=masking)
    found = [_recommend(recommended, comparison)]
    by_centre = [row for row in comparison.rows if row.candidate.has_blocks_by_centre]
    if by_centre and masking != "double_blind":
        planned = [row for row in by_centre if row.candidate.is_planned]
        worst = max(planned or by_centre, key=lambda row: row.own_guesses)
        found.append(_warn_of_blocks(worst, comparison))
    for row in comparison.rows:
        if row.candidate.is_planned and row is not recommended:
            found.append(_judge_planned(row, recommended, comparison, masking))
    if len(comparison.situation.ratio) != 2 or comparison.situation.lowest_ratio != (1, 1):
        found.append(_COINS_LEFT_OUT)
    found.append(_LISTS_UNTOUCHED)
    return tuple(found)


_COINS_LEFT_OUT = Advice(
    "remark",
    "COINS_LEFT_OUT",
    Text(
        en="The biased coin, the big stick and the maximal procedure are left out: they are defined for two arms at "
        "1:1. Minimisation keeps this ratio at each allocation.",
        fr="La pièce biaisée, le gros bâton et la procédure maximale sont omis\u00a0: ils se définissent pour deux "
        "bras à 1:1. La minimisation garde ce rapport à chaque allocation.",
    ),
)
_LISTS_UNTOUCHED = Advice(
    "remark",
    "LISTS_UNTOUCHED",
    Text(
        en="The patients are invented. No list, seed or block length of a running trial was read or changed; those of "
        "a trial are chosen by the custodian of its list and never stand in a study file.",
        fr="Les patients sont inventés. Aucune liste, graine ou longueur de bloc d’un essai en cours n’a été lue ou "
        "modifiée\u00a0; celles d’un essai sont choisies par le gardien de sa liste et ne figurent jamais dans un "
        "dossier d’étude.",
    ),
)


def _recommend(row: Characteristics, comparison: Comparison) -> Advice:
    name, own, base = row.candidate.name, _percent(row.own_guesses), _percent(comparison.baseline)
    ends, strata = _number(row.imbalance), _number(row.stratum_imbalance)
    return Advice(
        "recommendation",
        "RECOMMENDED",
        Text(
            en=f"Recommended: {name.en}. Somebody who sees the patients of their own centre guesses {own.en} of its "
            f"arms ({base.en} under simple randomisation); the mean imbalance is {ends.en} in the trial and "
            f"{strata.en} in a stratum.",
            fr=f"Recommandé\u00a0: {name.fr}. Qui voit les patients de son centre devine {own.fr} de ses bras "
            f"({base.fr} en randomisation simple)\u00a0; le déséquilibre moyen est de {ends.fr} dans l’essai et de "
            f"{strata.fr} par strate.",
        ),
    )


def _warn_of_blocks(row: Characteristics, comparison: Comparison) -> Advice:
    name, own, base = row.candidate.name, _percent(row.own_guesses), _percent(comparison.baseline)
    forced = _percent(row.forced)
    return Advice(
        "warning",
        "BLOCKS_BY_CENTRE",
        Text(
            en=f"Blocks within centres let an investigator guess: with {name.en}, betting on the lagging arm is right "
            f"{own.en} of the time ({base.en} under simple randomisation), and {forced.en} of the arms are certain "
            "for somebody who knows the blocks. In an open trial, do not stratify blocks by centre.",
            fr=f"Des blocs par centre laissent deviner l’investigateur\u00a0: avec {name.fr}, parier sur le bras en "
            f"retard réussit {own.fr} du temps ({base.fr} en randomisation simple), et {forced.fr} des bras sont "
            "certains pour qui connaît les blocs. En essai ouvert, ne stratifiez pas les blocs par centre.",
        ),
    )


def _judge_planned(
    row: Characteristics, recommended: Characteristics, comparison: Comparison, masking: Masking
) -> Advice:
    name, own, base = row.candidate.name, _percent(row.own_guesses), _percent(comparison.baseline)
    passes = masking == "double_blind" or row.own_guesses <= comparison.baseline + MOST_EXCESS
    verdict = Text(
        en="It is hardly guessed from one centre" if passes else "It is too easily guessed from one centre",
        fr="Elle se devine à peine depuis un centre" if passes else "Elle se devine trop depuis un centre",
    )
    ends, other = _number(row.imbalance), _number(recommended.imbalance)
    return Advice(
        "remark" if passes else "warning",
        "PLANNED",
        Text(
            en=f"The study file plans {name.en}. {verdict.en} ({own.en}; {base.en} under simple randomisation); its "
            f"mean imbalance is {ends.en}, against {other.en} for the recommended method.",
            fr=f"Le dossier d’étude prévoit cette méthode\u00a0: {name.fr}. {verdict.fr} ({own.fr}\u00a0; {base.fr} "
            f"en randomisation simple)\u00a0; son déséquilibre moyen est de {ends.fr}, contre {other.fr} pour la "
            "méthode recommandée.",
        ),
    )


def _percent(share: float) -> Text:
    written = f"{100 * share:.1f}"
    return Text(en=f"{written}%", fr=f"{written.replace('.', ',')}\u202f%")


def _number(value: float) -> Text:
    written = f"{value:.1f}"
    return Text(en=written, fr=written.replace(".", ","))
