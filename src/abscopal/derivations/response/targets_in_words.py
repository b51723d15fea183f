"""Targets of which a scan gives no length but a word that suits a non-target: not evaluable, and told by name."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.lesion_assessments import derive_dated_results
from abscopal.derivations.response.lesion_states import compute_state
from abscopal.derivations.response.records import READING
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments
from abscopal.tables.sdtm.tr import TumourResults

SCAN = [*READING, "TULNKID", "ADT"]
TARGET_IN_WORDS = "TARGET_IN_WORDS"
NO_LENGTH = ["PRESENT", "UNEQUIVOCAL_PROGRESSION", "UNEQUIVOCAL", "EQUIVOCAL", "NOT_TUMOUR"]
ENGLISH = (
    "{} is a target and visit {} ({}) tells it in words alone, as a non-target is: without a length it is not "
    "evaluable there; a target stays one: give its length"
)
FRENCH = (
    "{} est une cible et la visite {} ({}) n’en parle qu’en mots, comme d’une non-cible : sans longueur elle n’y est "
    "pas évaluable ; une cible le reste : donnez sa longueur"
)


def derive_targets_in_words(
    tr: dy.DataFrame[TumourResults],
    assessments: dy.DataFrame[LesionAssessments],
    *,
    settings: ResponseSettings,
) -> pl.DataFrame:
    """Find the targets that are not evaluable because a scan describes them and gives no length.

    Args:
        tr: measurements and states.
        assessments: the lesions as they were lined up from them.
        settings: the readings of the rules in force.

    Returns:
        One row per target and assessment: USUBJID, READER, TULNKID, ADT, AVISITN.
    """
    said = derive_dated_results(tr, settings).with_columns(
        STATE=compute_state(pl.coalesce("TRSTRESC", "TRORRES"))
    )
    in_words = said.filter(
        pl.col("STATE").is_in(NO_LENGTH), (pl.col("TRSTAT") != "NOT DONE").fill_null(value=True)
    )
    unknown = assessments.filter(pl.col("LSROLE") == "TARGET", pl.col("LSSTATE") == "NOT_EVALUATED")
    return (
        unknown.join(in_words.select(SCAN).unique(), on=SCAN, how="semi")
        .select(*SCAN, "AVISITN")
        .sort(*SCAN[:-1], "AVISITN")
    )


def explain_targets_in_words(targets: pl.DataFrame) -> pl.DataFrame:
    """Say of each such target where it is and what to do.

    Args:
        targets: what `derive_targets_in_words` found.

    Returns:
        One row each: USUBJID, READER, FINDING, LESIONS, MESSAGE in English, MESSAGEFR in French.

    Example:
        >>> from datetime import date
        >>> found = pl.DataFrame({
        ...     "USUBJID": ["P1"], "READER": "A", "TULNKID": "T01", "ADT": date(2024, 3, 2), "AVISITN": 1})
        >>> explain_targets_in_words(found)["MESSAGE"].item()[:52]
        'T01 is a target and visit 1 (2024-03-02) tells it in'
    """
    return targets.select(
        *READING,
        FINDING=pl.lit(TARGET_IN_WORDS),
        LESIONS=pl.lit(1, dtype=pl.Int64),
        MESSAGE=pl.format(ENGLISH, "TULNKID", "AVISITN", "ADT"),
        MESSAGEFR=pl.format(FRENCH, "TULNKID", "AVISITN", "ADT"),
    )
