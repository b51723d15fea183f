"""The planned trial of a comparison of methods: the study file, with the options over it."""

from dataclasses import dataclass

from abscopal.conduct.allocation.laws.methods import check_settings, compute_study_settings
from abscopal.design.allocation.candidates import Candidate, plan_candidate
from abscopal.design.allocation.simulation import Within
from abscopal.design.allocation.situation import Situation
from abscopal.errors import OptionError
from abscopal.protocol.allocation import CENTRE_VARIABLE
from abscopal.protocol.reading import Study
from abscopal.protocol.text import Text


@dataclass(frozen=True, slots=True)
class Plan:
    """The planned trial as the study file and the options give it, with what had to be assumed."""

    situation: Situation
    assumptions: tuple[Text, ...]


def read_plan(
    study: Study, *, patients: int | None, centres: int | None, centre_shares: str, level_shares: list[str]
) -> Plan:
    """Put the options over the study file; what neither says is assumed aloud, or asked for.

    Args:
        study: the study.
        patients: planned patients of the options.
        centres: centres of the options.
        centre_shares: shares of the options.
        level_shares: shares of the options, one text for each stratum.

    Returns:
        The planned trial.

    Raises:
        OptionError: nothing to allocate, or a number that neither gives.
    """
    identity, allocation = study.protocol.identity, study.protocol.allocation
    ratio = allocation.ratio.value
    if allocation.method.value == "single_arm" or (ratio is not None and len(ratio) < 2):
        raise OptionError(
            "this study has a single arm: there is nothing to allocate.",
            where=str(study.file),
            remedy="Methods are compared for two arms or more.",
        )
    if ratio is None:
        remedy = "Fill in allocation.ratio."
        raise OptionError("the ratio of allocation is unknown.", where=str(study.file), remedy=remedy)
    number = patients or identity.planned_patients.value
    if number is None:
        remedy = "Give --patients."
        raise OptionError("the planned number of patients is unknown.", where=str(study.file), remedy=remedy)
    assumptions = []
    shares = read_shares(centre_shares, "--centre-shares")
    sites = len(shares) or centres or identity.number_of_centres.value or len(identity.centres) or 1
    if centres and shares and centres != len(shares):
        raise OptionError(
            f"{len(shares)} shares do not fit {centres} centres.",
            where="--centre-shares",
            remedy="Give one share for each centre, or leave --centres out.",
        )
    if not shares:
        shares = (1 / sites,) * sites
        assumptions.append(_tell_equal_centres(sites))
    levels = tuple(read_shares(text, "--level-shares") for text in level_shares)
    if not levels:
        strata = [stratum for stratum in allocation.strata if stratum.variable != CENTRE_VARIABLE]
        levels = tuple((1 / len(stratum.levels),) * len(stratum.levels) for stratum in strata)
        if levels:
            assumptions.append(_EQUAL_LEVELS)
        elif not allocation.strata_known.value:
            assumptions.append(_STRATA_UNKNOWN)
    situation = Situation(number, tuple(ratio.values()), shares, levels)
    return Plan(situation, tuple(assumptions))


def read_shares(text: str, where: str) -> tuple[float, ...]:
    """Read numbers between commas; they are brought to add up to 1."""
    if not text.strip():
        return ()
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = [0.0]
    if min(numbers) <= 0 or sum(numbers) == float("inf"):
        raise OptionError(
            f"'{text}' is not a list of positive numbers.",
            where=where,
            remedy="Write them with points, between commas: 0.5,0.3,0.2.",
        )
    return tuple(number / sum(numbers) for number in numbers)


def find_planned(study: Study, situation: Situation) -> Candidate | None:
    """Find the method of the study file as a candidate.

    Args:
        study: the study.
        situation: the planned trial.

    Returns:
        The method; None where the study file leaves it, or a setting it needs, unknown.
    """
    allocation = study.protocol.allocation
    if allocation.method.value is None:
        return None
    settings = compute_study_settings(
        allocation, method=allocation.method.value, ratio=situation.ratio, patients=situation.patients
    )
    if check_settings(settings, situation.ratio):
        return None
    by_centre = any(stratum.variable == CENTRE_VARIABLE for stratum in allocation.strata)
    by_stratum = any(stratum.variable != CENTRE_VARIABLE for stratum in allocation.strata)
    within: Within = "trial"
    if settings.method != "simple" and (by_centre or by_stratum):
        within = "strata" if not by_centre else "centres_and_strata" if by_stratum else "centres"
    return plan_candidate(settings, within)


_EQUAL_LEVELS = Text(
    en="Assumed: every level of a stratum is as frequent as the others; --level-shares says otherwise.",
    fr="Supposé\u00a0: les niveaux d’une strate sont aussi fréquents les uns que les autres\u00a0; --level-shares "
    "dit autre chose.",
)
_STRATA_UNKNOWN = Text(
    en="Whether there are strata is unknown: none is assumed; --level-shares adds one.",
    fr="On ignore s’il y a des strates\u00a0: aucune n’est supposée\u00a0; --level-shares en ajoute une.",
)


def _tell_equal_centres(centres: int) -> Text:
    return Text(
        en=f"Assumed: {centres} centres bring as many patients each; --centre-shares says otherwise.",
        fr=f"Supposé\u00a0: {centres} centres amènent autant de patients chacun\u00a0; --centre-shares dit autre "
        "chose.",
    )
