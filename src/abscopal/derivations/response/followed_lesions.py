"""The lesions of every record, and whatever several criteria read of them: each worked out once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import dataframely as dy
import polars as pl

from abscopal.derivations.response.records import derive_numbered_rows, derive_record_names
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments

MARKER_LOCATION = "TUMOUR MARKER"
Derived = TypeVar("Derived")


@dataclass(frozen=True, slots=True)
class FollowedLesions:
    """The lesions of every record under the settings in force.

    Args:
        names: RECORD, USUBJID and READER, in key order.
        assessments: one row per record, lesion and assessment, as `LesionAssessments`, with RECORD.
        settings: the readings of the rules in force.
    """

    names: pl.DataFrame
    assessments: pl.DataFrame
    settings: ResponseSettings
    _derived: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    def derive_once(self, derivation: Callable[["FollowedLesions"], Derived]) -> Derived:
        """Give what a derivation makes of these lesions; whoever asks again gets the same.

        Args:
            derivation: a pure function of the lesions.

        Returns:
            What it gave when it was first asked for.
        """
        if derivation not in self._derived:
            self._derived[derivation] = derivation(self)
        found: Derived = self._derived[derivation]
        return found


def derive_followed_lesions(
    assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
) -> FollowedLesions:
    """Number the records of the lesions, for all criteria at once.

    Args:
        assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.
        settings: the readings of the rules in force.

    Returns:
        The lesions with their records.
    """
    names = derive_record_names(assessments)
    return FollowedLesions(names, derive_numbered_rows(assessments, names), settings)


def derive_counted_lesions(lesions: FollowedLesions) -> pl.DataFrame:
    """Leave out tumour markers where the settings say that they play no part.

    Args:
        lesions: the lesions of every record.

    Returns:
        The rows that count, with RECORD.
    """
    if lesions.settings.tumour_markers != "ignored":
        return lesions.assessments
    return lesions.assessments.filter((pl.col("LSLOC") != MARKER_LOCATION).fill_null(value=True))
