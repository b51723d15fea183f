"""Forms that are entered late: what is not entered by the day of the data cut is absent from the tables, and counted.

A form is one scan, one adverse event, one sample with all that is found in it, or one procedure. Who the patients
are, how they go through the trial and the doses they are given are always entered; so is the baseline scan, without
which nobody enters the trial.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from abscopal.protocol.text import Text
from abscopal.rehearsal.trial.followed import Followed

FormKind = Literal["scans", "events", "samples", "procedures"]
KINDS: tuple[FormKind, ...] = ("scans", "events", "samples", "procedures")
NAMES: dict[FormKind, Text] = {
    "scans": Text(en="scans", fr="examens d’imagerie"),
    "events": Text(en="adverse events", fr="événements indésirables"),
    "samples": Text(en="samples", fr="prélèvements"),
    "procedures": Text(en="procedures", fr="gestes"),
}
MEDIAN_OF_EXPONENTIAL = float(np.log(2.0))


def find_data_cut(patients: Sequence[Followed]) -> dt.date | None:
    """Find the day of the data cut: the last on which the trial knows anything of anybody.

    Args:
        patients: everybody who entered.

    Returns:
        The day; None where nobody entered.
    """
    return max((dt.date.fromisoformat(patient.date(patient.end)) for patient in patients), default=None)


def find_entered(
    patient: Followed, kind: FormKind, days: Sequence[float], *, cut: dt.date | None
) -> tuple[bool, ...]:
    """Say which forms of one kind are entered by the day of the cut.

    A form is late with the probability of the scenario; a late one waits for a time drawn from an exponential
    distribution with the median of the scenario (ours), the others for none.

    Args:
        patient: the patient.
        kind: kind of the forms.
        days: day after the reference date to which each form belongs; the place in the list decides its chance.
        cut: day of the data cut; None where everything is waited for.

    Returns:
        One answer a form.
    """
    probability = patient.scenario["late_entry_probability"]
    if cut is None or probability <= 0 or not days:
        return (True,) * len(days)
    chance = patient.draw("late_entries", 2 * len(KINDS) * len(days)).reshape(len(days), len(KINDS), 2)
    own = chance[:, KINDS.index(kind)]
    waits = -np.log(own[:, 1]) * patient.scenario["late_entry_days"] / MEDIAN_OF_EXPONENTIAL
    entered = np.floor(np.asarray(days) + np.where(own[:, 0] < probability, waits, 0.0))
    return tuple(bool(day <= (cut - patient.person.entry).days) for day in entered)


def tell_late_forms(late: Counter[FormKind], *, cut: dt.date | None) -> Text | None:
    """Say how many forms were not entered in time; None where all were.

    Args:
        late: forms that are absent, by kind.
        cut: day of the data cut.

    Example:
        >>> told = tell_late_forms(Counter(scans=3, samples=1), cut=dt.date(2022, 3, 1))
        >>> told.en.split(": ")[1]
        '4 forms (scans 3, samples 1).'
    """
    if cut is None or not late.total():
        return None
    parts = [(NAMES[kind], late[kind]) for kind in KINDS if late[kind]]
    english = ", ".join(f"{name.en} {count}" for name, count in parts)
    french = ", ".join(f"{name.fr} {count}" for name, count in parts)
    return Text(
        en=f"Not yet entered on the day of the data cut, {cut.isoformat()}, and absent from the tables: "
        f"{late.total()} forms ({english}).",
        fr=f"Pas encore saisis le jour du gel des données, {cut.isoformat()}, et absents des tables\u00a0: "
        f"{late.total()} formulaires ({french}).",
    )
