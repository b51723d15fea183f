"""The simulated lesions as a study writes them down: TU names them, TR measures them, EX dates their injections."""

from dataclasses import dataclass
from typing import Any

import dataframely as dy
import polars as pl

from abscopal.derivations.response.lesion_assessments import derive_lesion_assessments
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments, SubjectLevel
from abscopal.tables.sdtm.ex import Exposure
from abscopal.tables.sdtm.tr import TumourResults
from abscopal.tables.sdtm.tu import TumourIdentification


@dataclass(frozen=True, slots=True)
class LesionTables:
    """What was written down of the lesions of a study."""

    tu: dy.DataFrame[TumourIdentification]
    tr: dy.DataFrame[TumourResults]
    ex: dy.DataFrame[Exposure]

    def line_up(self, adsl: dy.DataFrame[SubjectLevel]) -> dy.DataFrame[LesionAssessments]:
        """Every lesion at every assessment, as read from the tables."""
        return derive_lesion_assessments(
            self.tu, self.tr, adsl, exposure=self.ex, settings=ResponseSettings()
        )


def write_down(lesions: dy.DataFrame[LesionAssessments]) -> LesionTables:
    """The tables that would give these lesions."""
    is_target = pl.col("LSROLE") == "TARGET"
    length = pl.when("LSNODE").then(pl.lit("SAXIS")).otherwise(pl.lit("LDIAM"))
    number = pl.int_range(1, pl.len() + 1).over("USUBJID")
    visit = pl.col("AVISITN").cast(pl.Float64)
    day = pl.col("ADT").cast(pl.String)
    results = lesions.select(
        "USUBJID", STUDYID=pl.lit("B"), DOMAIN=pl.lit("TR"), TRGRPID="LSROLE", TRLNKID="TULNKID", LSCHANGE="LSCHANGE",
        TRTESTCD=pl.when(is_target).then(length).otherwise(pl.lit("TUMSTATE")), TRTEST=pl.lit("Test"),
        TRSTRESN=pl.when(is_target).then(pl.col("LSTENTH") / 10),
        TRSTRESC=pl.when(~is_target).then("LSSTATE"),
        TRSTAT=pl.when(pl.col("LSSTATE") == "NOT_EVALUATED").then(pl.lit("NOT DONE")),
        TREVAL="READER", TRACPTFL="ACCFL", VISITNUM=visit, TRDTC=day,
    )  # fmt: skip
    # What a reader says of a change since the last scan is a row of its own.
    changes = results.filter(pl.col("LSCHANGE").is_not_null(), pl.col("TRSTAT").is_null()).with_columns(
        TRTESTCD=pl.lit("TUMCHG"), TRSTRESC="LSCHANGE"
    )
    tr = pl.concat([results, changes]).drop("LSCHANGE").with_columns(TRSEQ=number)
    first = lesions.sort("AVISITN").unique(["USUBJID", "TULNKID"], keep="first", maintain_order=True)
    tu = first.select(
        "USUBJID", "TULNKID", STUDYID=pl.lit("B"), DOMAIN=pl.lit("TU"), TUSEQ=number, TUTESTCD=pl.lit("TUMIDENT"),
        TUTEST=pl.lit("Tumor Identification"), TUSTRESC="LSROLE",
        TULOC=pl.when("LSNODE").then(pl.lit("LYMPH NODE")).otherwise("LSLOC"),
        TUEVAL="READER", TUACPTFL="ACCFL", VISITNUM=visit, TUDTC=day,
    )  # fmt: skip
    ex = first.filter(pl.col("INJDT").is_not_null()).select(
        "USUBJID", STUDYID=pl.lit("B"), DOMAIN=pl.lit("EX"), EXSEQ=number, EXTRT=pl.lit("IPILIMUMAB"),
        EXROUTE=pl.lit("INTRATUMORAL"), EXLNKID="TULNKID", EXSTDTC=pl.col("INJDT").cast(pl.String),
    )  # fmt: skip
    return LesionTables(_fill(TumourIdentification, tu), _fill(TumourResults, tr), _fill(Exposure, ex))


def _fill(schema: Any, rows: pl.DataFrame) -> Any:
    """The rows with every column of their table."""
    return schema.validate(pl.concat([schema.create_empty(), rows], how="diagonal_relaxed"), cast=True)
