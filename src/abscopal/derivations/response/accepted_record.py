"""Whose reading of a patient is accepted: by name, by flag, by an adjudicator, or by the majority."""

from dataclasses import dataclass
from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.derivations.response.reader_answers import ReaderAnswers
from abscopal.errors import OptionError
from abscopal.tables.columns import key_text, required_text, text

AcceptanceRule = Literal["accepted_flag", "named_reader", "adjudicated", "majority"]

ACCEPTANCE_REASONS: dict[str, tuple[str, str]] = {
    "NAMED": ("the reader named by the study", "le lecteur que nomme l’étude"),
    "FLAGGED": ("the reader flagged in the tables", "le lecteur marqué dans les tables"),
    "ONLY_READER": ("the only reader, nobody being flagged", "le seul lecteur, aucun n’étant marqué"),
    "READERS_AGREE": ("the two readers agree", "les deux lecteurs sont d’accord"),
    "ADJUDICATED": (
        "the two readers disagree: the adjudicator",
        "désaccord des deux lecteurs : l’adjudicateur",
    ),
    "MAJORITY": ("most readers agree", "la majorité des lecteurs est d’accord"),
    "NOBODY_READ": (
        "nobody read a scan: every reader says the same",
        "personne n’a lu d’examen : tous les lecteurs disent la même chose",
    ),
    "NAMED_DID_NOT_READ": (
        "the reader named by the study read none of the scans, others did",
        "le lecteur que nomme l’étude n’a lu aucun examen, d’autres en ont lu",
    ),
    "NONE_FLAGGED": ("no reader is flagged in the tables", "aucun lecteur n’est marqué dans les tables"),
    "SEVERAL_FLAGGED": ("several readers are flagged", "plusieurs lecteurs sont marqués"),
    "READER_MISSING": ("one of the two readers read no scan", "l’un des deux lecteurs n’a lu aucun examen"),
    "NOT_ADJUDICATED": (
        "the two readers disagree and the adjudicator read no scan",
        "désaccord des deux lecteurs, et l’adjudicateur n’a lu aucun examen",
    ),
    "NO_MAJORITY": ("no majority of the readers agrees", "aucune majorité des lecteurs n’est d’accord"),
}
"""Why a record is accepted, or why nobody's is: English, French."""


class AcceptedRecords(dy.Schema):
    """The reader whose record of one patient is accepted, or nobody, and why."""

    USUBJID = key_text("Patient identifier, unique across studies")
    READER = text("The reader whose record is accepted; empty where nobody's is")
    REASON = required_text("Why, a key of ACCEPTANCE_REASONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """How a study chooses among its readers.

    Args:
        rule: accepted_flag, the reader flagged in the tables; named_reader, always the same; adjudicated, two readers
            and a third who decides where they disagree; majority, what most readers say.
        readers: the readers in the order in which one of several who agree is taken; empty for those of the tables,
            in alphabetical order.
        reader: the named reader; under adjudicated, the one of the two whose record stands where they agree, else
            the first.
        adjudicator: the reader who decides under adjudicated.
        days_apart: days by which two dates of progression may differ and still agree.

    Raises:
        OptionError: the rule needs a reader that is not named.

    Example:
        >>> Acceptance(rule="adjudicated", readers=("A", "B"), adjudicator="C").days_apart
        0
    """

    rule: AcceptanceRule
    readers: tuple[str, ...] = ()
    reader: str | None = None
    adjudicator: str | None = None
    days_apart: int = 0

    def __post_init__(self) -> None:
        wanted = {"named_reader": "reader", "adjudicated": "adjudicator"}.get(self.rule)
        if wanted and getattr(self, wanted) is None:
            raise OptionError(
                f"the rule {self.rule} names no {wanted}.",
                where="accepted reader",
                remedy=f"Name the {wanted} as in READER, or choose another rule.",
            )


def derive_accepted_records(
    answers: dy.DataFrame[ReaderAnswers], *, acceptance: Acceptance
) -> dy.DataFrame[AcceptedRecords]:
    """Choose the reader whose record of each patient is accepted; where the rule accepts nobody, say why.

    Two readers agree on a patient when they give the same best response and the same progression: none, or one on
    the same date. Of several who agree the first is taken, so that one whole record stands and none is mixed.

    Args:
        answers: what each reader says of each patient.
        acceptance: the rule of the study.

    Returns:
        One row per patient, in key order; READER is empty where nobody's record is accepted.

    Raises:
        OptionError: the rule needs two readers beside the adjudicator, and there are others.

    Reference:
        FDA, Clinical Trial Imaging Endpoint Process Standards, guidance for industry (2018; as recalled, not read
        again), for two readers and an adjudicator. Which of two concordant records stands, and what agreement
        is, are our reading.

    Example:
        >>> answers = ReaderAnswers.validate(pl.DataFrame({
        ...     "USUBJID": ["P1"] * 3 + ["P2"] * 3, "READER": ["A", "B", "C"] * 2, "ISREAD": True,
        ...     "ACCFL": None, "BESTRESP": ["PR", "PR", "SD", "PR", "SD", "SD"], "PDDT": None}), cast=True)
        >>> rule = Acceptance(rule="adjudicated", readers=("A", "B"), adjudicator="C")
        >>> derive_accepted_records(answers, acceptance=rule).rows()
        [('P1', 'A', 'READERS_AGREE'), ('P2', 'C', 'ADJUDICATED')]
    """
    chosen = _CHOICES[acceptance.rule](answers, acceptance)
    order = _order_readers(answers, acceptance)
    everyone = answers.group_by("USUBJID").agg(ISREAD=pl.col("ISREAD").any())
    unread = ~pl.col("ISREAD") & pl.lit(bool(order))
    first = acceptance.reader or (order[0] if order else None)
    rows = everyone.join(chosen, on="USUBJID", how="left").with_columns(
        READER=pl.when(unread).then(pl.lit(first, dtype=pl.String)).otherwise("READER"),
        REASON=pl.when(unread).then(pl.lit("NOBODY_READ")).otherwise("REASON"),
    )
    return AcceptedRecords.validate(rows.sort("USUBJID").select(AcceptedRecords.column_names()), cast=True)


def _order_readers(answers: pl.DataFrame, acceptance: Acceptance) -> list[str]:
    found = sorted(answers["READER"].unique())
    named = [reader for reader in acceptance.readers if reader in found]
    return named if acceptance.readers else found


def _choose_flagged(answers: pl.DataFrame, acceptance: Acceptance) -> pl.DataFrame:
    read = pl.col("ISREAD")
    flagged = read & (pl.col("ACCFL") == "Y").fill_null(False)
    alone = (read.sum() == 1) & pl.col("ACCFL").filter(read).is_null().all()
    return _decide(
        answers.group_by("USUBJID").agg(
            FLAGGED=flagged.sum(),
            ALONE=alone,
            CHOSEN=pl.col("READER").filter(flagged).first(),
            ONLY=pl.col("READER").filter(read).first(),
        ),
        ("FLAGGED", pl.col("FLAGGED") == 1, pl.col("CHOSEN")),
        ("SEVERAL_FLAGGED", pl.col("FLAGGED") > 1, None),
        ("ONLY_READER", pl.col("ALONE"), pl.col("ONLY")),
        ("NONE_FLAGGED", pl.lit(True), None),
    )


def _choose_named(answers: pl.DataFrame, acceptance: Acceptance) -> pl.DataFrame:
    has_read = (pl.col("READER") == acceptance.reader) & pl.col("ISREAD")
    return _decide(
        answers.group_by("USUBJID").agg(HASREAD=has_read.any()),
        ("NAMED", pl.col("HASREAD"), pl.lit(acceptance.reader)),
        ("NAMED_DID_NOT_READ", pl.lit(True), None),
    )


def _choose_adjudicated(answers: pl.DataFrame, acceptance: Acceptance) -> pl.DataFrame:
    pair = [name for name in _order_readers(answers, acceptance) if name != acceptance.adjudicator]
    named = [name for name in acceptance.readers or pair if name != acceptance.adjudicator]
    if len(named) != 2 and answers.height:
        raise OptionError(
            f"beside the adjudicator there are {len(named)} readers, and the rule needs two.",
            where="accepted reader",
            remedy="List the two readers of the study, or choose the rule majority.",
        )
    preferred = acceptance.reader or (named[0] if named else None)
    agreeing = _count_agreeing(answers.filter(pl.col("READER").is_in(named)), acceptance.days_apart)
    adjudicated = (pl.col("READER") == acceptance.adjudicator) & pl.col("ISREAD")
    patients = (
        answers.group_by("USUBJID")
        .agg(ADJUDICATED=adjudicated.any())
        .join(
            agreeing.group_by("USUBJID").agg(READ=pl.len(), AGREE=(pl.col("AGREEING") == 2).all()),
            on="USUBJID",
            how="left",
        )
    )
    return _decide(
        patients,
        ("READER_MISSING", (pl.col("READ") < 2).fill_null(True), None),
        ("READERS_AGREE", pl.col("AGREE"), pl.lit(preferred)),
        ("ADJUDICATED", pl.col("ADJUDICATED"), pl.lit(acceptance.adjudicator)),
        ("NOT_ADJUDICATED", pl.lit(True), None),
    )


def _choose_majority(answers: pl.DataFrame, acceptance: Acceptance) -> pl.DataFrame:
    order = _order_readers(answers, acceptance)
    asked = len(acceptance.readers or order)
    place = {reader: number for number, reader in enumerate(order)}
    agreeing = _count_agreeing(answers.filter(pl.col("READER").is_in(order)), acceptance.days_apart)
    first = (
        agreeing.filter(pl.col("AGREEING") * 2 > asked)
        .sort("USUBJID", pl.col("READER").replace_strict(place, return_dtype=pl.Int64))
        .unique("USUBJID", keep="first", maintain_order=True)
        .select("USUBJID", CHOSEN="READER")
    )
    return _decide(
        answers.select("USUBJID").unique().join(first, on="USUBJID", how="left"),
        ("MAJORITY", pl.col("CHOSEN").is_not_null(), pl.col("CHOSEN")),
        ("NO_MAJORITY", pl.lit(True), None),
    )


def _count_agreeing(answers: pl.DataFrame, days_apart: int) -> pl.DataFrame:
    """How many readers of the patient, this one included, say what this reader says."""
    read = answers.filter("ISREAD").select("USUBJID", "READER", "BESTRESP", "PDDT")
    apart = (pl.col("PDDT") - pl.col("PDDT_OTHER")).dt.total_days().abs()
    neither = pl.col("PDDT").is_null() & pl.col("PDDT_OTHER").is_null()
    agrees = pl.col("BESTRESP").eq_missing(pl.col("BESTRESP_OTHER")) & (
        neither | (apart <= days_apart).fill_null(False)
    )
    return (
        read.join(read, on="USUBJID", suffix="_OTHER")
        .group_by("USUBJID", "READER")
        .agg(AGREEING=agrees.sum().cast(pl.Int64))
    )


def _decide(patients: pl.DataFrame, *cases: tuple[str, pl.Expr, pl.Expr | None]) -> pl.DataFrame:
    """The first case that holds gives the reason and the reader."""
    nobody = pl.lit(None, dtype=pl.String)
    reason = pl.coalesce(pl.when(condition).then(pl.lit(code)) for code, condition, _ in cases)
    reader = pl.coalesce(
        pl.when(pl.col("REASON") == code).then(nobody if chosen is None else chosen)
        for code, _, chosen in cases
    )
    return patients.with_columns(REASON=reason).select("USUBJID", "REASON", READER=reader)


_CHOICES = {
    "accepted_flag": _choose_flagged,
    "named_reader": _choose_named,
    "adjudicated": _choose_adjudicated,
    "majority": _choose_majority,
}
