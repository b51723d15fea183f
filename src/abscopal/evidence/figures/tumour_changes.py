"""Changes of the sum of target diameters, patient by patient, as the response figures draw them."""

import polars as pl

from abscopal.errors import ImpossibleStateError
from abscopal.evidence.figures.appearance import RESPONSE_MARKS

DENSE_FROM = 151
"""Number of patients from which single patients are no longer told apart in a figure."""

THRESHOLDS = (-30.0, 20.0)
"""Per cent change of a partial response and of progression (RECIST 1.1, section 4.3.1)."""

NOT_EVALUABLE = "NE"


def derive_sum_changes(
    adtr: pl.DataFrame, adrs: pl.DataFrame, adsl: pl.DataFrame, *, sum_parameter: str, best_response: str
) -> pl.DataFrame:
    """Join each change of the sum with the arm and the best response of its patient.

    Args:
        adtr: ADTR rows of one reader: USUBJID, PARAMCD, AVISITN, ADY, PCHG, ANL01FL.
        adrs: ADRS rows of the same reader and one criterion: USUBJID, PARAMCD, AVALC.
        adsl: one row per patient: USUBJID, TRT01P; only these patients are kept.
        sum_parameter: PARAMCD of the sum in `adtr`.
        best_response: PARAMCD of the best response in `adrs`.

    Returns:
        One row per patient and assessment after baseline that has a change and is used in the analysis:
        USUBJID, TRT01P, BESTRESP, ADY, PCHG, in order of patient and day. A patient without a best
        response, or with one that is no category of RECIST 1.1 or iRECIST, has NE.

    Example:
        >>> adsl = pl.DataFrame({"USUBJID": ["P1", "P2"], "TRT01P": ["A", "A"]})
        >>> adrs = pl.DataFrame({"USUBJID": ["P1"], "PARAMCD": ["BOR"], "AVALC": ["PR"]})
        >>> adtr = pl.DataFrame({
        ...     "USUBJID": ["P1", "P1", "P1"], "PARAMCD": ["SDIAM"] * 3, "AVISITN": [0, 1, 2],
        ...     "ADY": [-5, 43, 85], "PCHG": [0.0, -40.0, None], "ANL01FL": ["Y"] * 3,
        ... })
        >>> derive_sum_changes(adtr, adrs, adsl, sum_parameter="SDIAM", best_response="BOR").rows()
        [('P1', 'A', 'PR', 43, -40.0)]
    """
    best = adrs.filter(pl.col("PARAMCD") == best_response).select("USUBJID", BESTRESP="AVALC")
    if best["USUBJID"].is_duplicated().any():
        raise ImpossibleStateError(
            f"{best_response}: two best responses for one patient, choose a reader first."
        )
    arm = pl.col("TRT01P").fill_null("") if "TRT01P" in adsl.columns else pl.lit("")
    used = adtr.filter(
        pl.col("PARAMCD") == sum_parameter,
        pl.col("AVISITN") > 0,
        pl.col("PCHG").is_not_null(),
        pl.col("ADY").is_not_null(),
        pl.col("ANL01FL").eq_missing("Y"),
    )
    return (
        used.join(adsl.select("USUBJID", TRT01P=arm), on="USUBJID", how="inner")
        .join(best, on="USUBJID", how="left")
        .select(
            "USUBJID",
            "TRT01P",
            pl.when(pl.col("BESTRESP").is_in(list(RESPONSE_MARKS)))
            .then("BESTRESP")
            .otherwise(pl.lit(NOT_EVALUABLE)),
            "ADY",
            pl.col("PCHG").cast(pl.Float64),
        )
        .sort("USUBJID", "ADY")
    )
