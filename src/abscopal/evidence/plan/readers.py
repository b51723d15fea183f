"""Whose reading of the scans the numbers rest on; readings are never pooled."""

from collections.abc import Mapping

import polars as pl

from abscopal.derivations.response.accepted_record import Acceptance, derive_accepted_records
from abscopal.derivations.response.reader_answers import (
    BestParameter,
    ReaderAnswers,
    derive_reader_answers,
)
from abscopal.protocol.lesions import LesionRules

ACCEPTED = "accepted_records"
CHOSEN_BY_ANSWERS = ("adjudicated", "majority")
NOBODY_READ = "NOBODY_READ"


def name_acceptance(lesions: LesionRules) -> Acceptance:
    """Turn the study's rule on readers into the arguments of the derivation.

    Args:
        lesions: rules of measurement and reading of the study.

    Returns:
        The rule.
    """
    accepted = lesions.accepted_reader
    return Acceptance(
        rule=accepted.rule,
        readers=lesions.readers if accepted.rule in CHOSEN_BY_ANSWERS else (),
        reader=accepted.reader,
        adjudicator=accepted.adjudicator,
        days_apart=accepted.agree_within_days,
    )


def name_best_parameter(lesions: LesionRules) -> BestParameter:
    """The best response that the study counts: confirmed where its file requires confirmation."""
    return "CBOR" if lesions.settings.confirmation_required.value else "BOR"


def derive_acceptance(tables: Mapping[str, pl.DataFrame], lesions: LesionRules) -> pl.DataFrame | None:
    """Say for each patient whose record is accepted, by the answers under the primary criterion.

    Without responses by that criterion, a rule that looks at flags or names is applied to the lesions.

    Args:
        tables: analysis tables; ADRS, else the lesion assessments.
        lesions: rules of measurement and reading of the study.

    Returns:
        USUBJID, READER (empty where nobody is accepted) and REASON; None without any reading.
    """
    adrs, found = tables.get("adrs"), tables.get("assessments")
    if adrs is not None and not adrs.filter(pl.col("CRITERION") == lesions.primary_criterion).is_empty():
        answers = derive_reader_answers(
            adrs,  # type: ignore[arg-type]
            criterion=lesions.primary_criterion,
            best=name_best_parameter(lesions),
        )
    elif found is not None:
        read = found.group_by("USUBJID", "READER").agg(pl.col("ACCFL").max())
        answers = ReaderAnswers.validate(
            read.select(
                "USUBJID",
                "READER",
                ISREAD=pl.lit(True),
                ACCFL="ACCFL",
                BESTRESP=pl.lit(None, dtype=pl.String),
                PDDT=pl.lit(None, dtype=pl.Date),
            )
        )
    else:
        return None
    return derive_accepted_records(answers, acceptance=name_acceptance(lesions))


def choose_reader(rows: pl.DataFrame, accepted: pl.DataFrame | None) -> pl.DataFrame | None:
    """Keep, for each patient, the rows of the reader whose record is accepted.

    Args:
        rows: any table with USUBJID and READER.
        accepted: whose record is accepted: USUBJID, READER and REASON.

    Returns:
        The rows of one reader per patient; patients of whom nobody's record is accepted have none. None where
        nobody's is accepted in any patient.

    Example:
        >>> rows = pl.DataFrame({"USUBJID": ["P1", "P1"], "READER": ["A", "B"], "AVALC": ["PR", "SD"]})
        >>> accepted = pl.DataFrame({"USUBJID": ["P1"], "READER": ["A"], "REASON": ["NAMED"]})
        >>> choose_reader(rows, accepted)["AVALC"].to_list()
        ['PR']
        >>> nobody = accepted.with_columns(READER=pl.lit(None, dtype=pl.String), REASON=pl.lit("NONE_FLAGGED"))
        >>> choose_reader(rows, nobody) is None
        True
    """
    if accepted is None or is_nobody_accepted(accepted):
        return None
    return rows.join(accepted.select("USUBJID", "READER"), on=["USUBJID", "READER"], how="semi")


def is_nobody_accepted(accepted: pl.DataFrame) -> bool:
    """Whether patients were read, and of none of them a record is accepted."""
    read = accepted.filter(pl.col("REASON") != NOBODY_READ)
    return bool(read.height and read["READER"].is_null().all())


def flag_accepted(rows: pl.DataFrame, accepted: pl.DataFrame) -> pl.DataFrame:
    """Write into ACCFL what the answers of the readers decided, in place of what the tables said.

    Args:
        rows: any table with USUBJID, READER and ACCFL.
        accepted: whose record is accepted.

    Returns:
        The same rows; Y for the accepted record of a patient, N for any other.
    """
    chosen = accepted.filter(pl.col("READER").is_not_null()).select("USUBJID", "READER", CHOSEN=pl.lit("Y"))
    joined = rows.join(chosen, on=["USUBJID", "READER"], how="left", maintain_order="left")
    return joined.with_columns(ACCFL=pl.col("CHOSEN").fill_null("N")).drop("CHOSEN")
