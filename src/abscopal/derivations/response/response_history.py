"""What came before each assessment: an earlier complete response, an earlier response that still holds."""

from typing import Literal

import numpy as np
import polars as pl

from abscopal.derivations.response.confirmation import compute_confirming_rows
from abscopal.derivations.response.records import RECORD, has_come_before, has_come_since
from abscopal.derivations.response.settings import ResponseSettings

HAS_TARGETS = pl.col("TARGETS") > 0
COMPLETE = HAS_TARGETS & (pl.col("EVALUATED") == pl.col("TARGETS"))
NO_TARGET_DISEASE = pl.col("BASESUM").is_not_null() & (pl.col("BASEDISEASED") == 0)
TARGETS_GONE = COMPLETE & (pl.col("DISEASED") == 0) & pl.col("BASESUM").is_not_null() & ~NO_TARGET_DISEASE
NON_TARGETS_GONE = (pl.col("NTEVALUATED") == pl.col("NONTARGETS")) & (pl.col("NTDISEASED") == 0)
# In whole tenths of a millimetre: 27.0 to 32.4 mm is exactly +20 %.
SHRUNK = (pl.col("SUM") * 10 <= pl.col("BASESUM") * 7).fill_null(False)
GROWN = (
    (pl.col("MEASURED") * 10 >= pl.col("NADIR") * 12) & (pl.col("MEASURED") - pl.col("NADIR") >= 50)
).fill_null(False)
PROGRESSED = GROWN & ~TARGETS_GONE
RESPONDING = TARGETS_GONE | (COMPLETE & SHRUNK & ~GROWN)
NO_DISEASE_LEFT = (
    (TARGETS_GONE | ~HAS_TARGETS)
    & NON_TARGETS_GONE
    & ~pl.col("NEWLESION")
    & (pl.col("TARGETS") + pl.col("NONTARGETS") > 0)
    & pl.col("HASBASELINE")
    & (pl.col("AVISITN") > 0)
)


def derive_response_history(
    burden: pl.DataFrame,
    settings: ResponseSettings,
    *,
    after_progression: Literal["ended", "may_return"] = "ended",
) -> pl.DataFrame:
    """Add to each assessment whether a complete response, or a response that holds, came before it.

    Args:
        burden: one row per record and assessment, as `derive_record_burden` gives it, in key order.
        settings: the readings of the rules in force.
        after_progression: progression of the targets has `ended` what was held for good, or a response
            reached again after it `may_return` and holds anew.

    Returns:
        The same rows with AFTERCR (an overall complete response came before) and RESPONSEHELD
        (a target response, confirmed where confirmation is required, came before and no
        progression of the targets since).

    Reference:
        RECIST 1.1, section 4.4 (doi:10.1016/j.ejca.2008.10.026); EORTC RECIST questions and answers.
    """
    flagged = burden.with_columns(
        day=pl.col("LASTDT").to_physical().cast(pl.Int64),
        cleared=NO_DISEASE_LEFT,
        responding=RESPONDING & (pl.col("AVISITN") > 0),
        progressed=PROGRESSED & (pl.col("AVISITN") > 0),
        unknown=~COMPLETE & ~PROGRESSED,
    ).with_columns(starts=_find_start_of_held_response(settings))
    starts, progressed = pl.col("starts"), pl.col("progressed")
    held = (
        has_come_before(starts) & ~has_come_before(progressed)
        if after_progression == "ended"
        else has_come_since(starts, progressed)
    )
    return flagged.with_columns(AFTERCR=has_come_before(pl.col("cleared")), RESPONSEHELD=held)


def _find_start_of_held_response(settings: ResponseSettings) -> pl.Expr:
    """The assessments from which a response is taken to hold."""
    if not settings.confirmation_required:
        return pl.col("responding")

    def mark_confirming(columns: pl.Series) -> pl.Series:
        frame = columns.struct.unnest()
        responding, unknown = frame["responding"].to_numpy(), frame["unknown"].to_numpy()
        progressed = frame["progressed"].to_numpy()
        confirming = compute_confirming_rows(
            frame[RECORD].to_numpy(),
            frame["day"].to_numpy(),
            first=responding,
            second=responding,
            not_evaluable=unknown,
            stable=~(responding | unknown | progressed),
            ends=progressed,
            min_days=settings.confirm_min_days,
            max_not_evaluable=settings.max_ne_between,
            max_stable=int(settings.accept_one_sd_between_pr),
        )
        starts = np.zeros(len(frame), dtype=bool)
        starts[confirming[confirming >= 0]] = True
        return pl.Series(starts)

    return pl.struct(RECORD, "day", "responding", "unknown", "progressed").map_batches(
        mark_confirming, return_dtype=pl.Boolean
    )
