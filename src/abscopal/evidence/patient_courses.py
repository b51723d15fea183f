"""What the page of one patient shows: lesions, injections, responses by every criterion, and why each was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.explanations import explain_responses
from abscopal.evidence.analysis import Analysis
from abscopal.evidence.figures.course_data import LesionCourse, date_assessments, list_lesion_courses
from abscopal.evidence.plan.readers import ACCEPTED, choose_reader
from abscopal.evidence.typography import Language

OVERALL, BEST = "OVR", ("BOR", "CBOR")
LEVELS = ("TRG", "NTRG", "NEWL")
MOST_DRAWN = 300  # patients; more make a page that nobody opens and figures that nobody reads
"""Beginnings of the parameters of single levels, whose reasons the overall sentence repeats."""


@dataclass(frozen=True, slots=True)
class ExplainedResponse:
    """One response with the sentence that explains it.

    Args:
        criterion: identifier of the criterion.
        parameter: PARAMCD: OVR, or another parameter that the criterion adds.
        label: PARAM.
        assessment: number of the assessment; -1 for the best response of the patient.
        date: date of the response.
        day: its study day.
        code: the response.
        sentence: why, with its numbers; empty where the criterion gives none.
    """

    criterion: str
    parameter: str
    label: str
    assessment: int
    date: Any
    day: int | None
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RowsSetApart:
    """Rows of one patient that break one rule.

    Args:
        table: name of the table, in capitals.
        rule: the rule.
        message: what is wrong and what to do, in English.
        rows: their numbers in the source, from 1.
    """

    table: str
    rule: str
    message: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PatientCourse:
    """Everything that the page of a patient shows.

    Args:
        label: the patient's number as the study prints it.
        arm: planned arm; None where unknown.
        lesions: targets, non-targets, new lesions.
        injections: days of the injections of each lesion.
        responses: by criterion and assessment, best responses last.
        set_apart: rows of the patient that were not used: table, rule, message, numbers of the rows.
        doubts: what would be questioned about the patient's lesions, in a sentence each.
    """

    label: str
    arm: str | None
    lesions: tuple[LesionCourse, ...]
    injections: Mapping[str, tuple[int, ...]]
    responses: tuple[ExplainedResponse, ...]
    set_apart: tuple[RowsSetApart, ...] = ()
    doubts: tuple[str, ...] = ()

    def list_codes(self) -> dict[tuple[str, str], tuple[tuple[int, str], ...]]:
        """The responses of each criterion and parameter, such as OVR, on the days of the assessments."""
        days = date_assessments(self.lesions)
        codes: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for response in self.responses:
            if response.parameter.startswith(OVERALL) and response.assessment in days:
                key = (response.criterion, response.parameter)
                codes.setdefault(key, []).append((days[response.assessment], response.code))
        return {key: tuple(found) for key, found in codes.items()}


def list_courses(analysis: Analysis) -> dict[str, tuple[LesionCourse, ...]]:
    """Gather the lesions of every enrolled patient, as the accepted reader saw them.

    Returns:
        The lesions by the number that the study prints; empty without lesions, or where several readers read and
        none is accepted.
    """
    lesions = analysis.tables.get("assessments")
    chosen = None
    if lesions is not None:
        chosen = choose_reader(lesions, analysis.tables.get(ACCEPTED))
    if chosen is None:
        return {}
    enrolled = analysis.tables["adsl"].filter(pl.col("ENRLFL") == "Y")
    courses = list_lesion_courses(chosen, enrolled)
    labels = label_patients(analysis.tables["adsl"])
    return dict(sorted((labels[patient], own) for patient, own in courses.items()))


def label_patients(adsl: pl.DataFrame) -> dict[str, str]:
    """The number of each patient as the study prints it: SUBJID, or USUBJID where SUBJID is missing or shared.

    Example:
        >>> label_patients(pl.DataFrame({"USUBJID": ["S-1", "S-2"], "SUBJID": ["1", "2"]}))
        {'S-1': '1', 'S-2': '2'}
    """
    own = adsl["SUBJID"]
    column = "USUBJID" if own.null_count() or own.is_duplicated().any() else "SUBJID"
    return dict(adsl.select("USUBJID", pl.col(column).alias("LABEL")).iter_rows())


def list_patient_courses(analysis: Analysis, *, language: Language) -> tuple[PatientCourse, ...]:
    """Gather what the page of each patient shows, patients in order of their numbers.

    Args:
        analysis: the analysis.
        language: of the sentences.

    Returns:
        One entry per enrolled patient with a lesion; beyond `MOST_DRAWN` patients without responses.
    """
    courses = list_courses(analysis)
    labels = label_patients(analysis.tables["adsl"])
    arms = {
        labels[patient]: arm
        for patient, arm in analysis.tables["adsl"].select("USUBJID", "TRT01P").iter_rows()
    }
    injections = _list_injections(analysis, labels)
    drawn = set(list(courses)[:MOST_DRAWN])
    responses = _list_responses(
        analysis, {patient: label for patient, label in labels.items() if label in drawn}, language
    )
    set_apart, doubts = _list_set_apart(analysis, labels), _list_doubts(analysis, labels, language)
    return tuple(
        PatientCourse(
            label,
            arms.get(label),
            lesions,
            injections.get(label, {}),
            tuple(responses.get(label, ())),
            tuple(set_apart.get(label, ())),
            tuple(doubts.get(label, ())),
        )
        for label, lesions in courses.items()
    )


def _list_set_apart(analysis: Analysis, labels: Mapping[str, str]) -> dict[str, list[RowsSetApart]]:
    """The rows of each patient that admission set apart, those of one rule together."""
    found: dict[str, list[RowsSetApart]] = {}
    grouped = (
        analysis.set_apart.filter(pl.col("USUBJID").is_in(list(labels)))
        .group_by("USUBJID", "DOMAIN", "RULE", "MESSAGE")
        .agg(pl.col("ROW").unique().sort())
        .sort("USUBJID", "DOMAIN", "RULE", "MESSAGE")
    )
    for patient, table, rule, message, rows in grouped.iter_rows():
        found.setdefault(labels[patient], []).append(RowsSetApart(table, rule, message, tuple(rows)))
    return found


def _list_doubts(analysis: Analysis, labels: Mapping[str, str], language: Language) -> dict[str, list[str]]:
    """What would be questioned about the lesions of each patient, as whoever read them saw them."""
    doubts = analysis.tables.get("baseline_doubts")
    found: dict[str, list[str]] = {}
    if doubts is None:
        return found
    message = "MESSAGEFR" if language == "fr" else "MESSAGE"
    for patient, sentence in doubts.select("USUBJID", message).unique(maintain_order=True).iter_rows():
        if patient in labels:
            found.setdefault(labels[patient], []).append(sentence)
    return found


def _list_injections(analysis: Analysis, labels: Mapping[str, str]) -> dict[str, dict[str, tuple[int, ...]]]:
    doses = analysis.tables.get("adex")
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    if doses is None:
        return found
    injected = (
        doses.filter(
            pl.col("PARAMCD") == "DOSE", pl.col("EXLNKID").is_not_null(), pl.col("ASTDY").is_not_null()
        )
        .group_by("USUBJID", "EXLNKID")
        .agg(pl.col("ASTDY").unique().sort())
        .sort("USUBJID", "EXLNKID")
    )
    for patient, lesion, days in injected.iter_rows():
        if patient in labels:
            found.setdefault(labels[patient], {})[lesion] = tuple(days)
    return found


def _list_responses(
    analysis: Analysis, labels: Mapping[str, str], language: Language
) -> dict[str, list[ExplainedResponse]]:
    """Every response of the accepted reader but those of single levels, whose reasons the overall one repeats."""
    responses = analysis.tables.get("adrs")
    found: dict[str, list[ExplainedResponse]] = {}
    if responses is None:
        return found
    lesions: Any = analysis.tables.get("assessments")
    for criterion in CRITERIA:
        own: Any = responses.filter(
            pl.col("CRITERION") == criterion.name, pl.col("USUBJID").is_in(list(labels))
        )
        chosen: Any = choose_reader(own, analysis.tables.get(ACCEPTED))
        if chosen is None or chosen.is_empty():
            continue
        is_level = pl.any_horizontal(pl.col("PARAMCD").str.starts_with(level) for level in LEVELS)
        explained = (
            explain_responses(chosen, criterion=criterion, language=language, assessments=lesions)
            .filter(
                pl.col("AVALC").is_not_null(),
                ~is_level,
                (pl.col("AVISITN") > 0) | pl.col("EXPLANATION").is_not_null(),
            )
            .sort("USUBJID", pl.col("AVISITN") < 0, "AVISITN", pl.col("PARAMCD") != OVERALL, "PARAMCD")
        )
        columns = ("USUBJID", "PARAMCD", "PARAM", "AVISITN", "ADT", "ADY", "AVALC", "EXPLANATION")
        for patient, parameter, label, visit, date, day, code, sentence in explained.select(
            columns
        ).iter_rows():
            found.setdefault(labels[patient], []).append(
                ExplainedResponse(criterion.name, parameter, label, visit, date, day, code, sentence or "")
            )
    return found
