"""The decision of screening: eligible, or not, or not yet, with every reason."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from abscopal.conduct.decision import Decision, Reason
from abscopal.conduct.screening.facts import Fact
from abscopal.conduct.screening.next_tests import (
    DEFAULT_NOTICE_DAYS,
    list_expiries,
    list_facts_before_consent,
)
from abscopal.conduct.screening.sentences import list_reasons
from abscopal.conduct.screening.stages import Screening, compute_screening
from abscopal.conduct.wording import compose_text
from abscopal.protocol.study_protocol import StudyProtocol


@dataclass(frozen=True, slots=True)
class EligibilityConfirmed:
    """The patient meets every criterion.

    Args:
        on: day of the decision.
        last_valid_day: last day on which it stands without a new test; None when nothing expires.
    """

    on: datetime.date
    last_valid_day: datetime.date | None


def decide_eligibility(
    protocol: StudyProtocol,
    facts: Iterable[Fact],
    *,
    on: datetime.date,
    consents: Mapping[str, datetime.date],
    notice_days: int = DEFAULT_NOTICE_DAYS,
) -> Decision[EligibilityConfirmed]:
    """Decide whether a patient may enter the trial, from what is known on a day.

    Args:
        protocol: the study, in the version in force.
        facts: everything known about the patient, in any order.
        on: day of the decision.
        consents: day each consent was signed, by stage.
        notice_days: facts that expire within so many days are announced.

    Returns:
        Eligibility confirmed, with warnings; or a refusal that says what is not met, or not yet known. When one
        criterion is not met, what is still unknown is not asked for.
    """
    return decide_from_screening(
        compute_screening(protocol, facts, on=on, consents=consents), notice_days=notice_days
    )


def decide_from_screening(
    screening: Screening, *, notice_days: int = DEFAULT_NOTICE_DAYS
) -> Decision[EligibilityConfirmed]:
    """Turn a screening that has been computed into the decision.

    Args:
        screening: where the patient stands.
        notice_days: facts that expire within so many days are announced.

    Returns:
        As `decide_eligibility`.
    """
    warnings = tuple(_list_warnings(screening, notice_days))
    if screening.verdict != "met":
        reasons = tuple(list_reasons(screening.stages, wanted=screening.verdict))
        return Decision((), (*reasons, *warnings), screening.protocol_version)
    confirmed = EligibilityConfirmed(screening.on, screening.last_valid_day)
    return Decision((confirmed,), warnings, screening.protocol_version)


def _list_warnings(screening: Screening, notice_days: int) -> Iterator[Reason]:
    for expiry in list_expiries(screening, within_days=notice_days):
        yield Reason(
            "EXPIRES_SOON",
            compose_text(
                "{variable} counts until {day}.",
                "{variable} compte jusqu’au {day}.",
                variable=expiry.variable,
                day=expiry.last_valid_day,
            ),
            expiry.test,
        )
    for stage in screening.stages:
        if early := list_facts_before_consent(stage):
            yield Reason(
                "BEFORE_CONSENT",
                compose_text(
                    "{stage}: dated before the consent: {names}.",
                    "{stage} : antérieur au consentement : {names}.",
                    stage=stage.stage.name,
                    names=early,
                ),
                compose_text(
                    "Check that they come from ordinary care and were not done for the trial.",
                    "Vérifiez qu’ils viennent du soin courant et n’ont pas été faits pour l’essai.",
                ),
            )
    assumed = [
        judged.criterion.identifier
        for judged in screening.criteria
        if judged.criterion.threshold.provenance == "assumed"
    ]
    if assumed:
        yield Reason(
            "ASSUMED_THRESHOLD",
            compose_text(
                "{n} of {total} thresholds are working values and not those of the protocol: {names}.",
                "{n} seuils sur {total} sont des valeurs de travail et non celles du protocole : {names}.",
                n=len(assumed),
                total=len(screening.criteria),
                names=assumed,
            ),
            compose_text(
                "Replace them in the study file by those of the protocol.",
                "Remplacez-les dans le fichier d’étude par ceux du protocole.",
            ),
        )
