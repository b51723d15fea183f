"""ADLR: whether each lesion responded, by each definition, with what it was measured by and against."""

from collections.abc import Sequence

import dataframely as dy
import numpy as np
import polars as pl

from abscopal.derivations.response.confirmation import compute_confirming_rows
from abscopal.derivations.response.injected_lesions import (
    LESION,
    compute_injected,
    derive_injected_at_start,
    derive_injected_since,
)
from abscopal.derivations.response.lesion_burden import NORMAL_NODE_TENTHS, REAL_NEW_LESION
from abscopal.derivations.response.lesion_definitions import LesionDefinition
from abscopal.derivations.response.lesion_scans import SCAN
from abscopal.derivations.response.records import READING
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments, LesionResponse, SubjectLevel

# Where the lesion is, as OPTiM told them apart: skin, soft tissue and nodes against inner organs. Other places
# (bone among them) are left without an answer.
NON_VISCERAL = (
    r"(?i)\b(SKIN|CUTANEOUS|SUBCUTANEOUS|SOFT TISSUE|MUSCLE|BREAST|"
    r"LYMPH|NODES?|NODAL|AXILLA|GROIN|PEAU|GANGLION)"
)
VISCERAL = (
    r"(?i)\b(LUNG|PLEURA|LIVER|BRAIN|ADRENAL|KIDNEY|SPLEEN|PANCREAS|STOMACH|BOWEL|COLON|INTESTINE|PERITONEUM|"
    r"OVARY|HEART|POUMON|FOIE|CERVEAU|SURRENALE|REIN|RATE)\b"
)
TOO_SMALL_PRODUCT = 2500


def derive_lesion_responses(
    assessments: dy.DataFrame[LesionAssessments],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    definitions: Sequence[LesionDefinition],
    scans: pl.DataFrame | None = None,
    settings: ResponseSettings,
) -> dy.DataFrame[LesionResponse]:
    """Say of each lesion whether it responded, by each definition, and whether it counts as injected.

    Args:
        assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.
        adsl: one row per patient with REFDT and NACTDT.
        definitions: what a response is.
        scans: products of two diameters and methods, as `derive_lesion_scans` gives them; without them no lesion can
            be told by its product.
        settings: the readings of the rules in force.

    Returns:
        One row per patient, reader, lesion and definition, in key order. A lesion without any measurement after
        baseline is NE.

    Reference:
        Andtbacka et al. 2016, lesion-level response (doi:10.1245/s10434-016-5286-0).

    Example:
        >>> from datetime import date
        >>> from abscopal.derivations.response.lesion_definitions import HOUSE_DEFINITIONS
        >>> rows = LesionAssessments.validate(pl.DataFrame({
        ...     "USUBJID": "P1", "READER": "INVESTIGATOR", "TULNKID": ["T01", "T01", "T02", "T02"],
        ...     "AVISITN": [0, 1, 0, 1], "ADT": [date(2024, 1, 1), date(2024, 3, 1)] * 2, "ADTF": None,
        ...     "LSROLE": "TARGET", "LSNODE": False, "LSLOC": "LIVER", "LSSTATE": "MEASURED",
        ...     "LSTENTH": [200, 130, 300, 310], "LSCHANGE": None, "SYMPFL": None,
        ...     "INJDT": [date(2024, 1, 8), date(2024, 1, 8), None, None],
        ...     "ACCFL": "Y"}), cast=True)
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": ["S1"], "USUBJID": ["P1"], "SUBJID": ["1"], "SITEID": ["10"], "SEX": ["F"],
        ... })], how="diagonal"))
        >>> found = derive_lesion_responses(
        ...     rows, adsl, definitions=HOUSE_DEFINITIONS[1:2], settings=ResponseSettings())
        >>> found.select("TULNKID", "INJFL", "PCHG", "AVALC").rows()
        [('T01', 'Y', -35.0, 'Y'), ('T02', 'N', 3.3333333333333335, 'N')]
    """
    sizes = _list_sizes(assessments, adsl, scans, settings)
    lesions = _describe(sizes, assessments, settings)
    rows = [_judge(sizes, lesions, definition, settings) for definition in definitions]
    told = (
        pl.concat(rows)
        .join(adsl.select("STUDYID", "USUBJID"), on="USUBJID", how="inner")
        .sort(*READING, "TULNKID", "PARAMCD")
    )
    return LesionResponse.validate(told.select(LesionResponse.column_names()), cast=True)


def _list_sizes(
    assessments: dy.DataFrame[LesionAssessments],
    adsl: dy.DataFrame[SubjectLevel],
    scans: pl.DataFrame | None,
    settings: ResponseSettings,
) -> pl.DataFrame:
    """Every measurement of a lesion that counts, before or after its own baseline, until a new therapy."""
    roles = ["TARGET"] if settings.lesions_counted == "baseline" else ["TARGET", "NEW"]
    empty = pl.DataFrame(
        schema={**dict.fromkeys(SCAN, pl.String), "ADT": pl.Date, "PRODUCT": pl.Int64, "METHOD": pl.String}
    )
    is_new = pl.col("LSROLE") == "NEW"
    own = (
        assessments.filter(pl.col("LSROLE").is_in(roles))
        .join(adsl.select("USUBJID", "REFDT", "NACTDT"), on="USUBJID", how="left")
        .join(empty if scans is None else scans, on=SCAN, how="left")
        .join(derive_injected_since(assessments, settings), on=LESION, how="left")
    )
    if settings.truncate_at_new_therapy:
        own = own.filter((pl.col("ADT") <= pl.col("NACTDT")).fill_null(True))
    if settings.lesion_injected == "at_start":
        # A lesion injected later is followed as non-injected, up to its injection.
        start = derive_injected_at_start(assessments, settings).with_columns(ATSTART=pl.lit(True))
        own = (
            own.join(start, on=LESION, how="left")
            .filter(pl.col("ATSTART").fill_null(False) | ~compute_injected(settings))
            .drop("ATSTART")
        )
    merged = pl.col("LSSTATE") == "MERGED"
    real = ~is_new | pl.col("LSSTATE").is_in(REAL_NEW_LESION)
    first = pl.col("AVISITN").filter(pl.col("LSTENTH") > 0, real).min().over(LESION)
    birth = pl.when(is_new).then(first).otherwise(pl.lit(0, dtype=pl.Int64))
    gone = pl.col("LSSTATE") == "ABSENT"
    return own.with_columns(
        BIRTH=birth,
        DIAMETER=pl.when(~merged).then("LSTENTH"),
        PRODUCT=pl.when(gone)
        .then(0)
        .when(pl.col("LSSTATE") == "TOO_SMALL")
        .then(TOO_SMALL_PRODUCT)
        .when(~merged & pl.col("LSTENTH").is_not_null())
        .then("PRODUCT"),
        LEFT=pl.when(~merged).then(
            pl.when("LSNODE").then(pl.col("LSTENTH") >= NORMAL_NODE_TENTHS).otherwise(pl.col("LSTENTH") > 0)
        ),
    ).sort(*LESION, "AVISITN")


def _describe(
    sizes: pl.DataFrame, assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
) -> pl.DataFrame:
    """One row a lesion that had a length at its own baseline: what it is, and whether it counts as injected."""
    place = pl.col("LSLOC")
    visceral = (
        pl.when("LSNODE").then(pl.lit("N"))
        .when(place.str.contains(NON_VISCERAL)).then(pl.lit("N"))
        .when(place.str.contains(VISCERAL)).then(pl.lit("Y"))
    )  # fmt: skip
    start = derive_injected_at_start(assessments, settings).with_columns(ATSTART=pl.lit(True))
    at_start = pl.col("ATSTART").fill_null(False)
    injected = (
        at_start if settings.lesion_injected == "at_start" else at_start | pl.col("SINCE").is_not_null()
    )
    return (
        sizes.filter(pl.col("AVISITN") == pl.col("BIRTH"), pl.col("DIAMETER") > 0)
        .join(start, on=LESION, how="left")
        .select(
            *LESION,
            "LSROLE",
            "LSLOC",
            "INJDT",
            "METHOD",
            "ACCFL",
            VISCFL=visceral,
            INJFL=pl.when(injected).then(pl.lit("Y")).otherwise(pl.lit("N")),
        )
    )


def _judge(
    sizes: pl.DataFrame, lesions: pl.DataFrame, definition: LesionDefinition, settings: ResponseSettings
) -> pl.DataFrame:
    measured = "PRODUCT" if definition.measure == "product" else "DIAMETER"
    unit, per_unit = ("mm2", 100) if definition.measure == "product" else ("mm", 10)
    base = sizes.filter(pl.col("AVISITN") == pl.col("BIRTH")).select(*LESION, FROM=pl.col(measured))
    after = sizes.filter(pl.col("AVISITN") > pl.col("BIRTH")).join(base, on=LESION)
    if definition.landmark_day is not None:
        # Without a reference date nobody knows when the landmark is.
        days = (pl.col("ADT") - pl.col("REFDT")).dt.total_days()
        after = after.filter((days <= definition.landmark_day).fill_null(False))
    judged = after.with_columns(SIZE=pl.col(measured), MEETS=_meets(definition, measured))
    known = judged.filter(pl.col("MEETS").is_not_null(), pl.col("SIZE").is_not_null())
    reached = known if definition.landmark_day is None else known.group_by(LESION, maintain_order=True).last()
    outcome = (
        reached.sort(*LESION, "SIZE", "AVISITN")
        .group_by(LESION, maintain_order=True)
        .agg(pl.col("SIZE", "ADT").first(), MEETS=pl.col("MEETS").any())
        .join(_confirm(judged, settings), on=LESION, how="left")
    )
    answer = (
        pl.when("MEETS").then(pl.lit("Y")).when(pl.col("MEETS").is_not_null()).then(pl.lit("N"))
        .otherwise(pl.lit("NE"))
    )  # fmt: skip
    kept = definition.not_evaluable or settings.lesion_not_evaluable
    in_denominator = (
        pl.lit("Y")
        if kept == "in_denominator"
        else pl.when(pl.col("AVALC") == "NE").then(pl.lit("N")).otherwise(pl.lit("Y"))
    )
    return (
        lesions.join(base, on=LESION, how="left")
        .join(outcome, on=LESION, how="left")
        .with_columns(
            PARAMCD=pl.lit(definition.parameter),
            PARAM=pl.lit(definition.title),
            TIMING=pl.lit("BEST" if definition.landmark_day is None else "LANDMARK"),
            AVALU=pl.lit(unit),
            BASE=pl.col("FROM") / per_unit,
            AVAL=pl.col("SIZE") / per_unit,
            PCHG=pl.when(pl.col("FROM") > 0).then(100 * (pl.col("SIZE") - pl.col("FROM")) / pl.col("FROM")),
            AVALC=answer,
        )
        .with_columns(
            CONFFL=pl.when(pl.col("AVALC") == "Y").then(
                pl.when(pl.col("CONFIRMED").fill_null(False)).then(pl.lit("Y")).otherwise(pl.lit("N"))
            ),
            REASON=pl.when(pl.col("AVALC") == "NE").then(
                pl.when(pl.col("FROM").is_null())
                .then(pl.lit("NO_SECOND_DIAMETER"))
                .otherwise(pl.lit("NOT_MEASURED_AGAIN"))
            ),
            # Without a second diameter at baseline a product cannot respond and cannot fail.
            ANL01FL=pl.when(pl.col("FROM").is_null()).then(pl.lit("N")).otherwise(in_denominator),
        )
    )


def _meets(definition: LesionDefinition, measured: str) -> pl.Expr:
    """Whether a size answers the definition; whole numbers, so that 20.0 to 14.0 mm is exactly -30 %."""
    if definition.measure == "complete":
        return ~pl.col("LEFT")
    fall, wanted = (pl.col("FROM") - pl.col(measured)) * 100, pl.col("FROM") * definition.decrease_percent
    return fall > wanted if definition.is_strict else fall >= wanted


def _confirm(judged: pl.DataFrame, settings: ResponseSettings) -> pl.DataFrame:
    """Lesions whose response was seen again long enough after, without a measurement short of it in between."""
    meets = judged["MEETS"].fill_null(False).to_numpy()
    unknown = judged["MEETS"].is_null().to_numpy()
    confirming = compute_confirming_rows(
        judged.select(pl.struct(LESION).rle_id()).to_series().cast(pl.Int64).to_numpy(),
        judged["ADT"].to_physical().cast(pl.Int64).to_numpy(),
        first=meets,
        second=meets,
        not_evaluable=unknown,
        stable=np.zeros(len(meets), dtype=bool),
        ends=~meets & ~unknown,
        min_days=settings.confirm_min_days,
        max_not_evaluable=settings.max_ne_between,
        max_stable=0,
    )
    marked = judged.select(LESION).with_columns(CONFIRMED=pl.Series(confirming >= 0, dtype=pl.Boolean))
    return marked.group_by(LESION).agg(pl.col("CONFIRMED").any())
