"""What the terminal says of a rehearsal, in the words of the page."""

import re

import pytest
from rich.console import Console

from abscopal.cli import rehearse_summary
from abscopal.evidence.rehearsal_words import CONCLUSIONS, name_mode, name_quantity
from abscopal.rehearsal.characteristic import Characteristic


class Ways:
    """A way to run the trial, as far as the comparison reads it."""

    def __init__(self, name: str) -> None:
        self.variant = self
        self.design = self
        self.name = name
        self.arms = ("IT",)


def make(quantity: str, estimate: float, unit: str = "probability") -> Characteristic:
    return Characteristic("planned", "all", quantity, estimate, estimate - 0.01, estimate + 0.01, 300, unit)


QUANTITIES = ("conclusion.met", "conclusion.overrun", "stopped")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_larger_trial_is_not_said_to_fail_its_rule(language, capsys):
    shares = {"planned": (0.747, 0.0, 0.06), "patients=80": (0.0, 0.957, 0.04)}
    planned, larger = (
        {name: make(name, share) for name, share in zip(QUANTITIES, own, strict=True)}
        for own in shares.values()
    )
    rehearsed = [Ways("planned"), Ways("patients=80")]
    console = Console(width=140)
    rehearse_summary._print_comparison(rehearsed, [planned, larger], console, language)
    told = " ".join(capsys.readouterr().out.split())
    assert name_quantity("conclusion.overrun", language=language).split()[0] in told
    assert re.search(r"95[.,]7", told)
    assert "planned |" not in told
    assert {"en": "as planned", "fr": "comme prévu"}[language] in told


def test_every_conclusion_and_mode_has_words_of_its_own():
    for language in ("en", "fr"):
        names = {name_quantity(f"conclusion.{code}", language=language) for code in CONCLUSIONS}
        assert len(names) == len(CONCLUSIONS)
        modes = {name_mode(mode, language=language) for mode in ("randomised", "clones", "single")}
        assert len(modes) == 3
