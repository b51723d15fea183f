"""Check a typed two-stage design against what it is said to be: its error rates, and whether it is Simon's."""

from dataclasses import dataclass
from typing import Literal

from abscopal.design.simon import LARGEST_TWO_STAGE_N, SimonDesigns, find_simon_designs
from abscopal.design.single_stage import assert_errors
from abscopal.design.two_stage import (
    DesignCharacteristics,
    TwoStageDesign,
    compute_two_stage_characteristics,
)
from abscopal.errors import OptionError
from abscopal.protocol.text import Text

Claim = Literal["none", "optimal", "minimax", "admissible"]


@dataclass(frozen=True, slots=True)
class TwoStageCheck:
    """What was found about a typed design.

    Args:
        design: the design as typed.
        exact: its exact behaviour.
        alpha: false positive rate that it promised.
        power: power that it promised.
        claim: what it was said to be.
        simon: Simon's designs for the same rates and promises; None where the search did not end.
    """

    design: TwoStageDesign
    exact: DesignCharacteristics
    alpha: float
    power: float
    claim: Claim
    simon: SimonDesigns | None

    @property
    def keeps_alpha(self) -> bool:
        """Whether it keeps its false positive rate."""
        return self.exact.alpha <= self.alpha + 1e-12

    @property
    def keeps_power(self) -> bool:
        """Whether it reaches its power."""
        return self.exact.power >= self.power - 1e-12

    @property
    def kinds(self) -> tuple[Claim, ...]:
        """Which of Simon's designs it is: none, or optimal, minimax and admissible as far as they are true."""
        if self.simon is None:
            return ()
        kinds: dict[Claim, tuple[TwoStageDesign, ...]] = {
            "optimal": (self.simon.optimal.design,),
            "minimax": (self.simon.minimax.design,),
            "admissible": tuple(option.design for option in self.simon.admissible),
        }
        return tuple(kind for kind, designs in kinds.items() if self.design in designs)

    @property
    def is_sound(self) -> bool:
        """Whether it keeps both promises and is known to be what it was said to be."""
        return self.keeps_alpha and self.keeps_power and (self.claim == "none" or self.claim in self.kinds)

    @property
    def sentence(self) -> Text:
        """What was found, in English and French."""
        return Text(en=_say_in_english(self), fr=_say_in_french(self))


def check_two_stage(
    design: TwoStageDesign,
    *,
    alpha: float,
    power: float,
    claim: Claim = "none",
    largest_n: int = LARGEST_TWO_STAGE_N,
) -> TwoStageCheck:
    """Check a typed two-stage design: its exact error rates beside those promised, and what it was said to be.

    Args:
        design: the design as typed.
        alpha: one-sided false positive rate promised.
        power: power promised.
        claim: what the design was said to be.
        largest_n: where the search for Simon's designs gives up.

    Returns:
        The findings, with a sentence ready to print.

    Reference:
        Simon 1989 (doi:10.1016/0197-2456(89)90015-9).

    Example:
        >>> typed = TwoStageDesign(r1=1, n1=8, r=4, n=24, p0=0.1, p1=0.3)
        >>> found = check_two_stage(typed, alpha=0.05, power=0.80)
        >>> found.keeps_alpha, found.keeps_power, round(found.exact.power, 3)
        (False, False, 0.708)
    """
    assert_errors(alpha, power)
    try:
        simon = find_simon_designs(design.p0, design.p1, alpha=alpha, power=power, largest_n=largest_n)
    except OptionError:
        # The exact error rates of the typed design stand without the search.
        simon = None
    return TwoStageCheck(
        design=design,
        exact=compute_two_stage_characteristics(design),
        alpha=alpha,
        power=power,
        claim=claim,
        simon=simon,
    )


def _say_in_english(found: TwoStageCheck) -> str:
    exact = found.exact
    broken = [name for name, kept in (("alpha", found.keeps_alpha), ("power", found.keeps_power)) if not kept]
    promises = f"It misses its {' and its '.join(broken)}." if broken else "Both promises are kept."
    said = f" It was said to be {found.claim}." if found.claim not in ("none", *found.kinds) else ""
    return (
        f"{found.design.written} for {found.design.p0:g} against {found.design.p1:g}: exact alpha {exact.alpha:.4f} "
        f"(promised {found.alpha:g}), exact power {exact.power:.4f} (promised {found.power:g}). {promises} "
        f"Under {found.design.p0:g} it expects {exact.expected_n_p0:.2f} patients and stops early with a probability "
        f"of {exact.early_stop_p0:.3f}.{said} {_compare_in_english(found)}"
    )


def _compare_in_english(found: TwoStageCheck) -> str:
    if found.simon is None:
        return "Simon's designs for these rates have too many patients to be searched."
    optimal, minimax = found.simon.optimal, found.simon.minimax
    named = " and ".join(kind for kind in found.kinds if kind != "admissible")
    what = "It is none of Simon's designs."
    if named:
        what = f"It is Simon's {named} design."
    elif found.kinds:
        what = "It is one of the admissible designs between Simon's minimax and optimal ones."
    if "optimal" in found.kinds:
        return what
    return (
        f"{what} The optimal one is {optimal.design.written}, with {optimal.exact.expected_n_p0:.2f} patients "
        f"expected; the minimax one is {minimax.design.written}, with {minimax.exact.expected_n_p0:.2f}."
    )


def _write(value: float, decimals: int | None = None) -> str:
    return (f"{value:g}" if decimals is None else f"{value:.{decimals}f}").replace(".", ",")


def _say_in_french(found: TwoStageCheck) -> str:
    exact = found.exact
    broken = [
        name
        for name, kept in (("son alpha", found.keeps_alpha), ("sa puissance", found.keeps_power))
        if not kept
    ]
    promises = "Les deux promesses sont tenues."
    if broken:
        promises = f"Il ne tient {'pas ' if len(broken) == 1 else 'ni '}{' ni '.join(broken)}."
    said = f" Il était annoncé comme {found.claim}." if found.claim not in ("none", *found.kinds) else ""
    return (
        f"{found.design.written} pour {_write(found.design.p0)} contre {_write(found.design.p1)}\u00a0: alpha exact "
        f"{_write(exact.alpha, 4)} (annoncé {_write(found.alpha)}), puissance exacte {_write(exact.power, 4)} "
        f"(annoncée {_write(found.power)}). {promises} Sous {_write(found.design.p0)}, "
        f"{_write(exact.expected_n_p0, 2)} patients sont attendus et l’essai s’arrête tôt avec une probabilité de "
        f"{_write(exact.early_stop_p0, 3)}.{said} {_compare_in_french(found)}"
    )


def _compare_in_french(found: TwoStageCheck) -> str:
    if found.simon is None:
        return "Les plans de Simon pour ces taux ont trop de patients pour être cherchés."
    optimal, minimax = found.simon.optimal, found.simon.minimax
    named = " et ".join(kind for kind in found.kinds if kind != "admissible")
    what = "Ce n’est aucun des plans de Simon."
    if named:
        what = f"C’est le plan {named} de Simon."
    elif found.kinds:
        what = "C’est un des plans admissibles entre le minimax et l’optimal de Simon."
    if "optimal" in found.kinds:
        return what
    return (
        f"{what} Le plan optimal est {optimal.design.written}, avec {_write(optimal.exact.expected_n_p0, 2)} patients "
        f"attendus\u202f; le plan minimax est {minimax.design.written}, avec "
        f"{_write(minimax.exact.expected_n_p0, 2)}."
    )
