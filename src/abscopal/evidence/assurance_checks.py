"""One check for each kind of expectation about a hand-written patient."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from abscopal.evidence.assurance_outcomes import CheckedExpectation
from abscopal.evidence.assurance_sentences import explain_response, format_date, name_scan
from abscopal.protocol.hand_written_patient import HandWrittenPatient

TIME_PARAMETERS = {
    "overall_survival": "OS",
    "progression_free_survival": "PFS",
    "relapse_free_survival": "RFS",
    "time_to_progression": "TTP",
}
ENDINGS = {0: "event", 1: "censored", 2: "competing"}


@dataclass(frozen=True, slots=True)
class Derived:
    """What expectations are compared with.

    Args:
        tables: analysis tables by lower-case name, with `toxicity` and `pathology` where they were derived.
        criteria: response criteria that the study derives.
        reader: whose reading of the scans decides; empty when nobody's does.
    """

    tables: Mapping[str, pl.DataFrame]
    criteria: tuple[str, ...]
    reader: str = ""

    def rows_of(self, table: str, patient: HandWrittenPatient) -> pl.DataFrame | None:
        """The rows of one patient, or None where the table was not derived."""
        frame = self.tables.get(table)
        return None if frame is None else frame.filter(pl.col("USUBJID") == patient.identifier)


def check_injections(patient: HandWrittenPatient, derived: Derived) -> Iterator[CheckedExpectation]:
    """When each lesion was first injected, by the doses and by the lesions, which must agree."""
    doses, lesions = derived.rows_of("adex", patient), derived.rows_of("adtr", patient)
    for lesion, expected in patient.expected.injected.items():
        if doses is None:
            yield _wait(patient, "injected", "no table of doses was derived")
            continue
        given = doses.filter(
            pl.col("PARAMCD") == "DOSE", pl.col("EXROUTE") == "INTRATUMORAL", pl.col("EXLNKID") == lesion
        )["ASTDT"].drop_nulls()
        dates: set[date | None] = set(given.sort()[:1].to_list()) or {None}
        if lesions is not None:
            dates |= set(lesions.filter(pl.col("TRLNKID") == lesion)["INJDT"].to_list())
        yield _judge(
            patient,
            "injected",
            expected=_say_injection(
                lesion, {None} if expected == "never" else {date.fromisoformat(str(expected))}
            ),
            found=_say_injection(lesion, dates),
        )


def check_visit_responses(patient: HandWrittenPatient, derived: Derived) -> Iterator[CheckedExpectation]:
    """The response at each scan after baseline, criterion by criterion: of the patient, and of each category."""
    wanted = (
        ("OVR", "", patient.expected.responses),
        ("OVRINJ", " of the injected lesions", patient.expected.injected_responses),
        ("OVRNINJ", " of the non-injected lesions", patient.expected.non_injected_responses),
    )
    for parameter, whose, expectations in wanted:
        for criterion, expected in expectations.items():
            yield from _check_scans(patient, derived, criterion, expected, parameter=parameter, whose=whose)


def _check_scans(
    patient: HandWrittenPatient,
    derived: Derived,
    criterion: str,
    expected: tuple[str, ...],
    *,
    parameter: str,
    whose: str,
) -> Iterator[CheckedExpectation]:
    rows, later = derived.rows_of("adrs", patient), patient.scans[1:]
    if criterion not in derived.criteria or rows is None:
        yield _wait(patient, "response_by_scan", f"{criterion} is not derived")
        return
    overall = _select(rows, derived, criterion, parameter).filter(pl.col("AVISITN") > 0)
    if len(expected) != len(later) or overall.height != len(later):
        sentence = (
            f"Patient {patient.identifier} has {len(later)} scans after baseline, "
            f"{len(expected)} expected and {overall.height} derived responses{whose} by {criterion}: "
            "the three numbers must be equal."
        )
        yield CheckedExpectation(patient.identifier, "response_by_scan", "failed", sentence)
    for place, (scan, response) in enumerate(zip(later, expected, strict=False), start=1):
        row = overall.filter(pl.col("ADT") == scan.on)
        found = str(row["AVALC"][0]) if row.height else "missing"
        where = f"{whose.strip()} at {name_scan(place, scan.on)} by {criterion}".strip()
        yield _judge_response(patient, response, found, where=where, about=explain_response(row))


def check_best_responses(patient: HandWrittenPatient, derived: Derived) -> Iterator[CheckedExpectation]:
    """The best response, and the best that a later scan confirmed."""
    rows = derived.rows_of("adrs", patient)
    wanted = (
        ("best_response", "BOR", patient.expected.best_response),
        ("confirmed_best_response", "CBOR", patient.expected.confirmed_best_response),
    )
    for subject, parameter, expectations in wanted:
        words = subject.replace("_", " ")
        for criterion, expected in expectations.items():
            if criterion not in derived.criteria or rows is None:
                yield _wait(patient, subject, f"{criterion} is not derived")
                continue
            row = _select(rows, derived, criterion, parameter)
            found = str(row["AVALC"][0]) if row.height else "missing"
            yield _judge(
                patient,
                subject,
                expected=f"{words} {expected} by {criterion}",
                found=f"{words} {found} by {criterion}",
                about=explain_response(row) or "no row was derived",
            )


def check_toxicity(patient: HandWrittenPatient, derived: Derived) -> Iterator[CheckedExpectation]:
    """Whether a severe treatment-related event began after the first dose, within the window of their version."""
    if patient.expected.severe_toxicity is None:
        return
    rows = derived.rows_of("toxicity", patient)
    if rows is None:
        yield _wait(patient, "severe_toxicity", "no severe toxicity or no window is defined")
        return
    length = f"{rows['DAYS'][0]} days of" if rows.height else "the window after"
    words = f"severe treatment-related toxicity within {length} the first dose"
    about = "the patient was never treated"
    found = f"no {words}"
    if rows.height:
        status, reason, day = rows["STATUS"][0], rows["REASON"][0], rows["ADT"][0]
        about = f"{status}{f' ({reason})' if reason else ''} on {format_date(day)}"
        found = words if status == "EVENT" else found
    expected = words if patient.expected.severe_toxicity else f"no {words}"
    yield _judge(patient, "severe_toxicity", expected=expected, found=found, about=about)


def check_times(patient: HandWrittenPatient, derived: Derived) -> Iterator[CheckedExpectation]:
    """How long each time to event lasted and how it ended."""
    times = derived.rows_of("adtte", patient)
    for name, expected in patient.expected.times.items():
        words, parameter = name.replace("_", " "), TIME_PARAMETERS.get(name, name)
        table = derived.tables.get("adtte")
        if times is None or table is None or parameter not in set(table["PARAMCD"]):
            yield _wait(patient, "time_to_event", f"{words} is not derived")
            continue
        rows = times.filter(pl.col("PARAMCD") == parameter, pl.col("READER").is_in(["", derived.reader]))
        lengths = sorted(
            (int(days), ENDINGS[ended]) for days, ended in rows.select("AVAL", "CNSR").iter_rows()
        )
        found = " and ".join(f"{words} of {days} days, {ended}" for days, ended in lengths)
        about = "; ".join(
            str(word)
            for row in rows.select("EVNTDESC", "CNSDTDSC", "REASON").iter_rows()
            for word in row
            if word
        )
        yield _judge(
            patient,
            "time_to_event",
            expected=f"{words} of {expected.days} days, {expected.ended}",
            found=found or f"no {words}",
            about=about,
        )


def check_pathology(patient: HandWrittenPatient, derived: Derived) -> Iterator[CheckedExpectation]:
    """What is left of the tumour in the surgical specimen."""
    expected = patient.expected.pathological_response
    if expected is None:
        return
    rows = derived.rows_of("pathology", patient)
    if rows is None:
        yield _wait(patient, "pathological_response", "no specimen was given")
        return
    yield _judge(
        patient,
        "pathological_response",
        expected=f"pathological response {expected}",
        found=f"pathological response {str(rows['AVALC'][0]).lower() if rows.height else 'not done'}",
        about=f"{rows['VIABLE'][0]:g} % viable tumour" if rows.height else "no specimen was read",
    )


Check = Callable[[HandWrittenPatient, Derived], Iterator[CheckedExpectation]]
CHECKS: tuple[Check, ...] = (
    check_injections,
    check_visit_responses,
    check_best_responses,
    check_toxicity,
    check_times,
    check_pathology,
)


def _select(rows: pl.DataFrame, derived: Derived, criterion: str, parameter: str) -> pl.DataFrame:
    chosen = rows.filter(pl.col("CRITERION") == criterion, pl.col("PARAMCD") == parameter)
    if derived.reader:
        chosen = chosen.filter(pl.col("READER") == derived.reader)
    return chosen.sort("AVISITN")


def _say_injection(lesion: str, dates: set[date | None]) -> str:
    if dates == {None}:
        return f"lesion {lesion} never injected"
    words = sorted("never" if day is None else format_date(day) for day in dates)
    return f"lesion {lesion} first injected on {' and '.join(words)}"


def _judge(
    patient: HandWrittenPatient, subject: str, *, expected: str, found: str, about: str = ""
) -> CheckedExpectation:
    name = patient.identifier
    if expected == found:
        return CheckedExpectation(name, subject, "met", f"Patient {name} has {found}, as expected.")
    because = f": {about}" if about else ""
    sentence = f"Patient {name} was expected to have {expected} but has {found}{because}."
    return CheckedExpectation(name, subject, "failed", sentence)


def _judge_response(
    patient: HandWrittenPatient, expected: str, found: str, *, where: str, about: str
) -> CheckedExpectation:
    name = patient.identifier
    if expected == found:
        sentence = f"Patient {name} has {found} {where}, as expected."
        return CheckedExpectation(name, "response_by_scan", "met", sentence)
    because = f": {about}" if about else ""
    told = f"Patient {name} was expected to have {expected} {where}"
    sentence = f"{told} but the derived response is {found}{because}."
    return CheckedExpectation(name, "response_by_scan", "failed", sentence)


def _wait(patient: HandWrittenPatient, subject: str, why: str) -> CheckedExpectation:
    words = subject.replace("_", " ")
    return CheckedExpectation(
        patient.identifier, subject, "waiting", f"Patient {patient.identifier}, {words}: {why}."
    )
