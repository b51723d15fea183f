"""Arms for the eligible, drawn one by one by the same rules as in the clinic."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from abscopal.conduct.allocation.drawing.decisions import AllocationRequest, decide_allocation
from abscopal.conduct.allocation.drawing.entropy import compute_entropy
from abscopal.conduct.allocation.drawing.log import Allocated, LogEntry
from abscopal.conduct.allocation.drawing.scheme import compute_scheme
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.trial.people import Person


def allot_arms(
    protocol: StudyProtocol, eligible: Sequence[Person], *, seed: bytes, generator: np.random.Generator
) -> dict[str, str]:
    """Draw the arm of each eligible person, in order of inclusion.

    Args:
        protocol: the study file.
        eligible: people found eligible.
        seed: seed of the draws; it stands for the entropy that nobody foresees in a running trial.
        generator: source of the levels of strata, which have equal chances (ours).

    Returns:
        Arm by USUBJID; somebody whom a cap keeps out has none.

    Raises:
        OptionError: the study file does not say the method or the ratio.
    """
    scheme = compute_scheme(protocol)
    history: list[LogEntry] = []
    arms: dict[str, str] = {}
    for person in sorted(eligible, key=lambda person: (person.entry, person.usubjid)):
        levels = {
            stratum.identifier: stratum.levels[int(generator.integers(len(stratum.levels)))]
            for stratum in scheme.strata
            if not stratum.is_centre
        }
        decision = decide_allocation(
            history,
            AllocationRequest(
                request=f"R-{person.usubjid}",
                patient=person.usubjid,
                centre=person.centre,
                levels=levels,
                eligibility=f"E-{person.usubjid}",
            ),
            scheme=scheme,
            now=dt.datetime.combine(person.entry, dt.time(9), tzinfo=dt.UTC),
            entropy=compute_entropy(seed, scheme=scheme.identifier, sequence=len(history) + 1),
            protocol_version=protocol.version.number,
        )
        for event in decision.events:
            if isinstance(event, Allocated):
                history.append(event)
                arms[event.patient] = event.arm
    return arms
