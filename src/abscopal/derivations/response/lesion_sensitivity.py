"""What each reading of the rules decides about single lesions: counted again under every other reading."""

from collections.abc import Callable, Collection

import dataframely as dy
import polars as pl

from abscopal.derivations.response.alternatives import (
    compute_with_settings_read,
    list_alternatives,
    write_value,
)
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionResponse
from abscopal.tables.columns import key_text, required_text

COUNTED = ["PARAMCD", "INJFL"]
COUNTS = ["RESPONDED", "LESIONS"]


def _count(description: str) -> dy.Int64:
    return dy.Int64(min=0, max=10_000_000, description=description)


class LesionsBySetting(dy.Schema):
    """How many injected and non-injected lesions respond, in force and under each other reading."""

    SETTING = key_text("Setting that is read otherwise")
    CHOICE = key_text("The other value")
    PARAMCD = key_text("Definition of response, a parameter of ADLR")
    INJFL = dy.String(
        primary_key=True, regex="^[YN]$", description="Y for injected lesions, N for the others"
    )
    VALUE = required_text("The value in force")
    RESPONDED = _count("Lesions that respond, in force")
    LESIONS = _count("Lesions that are counted, in force")
    ALTRESPONDED = _count("Lesions that respond under the other value")
    ALTLESIONS = _count("Lesions that are counted under the other value")


def derive_lesions_by_setting(
    derive_lesions: Callable[[ResponseSettings], dy.DataFrame[LesionResponse]],
    settings: ResponseSettings,
    *,
    idle: Collection[str] = (),
) -> dy.DataFrame[LesionsBySetting]:
    """Count lesions that respond under every other reading of every setting that their derivation asks for.

    Args:
        derive_lesions: ADLR of the lesions to be counted, by the settings given.
        settings: the settings in force.
        idle: settings that cannot change anything in these tables.

    Returns:
        One row per setting, other value, definition and kind of lesion, in key order; none where nothing is counted.

    Example:
        >>> from abscopal.tables.adam import LesionResponse
        >>> rows = LesionResponse.validate(pl.concat([LesionResponse.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": "P1", "READER": "A", "TULNKID": ["T01", "T02"], "PARAMCD": "LD30",
        ...     "PARAM": "Diameter", "TIMING": "BEST", "LSROLE": "TARGET", "INJFL": ["Y", "N"], "AVALU": "mm",
        ...     "AVALC": ["Y", "NE"], "ANL01FL": ["Y", "N"]})], how="diagonal"))
        >>> def read(settings):
        ...     all_count = settings.lesion_not_evaluable == "in_denominator"
        ...     return rows.with_columns(ANL01FL=pl.lit("Y")) if all_count else rows
        >>> found = derive_lesions_by_setting(read, ResponseSettings())
        >>> found.filter(INJFL="N").select("SETTING", "LESIONS", "ALTLESIONS").rows()
        [('lesion_not_evaluable', 1, 0)]
    """
    lesions, asked = compute_with_settings_read(settings, derive_lesions)
    in_force = _count_lesions(lesions)
    tables = [
        in_force.join(
            _count_lesions(derive_lesions(found.settings)),
            on=COUNTED,
            how="full",
            suffix="_ALT",
            coalesce=True,
        ).with_columns(
            SETTING=pl.lit(found.setting),
            CHOICE=pl.lit(found.choice),
            VALUE=pl.lit(write_value(getattr(settings, found.setting))),
        )
        for found in list_alternatives(settings)
        if found.setting in asked.difference(idle)
    ]
    if not tables:
        return LesionsBySetting.create_empty()
    others = {f"{name}_ALT": f"ALT{name}" for name in COUNTS}
    rows = pl.concat(tables).rename(others).with_columns(pl.col(*COUNTS, *others.values()).fill_null(0))
    ordered = rows.sort(LesionsBySetting.primary_key()).select(LesionsBySetting.column_names())
    return LesionsBySetting.validate(ordered, cast=True)


def _count_lesions(lesions: pl.DataFrame) -> pl.DataFrame:
    """How many lesions each definition counts, and how many of them respond."""
    return (
        lesions.filter(pl.col("ANL01FL") == "Y")
        .group_by(COUNTED)
        .agg(RESPONDED=(pl.col("AVALC") == "Y").sum().cast(pl.Int64), LESIONS=pl.len().cast(pl.Int64))
    )
