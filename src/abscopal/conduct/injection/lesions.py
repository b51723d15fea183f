"""The lesions of the day: their size, their volume, and how much each can take."""

import datetime
import math
from dataclasses import dataclass
from typing import Literal

from abscopal.protocol.injection import InjectionRules, VolumeTable
from abscopal.protocol.text import Text

LARGEST_MM = 500


@dataclass(frozen=True, slots=True)
class LesionOfTheDay:
    """A lesion as the radiologist finds it on the day of the injection. Clustered lesions count as one.

    Args:
        identifier: TULNKID, such as T01.
        longest_diameter_mm: in millimetres, that day; 0 when no tumour is left; None when it was not measured.
        role: target, non-target or new; fixed by the reading of the scans, never by the needle.
        site: location, as in TULOC.
        perpendicular_mm: greatest diameter at right angles to the longest.
        short_axis_mm: short axis of a node; it does not stand for the longest diameter.
        volume_cm3: volume where it was measured; else it is computed from the diameters.
        is_measurable: measurable by the study's response criterion.
        is_new: appeared since the last injection.
        is_injected_before: known to have been injected, beside what the history holds.
        access_rank: 1 for the easiest to reach; None when nobody ranked it.
        contraindication: why this lesion must not be injected, in the operator's words; None when nothing forbids it.
    """

    identifier: str
    longest_diameter_mm: float | None
    role: Literal["target", "non-target", "new"] = "target"
    site: str | None = None
    perpendicular_mm: float | None = None
    short_axis_mm: float | None = None
    volume_cm3: float | None = None
    is_measurable: bool = True
    is_new: bool = False
    is_injected_before: bool = False
    access_rank: int | None = None
    contraindication: Text | None = None


@dataclass(frozen=True, slots=True)
class DeliveredInjection:
    """What one lesion received of one drug on one day.

    Args:
        on: the day.
        lesion: lesion injected.
        intervention: identifier of the intervention.
        volume_ml: volume delivered.
        dose_mg: dose delivered.
    """

    on: datetime.date
    lesion: str
    intervention: str
    volume_ml: float
    dose_mg: float


def compute_lesion_volume(lesion: LesionOfTheDay) -> float | None:
    """Volume of a lesion in cm³: as measured, else an ellipsoid of its diameters, else a sphere.

    An ellipsoid is taken round its long axis: π/6 × longest × perpendicular². A sphere is our reading where only
    the longest diameter is known; it overestimates.

    Args:
        lesion: the lesion.

    Returns:
        The volume; None without a size.

    Example:
        >>> round(compute_lesion_volume(LesionOfTheDay("T01", 12.4)), 2)
        1.0
        >>> round(compute_lesion_volume(LesionOfTheDay("T01", 20, perpendicular_mm=10)), 2)
        1.05
    """
    if lesion.volume_cm3 is not None:
        return lesion.volume_cm3
    if lesion.longest_diameter_mm is None:
        return None
    across = lesion.longest_diameter_mm if lesion.perpendicular_mm is None else lesion.perpendicular_mm
    return math.pi / 6 * lesion.longest_diameter_mm * across**2 / 1000


def compute_table_volume(table: VolumeTable, longest_diameter_mm: float) -> float | None:
    """Greatest volume for a lesion of this size; a bound belongs to the row it closes.

    Sizes are compared in tenths of a millimetre, as the scans give them.

    Args:
        table: volume by longest diameter.
        longest_diameter_mm: in millimetres; 2.5 cm is 25.

    Returns:
        The volume in mL; None when the table stops below this size.

    Example:
        >>> rows = [{"up_to_mm": 25, "volume_ml": 1}, {"up_to_mm": 50, "volume_ml": 2},
        ...         {"up_to_mm": None, "volume_ml": 4}]
        >>> table = VolumeTable.model_validate(
        ...     {"rows": rows, "provenance": "published", "source": "10.1000/182"})
        >>> [compute_table_volume(table, size) for size in (25, 25.1, 50, 50.1)]
        [1.0, 2.0, 2.0, 4.0]
    """
    tenths = round(longest_diameter_mm * 10)
    for row in table.rows:
        if row.up_to_mm is None or tenths <= round(row.up_to_mm * 10):
            return row.volume_ml
    return None


def compute_capacity(lesion: LesionOfTheDay, table: VolumeTable, rules: InjectionRules) -> float | None:
    """How much a lesion can take: by the table, and by its own volume where the study limits the share.

    Args:
        lesion: a lesion with a size.
        table: volume by longest diameter.
        rules: the study's rules.

    Returns:
        mL; None when the table says nothing of this size.
    """
    if lesion.longest_diameter_mm is None:
        return None
    by_table = compute_table_volume(table, lesion.longest_diameter_mm)
    share, volume = rules.lesion_volume_percent.value, compute_lesion_volume(lesion)
    if by_table is None or share is None or volume is None:
        return by_table
    return min(by_table, volume * share / 100)


def list_injected(lesions: tuple[LesionOfTheDay, ...], history: tuple[DeliveredInjection, ...]) -> set[str]:
    """Name the lesions that a drug has reached before; there is no way back to not injected."""
    by_history = {given.lesion for given in history if given.volume_ml > 0}
    return by_history | {lesion.identifier for lesion in lesions if lesion.is_injected_before}
