"""What is left of the tumour in the surgical specimen, named as pathologists of melanoma name it."""

from dataclasses import dataclass

import dataframely as dy
import polars as pl

from abscopal.tables.columns import key_text
from abscopal.tables.sdtm.bs import SpecimenMeasures

VIABLE_TUMOUR = "VIABTUM"


@dataclass(frozen=True, slots=True)
class PathologySettings:
    """Where the categories of pathological response begin and end, in per cent of viable tumour.

    Args:
        major_below: a specimen with some viable tumour, but less than this, is a major response.
        partial_at_most: up to this much viable tumour is a partial response; more is none.
    """

    major_below: float = 10.0
    partial_at_most: float = 50.0


class PathologicalResponses(dy.Schema):
    """One row per patient whose specimen was read."""

    USUBJID = key_text("Patient identifier, unique across studies")
    VIABLE = dy.Float64(
        min=0, max=100, description="Viable tumour, per cent; the largest where several were read"
    )
    AVALC = dy.String(regex="^(COMPLETE|MAJOR|PARTIAL|NONE)$", description="Pathological response")


def derive_pathological_responses(
    bs: dy.DataFrame[SpecimenMeasures], *, settings: PathologySettings | None = None
) -> dy.DataFrame[PathologicalResponses]:
    """Name the pathological response of each patient from the viable tumour in the specimen.

    Where several specimens were read the one with most viable tumour decides: a remnant is a remnant. A
    patient without a specimen has no row; who counts as a failure is for the analysis set to say.

    Args:
        bs: specimen measures; viable tumour is VIABTUM, in per cent.
        settings: where the categories begin and end.

    Returns:
        One row per patient with a specimen, in key order.

    Reference:
        Tetzlaff and others 2018 (doi:10.1093/annonc/mdy226).

    Example:
        >>> rows = pl.DataFrame({
        ...     "STUDYID": "S1", "DOMAIN": "BS", "USUBJID": ["P1", "P2", "P3", "P4", "P4", "P5"],
        ...     "BSSEQ": [1, 1, 1, 1, 2, 1], "BSTESTCD": "VIABTUM", "BSTEST": "Viable tumour",
        ...     "BSSTRESN": [0.0, 9.9, 10.0, 4.0, 60.0, None], "BSSTRESU": "%",
        ... })
        >>> full = pl.concat([SpecimenMeasures.create_empty(), rows], how="diagonal_relaxed")
        >>> derive_pathological_responses(SpecimenMeasures.validate(full, cast=True)).rows()
        [('P1', 0.0, 'COMPLETE'), ('P2', 9.9, 'MAJOR'), ('P3', 10.0, 'PARTIAL'), ('P4', 60.0, 'NONE')]
    """
    chosen = settings or PathologySettings()
    read = bs.filter(pl.col("BSTESTCD") == VIABLE_TUMOUR, pl.col("BSSTRESN").is_not_null())
    category = (
        pl.when(pl.col("VIABLE") == 0)
        .then(pl.lit("COMPLETE"))
        .when(pl.col("VIABLE") < chosen.major_below)
        .then(pl.lit("MAJOR"))
        .when(pl.col("VIABLE") <= chosen.partial_at_most)
        .then(pl.lit("PARTIAL"))
        .otherwise(pl.lit("NONE"))
    )
    return PathologicalResponses.validate(
        read.group_by("USUBJID")
        .agg(VIABLE=pl.col("BSSTRESN").max())
        .with_columns(AVALC=category)
        .sort("USUBJID"),
        cast=True,
    )
