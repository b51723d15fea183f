"""The small language of the eligibility chapter: criteria and facts in rows, one decision day.

    criterion | kind      | asks                | valid | test
    ECOG      | inclusion | ECOG at_most 1      | 14    | Clinical examination

    fact | value | date
    ECOG | 1     | 2024-03-10

Dates are days of a decision taken on 15 March 2024. `valid` is the number of days after which a fact is unknown again;
`?` for a threshold says that the study file holds none.
"""

import datetime
from typing import Any

from abscopal.conduct.decision import Decision
from abscopal.conduct.screening.criteria import compute_judgement
from abscopal.conduct.screening.decide import EligibilityConfirmed, decide_eligibility
from abscopal.conduct.screening.facts import Fact
from abscopal.conduct.screening.failed_criteria import derive_failed_criteria
from abscopal.conduct.screening.next_tests import list_expiries, list_next_steps
from abscopal.conduct.screening.stages import Screening, compute_screening
from abscopal.protocol.eligibility import AnyOf, Criterion
from abscopal.protocol.reading import read_study
from abscopal.protocol.study_protocol import StudyProtocol
from criteria_values import all_consents, facts_that_fit

DECISION_DAY = datetime.date(2024, 3, 15)
MARK = {"provenance": "assumed", "note": {"en": "For the rule book.", "fr": "Pour le livre des règles."}}


def read_rows(table: str) -> list[dict[str, str]]:
    """A plain-text table as one dictionary a row."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line.strip()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def read_criteria(table: str) -> list[Criterion]:
    """Criteria as the study file holds them."""
    return [_read_criterion(row) for row in read_rows(table)]


def read_facts(table: str) -> list[Fact]:
    """Facts with their dates, units and sources."""
    return [
        Fact(
            row["fact"],
            _read_value(row["value"]),
            datetime.date.fromisoformat(row["date"]),
            row.get("unit") or None,
            row.get("source", ""),
        )
        for row in read_rows(table)
    ]


def verdict(criteria: str, facts: str) -> dict[str, str]:
    """What each criterion says of the patient on 15 March."""
    known = read_facts(facts)
    return {
        criterion.identifier: compute_judgement(criterion, known, on=DECISION_DAY).verdict.replace("_", " ")
        for criterion in read_criteria(criteria)
    }


def why(criteria: str, facts: str) -> dict[str, str]:
    """What left each criterion as it is: compared, missing, expired, contradictory ..."""
    known = read_facts(facts)
    return {
        criterion.identifier: compute_judgement(criterion, known, on=DECISION_DAY).why.replace("_", " ")
        for criterion in read_criteria(criteria)
    }


def one_of(criteria: str, facts: str) -> str:
    """What a group says of which one criterion must be met."""
    group = AnyOf(any=tuple(read_criteria(criteria)))
    return compute_judgement(group, read_facts(facts), on=DECISION_DAY).verdict.replace("_", " ")


def reason(criteria: str, facts: str, language: str = "en") -> str:
    """The first reason of the decision, in words."""
    study = _build_study(criteria)
    decision = decide_eligibility(study, read_facts(facts), on=DECISION_DAY, consents=all_consents(study))
    told = decision.reasons[0].text.read("fr" if language == "fr" else "en")
    return told.replace("\u00a0", " ").replace("\u202f", " ")


def remedy(criteria: str, facts: str) -> str | None:
    """What the first reason says to do."""
    study = _build_study(criteria)
    decision = decide_eligibility(study, read_facts(facts), on=DECISION_DAY, consents=all_consents(study))
    told = decision.reasons[0].remedy
    return told.en if told else None


class Patient:
    """A patient of a bundled study in whom everything fits on 15 March, but what a table changes.

    fact           | value
    ECOG           | unknown
    consent to hla | not signed
    """

    def __init__(self, study: str, changed: str = "") -> None:
        self.protocol = read_study(study).protocol
        self.facts = facts_that_fit(self.protocol, on=DECISION_DAY)
        self.consents = all_consents(self.protocol, on=DECISION_DAY)
        for row in read_rows(changed):
            name, value = row["fact"], row["value"]
            if name.startswith("consent to "):
                self._sign(name.removeprefix("consent to "), value)
            elif value == "unknown":
                self.facts.pop(name)
            else:
                self.facts[name] = Fact(name, _read_value(value), DECISION_DAY)

    def _sign(self, stage: str, value: str) -> None:
        if value == "not signed":
            self.consents.pop(stage)
        else:
            self.consents[stage] = datetime.date.fromisoformat(value)

    def screen(self, on: str = "2024-03-15") -> Screening:
        day = datetime.date.fromisoformat(on)
        return compute_screening(self.protocol, self.facts.values(), on=day, consents=self.consents)

    def decide(self, on: str = "2024-03-15") -> Decision[EligibilityConfirmed]:
        day = datetime.date.fromisoformat(on)
        return decide_eligibility(self.protocol, self.facts.values(), on=day, consents=self.consents)


def stages(changed: str = "", *, study: str = "dex2", on: str = "2024-03-15") -> dict[str, str]:
    """Where the patient stands in each stage."""
    judged = Patient(study, changed).screen(on).stages
    return {stage.stage.identifier: stage.state.replace("_", " ") for stage in judged}


def state(changed: str = "", *, stage: str, study: str = "dex2", on: str = "2024-03-15") -> str:
    """Where the patient stands in one stage."""
    return stages(changed, study=study, on=on)[stage]


def eligible(changed: str = "", *, study: str = "dex2", on: str = "2024-03-15") -> str:
    """Whether the patient is eligible."""
    return Patient(study, changed).screen(on).verdict.replace("_", " ")


def next_steps(changed: str = "", *, study: str = "dex2", on: str = "2024-03-15") -> list[str]:
    """What to do now, in order."""
    found = list_next_steps(Patient(study, changed).screen(on))
    return [f"{step.action}: {step.text.en}" for step in found]


def expiries(*, study: str, within_days: int) -> dict[str, str]:
    """Facts in use that stop counting soon, and their last day."""
    found = list_expiries(Patient(study).screen(), within_days=within_days)
    return {expiry.variable: expiry.last_valid_day.isoformat() for expiry in found}


def warnings(changed: str = "", *, study: str = "dex2", on: str = "2024-03-15") -> list[str]:
    """Codes of what the decision says, in order."""
    return list(Patient(study, changed).decide(on).codes)


def eligible_until(changed: str = "", *, study: str = "dex2") -> str:
    """Last day on which the eligibility stands without a new test."""
    return str(Patient(study, changed).decide().events[0].last_valid_day)


def unmet(changed: str, *, study: str) -> list[tuple[str, ...]]:
    """Rows of IE: criterion, kind, result, date."""
    table = derive_failed_criteria({"P1": Patient(study, changed).screen()}, study_identifier="S")
    return table.select("IETESTCD", "IECAT", "IESTRESC", "IEDTC").rows()


def _build_study(criteria: str) -> StudyProtocol:
    protocol = read_study("neo1").protocol
    stage = protocol.eligibility.stages[0].model_copy(
        update={"criteria": tuple(read_criteria(criteria)), "consent": None}
    )
    eligibility = protocol.eligibility.model_copy(update={"stages": (stage,)})
    return protocol.model_copy(update={"eligibility": eligibility})


def _read_criterion(row: dict[str, str]) -> Criterion:
    variable, operator, *words = row["asks"].split()
    limit, unit = words[0], " ".join(words[1:]) or None
    listed = limit.split(",")
    value: Any = (
        [_read_value(item) for item in listed] if operator in ("one_of", "between") else _read_value(limit)
    )
    threshold = {"unit": unit} if limit == "?" else {"value": value, "unit": unit, **MARK}
    days, test = row.get("valid", ""), row.get("test", "")
    return Criterion.model_validate(
        {
            "identifier": row["criterion"],
            "kind": row["kind"],
            "text": {"en": row.get("text", row["criterion"]), "fr": row.get("texte", row["criterion"])},
            "variable": variable,
            "operator": operator,
            "threshold": threshold,
            "valid_for_days": {"value": int(days), **MARK} if days else {},
            "test_to_order": {"en": test, "fr": test} if test else None,
            **MARK,
        }
    )


def _read_value(text: str) -> bool | float | str | None:
    if text in ("yes", "no"):
        return text == "yes"
    if text == "":
        return None
    try:
        return float(text)
    except ValueError:
        return text
