"""ADTR: every lesion and every sum over time, with baseline, nadir and changes, reader by reader."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.injected_lesions import compute_injected
from abscopal.derivations.response.lesion_burden import derive_lesion_burden
from abscopal.derivations.response.matched_sets import derive_matched_sets
from abscopal.derivations.response.records import (
    ASSESSMENT,
    READING,
    RECORD,
    derive_numbered_rows,
    derive_record_names,
)
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments, SubjectLevel, TumourAnalysis

PARAMETERS = {
    "LDIAM": "Longest diameter (mm)",
    "SAXIS": "Short axis of a node (mm)",
    "SDIAM": "Sum of the targets (mm)",
    "MDIAM": "Sum of the targets that were measured (mm)",
    "SUMINJ": "Sum of the injected targets (mm)",
    "SUMNINJ": "Sum of the targets that are not injected (mm)",
}
CATEGORY_SUMS = {"INJECTED": "SUMINJ", "NON-INJECTED": "SUMNINJ"}
SERIES = [*READING, "PARAMCD", "TRLNKID"]


def derive_adtr(
    assessments: dy.DataFrame[LesionAssessments],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    settings: ResponseSettings | None = None,
) -> dy.DataFrame[TumourAnalysis]:
    """Derive the tumour analysis table: lengths of lesions and sums of targets.

    Args:
        assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.
        adsl: one row per patient with REFDT.
        settings: the readings in force, for what is injected when; none means the defaults.

    Returns:
        LDIAM or SAXIS for each lesion with a length, SDIAM for complete sums and MDIAM for the sum of
        what was measured; for patients with an injected lesion SUMINJ and SUMNINJ, whose baseline and
        nadir are those of the lesions that are in the category at that assessment; millimetres. INJFL
        says whether the lesion had been injected when it was scanned. ANL01FL marks the target lengths
        and complete sums on which the response rests.

    Reference:
        RECIST 1.1, section 4.3 (doi:10.1016/j.ejca.2008.10.026).
    """
    chosen = settings or ResponseSettings()
    rows = pl.concat([_list_lesions(assessments, chosen), _list_sums(assessments)], how="diagonal")
    referred = _refer(rows.sort(*SERIES, "AVISITN"))
    compared = _compare(pl.concat([referred, _list_category_sums(assessments, chosen)], how="diagonal"))
    days = (pl.col("ADT") - pl.col("REFDT")).dt.total_days()
    finished = (
        compared.join(adsl.select("STUDYID", "USUBJID", "REFDT"), on="USUBJID", how="inner")
        .with_columns(
            PARAM=pl.col("PARAMCD").replace_strict(PARAMETERS, return_dtype=pl.String),
            ADY=days + (days >= 0).cast(pl.Int64),
        )
        .sort("USUBJID", "READER", "PARAMCD", "TRLNKID", "AVISITN")
    )
    return TumourAnalysis.validate(finished.select(TumourAnalysis.column_names()), cast=True)


def _list_lesions(assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings) -> pl.DataFrame:
    target = pl.col("LSROLE") == "TARGET"
    return assessments.filter(pl.col("LSTENTH").is_not_null()).select(
        *ASSESSMENT,
        "ADT",
        "ADTF",
        "LSROLE",
        "INJDT",
        TRLNKID=pl.col("TULNKID"),
        PARAMCD=pl.when("LSNODE").then(pl.lit("SAXIS")).otherwise(pl.lit("LDIAM")),
        tenths=pl.col("LSTENTH"),
        INJFL=pl.when(compute_injected(settings)).then(pl.lit("Y")).otherwise(pl.lit("N")),
        ANL01FL=pl.when(target).then(pl.lit("Y")).otherwise(pl.lit("N")),
    )


def _list_sums(assessments: dy.DataFrame[LesionAssessments]) -> pl.DataFrame:
    burden = derive_lesion_burden(assessments).filter(pl.col("TARGETS") > 0)
    sums = {"SDIAM": "SUM", "MDIAM": "MEASURED"}
    used = {"SDIAM": "Y", "MDIAM": "N"}
    return pl.concat(
        burden.filter(pl.col(column).is_not_null(), pl.col("EVALUATED") > 0).select(
            *ASSESSMENT,
            "ADTF",
            ADT=pl.col("LASTDT"),
            LSROLE=pl.lit("TARGET"),
            TRLNKID=pl.lit(""),
            PARAMCD=pl.lit(parameter),
            tenths=pl.col(column),
            ANL01FL=pl.lit(used[parameter]),
        )
        for parameter, column in sums.items()
    )


def _list_category_sums(
    assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
) -> pl.DataFrame:
    """The sum of each category, with the baseline and the nadir of its present members."""
    injected = assessments.filter(pl.col("INJDT").is_not_null()).select(READING).unique()
    concerned = assessments.join(injected, on=READING, how="semi")
    names = derive_record_names(concerned)
    matched = derive_matched_sets(derive_numbered_rows(concerned, names), settings)
    named = matched.burden.rename({RECORD: "SET"}).join(matched.sets, on="SET").join(names, on=RECORD)
    # Baseline is shown for the sets that stand at the first assessment after it.
    stands = pl.col("AVISITN").is_between(pl.col("FIRST"), pl.col("LAST"))
    chosen = (pl.col("AVISITN") == 0) & (pl.col("FIRST") == 1)
    return named.filter(stands | chosen, pl.col("SUM").is_not_null()).select(
        *ASSESSMENT,
        "ADTF",
        ADT=pl.col("LASTDT"),
        LSROLE=pl.lit("TARGET"),
        TRLNKID=pl.lit(""),
        PARAMCD=pl.col("CATEGORY").replace_strict(CATEGORY_SUMS, return_dtype=pl.String),
        tenths=pl.col("SUM"),
        ANL01FL=pl.lit("Y"),
        base=pl.col("BASESUM"),
        nadir=pl.col("NADIR"),
    )


def _refer(rows: pl.DataFrame) -> pl.DataFrame:
    """The baseline and the smallest earlier value of each series."""
    return rows.with_columns(
        base=pl.col("tenths").filter(pl.col("AVISITN") == 0).first().over(SERIES),
        nadir=pl.col("tenths").cum_min().shift(1).over(SERIES),
    )


def _compare(rows: pl.DataFrame) -> pl.DataFrame:
    """Changes from baseline and from the smallest earlier value; whole tenths until the last step."""
    change, from_nadir = pl.col("tenths") - pl.col("base"), pl.col("tenths") - pl.col("nadir")
    after_baseline = pl.col("AVISITN") > 0
    return rows.with_columns(
        AVAL=pl.col("tenths") / 10,
        BASE=pl.col("base") / 10,
        CHG=pl.when(after_baseline).then(change / 10),
        PCHG=pl.when(after_baseline, pl.col("base") > 0).then(100 * change / pl.col("base")),
        NADIR=pl.when(pl.col("base").is_not_null()).then(pl.col("nadir") / 10),
        CHGNAD=pl.when(pl.col("base").is_not_null()).then(from_nadir / 10),
        PCHGNAD=pl.when(pl.col("base").is_not_null(), pl.col("nadir") > 0).then(
            100 * from_nadir / pl.col("nadir")
        ),
    )
