"""What TR says of a lesion at a scan beside its length: the product of its two diameters, and the method."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.lesion_assessments import derive_dated_results
from abscopal.derivations.response.lesion_states import compute_tenths
from abscopal.derivations.response.records import READING
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.sdtm.tr import TumourResults

LONG, ACROSS = ["LDIAM", "DIAMETER"], ["LPERP", "SAXIS"]
SCAN = [*READING, "TULNKID", "ADT"]


def derive_lesion_scans(tr: dy.DataFrame[TumourResults], settings: ResponseSettings) -> pl.DataFrame:
    """Multiply the two diameters of each lesion at each scan; without both there is no product.

    The products of the fragments of a split lesion are added; a fragment without one leaves the whole unknown.

    Args:
        tr: measurements, lengths in millimetres.
        settings: the readings of the rules in force, for partial dates.

    Returns:
        USUBJID, READER, TULNKID, ADT, PRODUCT (hundredths of a square millimetre) and METHOD.

    Reference:
        Andtbacka et al. 2016 (doi:10.1245/s10434-016-5286-0): the product of the two largest perpendicular diameters.
    """
    done = (pl.col("TRSTAT") != "NOT DONE").fill_null(True)
    results = derive_dated_results(tr, settings).filter(done)

    def length(tests: list[str]) -> pl.Expr:
        return pl.col("TRSTRESN").filter(pl.col("TRTESTCD").is_in(tests)).drop_nulls().last()

    pieces = results.group_by(*SCAN, "PIECE").agg(
        PRODUCT=compute_tenths(length(LONG)) * compute_tenths(length(ACROSS)),
        METHOD=pl.col("TRMETHOD").drop_nulls().last(),
    )
    return (
        pieces.group_by(SCAN)
        .agg(
            PRODUCT=pl.when(pl.col("PRODUCT").is_not_null().all()).then(pl.col("PRODUCT").sum()),
            METHOD=pl.col("METHOD").drop_nulls().last(),
        )
        .sort(SCAN)
    )
