"""The response criterion of a name, and which time to progression belongs to it."""

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.criterion import Criterion
from abscopal.protocol.study_protocol import StudyProtocol

PROGRESSION_FREE, IMMUNE_PROGRESSION_FREE = "PFS", "IPFS"


def choose_criterion(name: str) -> Criterion:
    """Pick the response criterion of this name.

    Args:
        name: as in ADRS.

    Returns:
        The criterion, with its categories.

    Example:
        >>> choose_criterion("irecist").title
        'iRECIST'
    """
    return next(criterion for criterion in CRITERIA if criterion.name == name)


def name_progression_free(protocol: StudyProtocol, criterion: str | None) -> str:
    """Name the parameter of ADTTE that holds progression-free survival by a criterion.

    Args:
        protocol: the study file, which names the primary criterion.
        criterion: the response criterion; None is the primary one.

    Returns:
        PFS for the primary criterion; IPFS for another one whose progression must be confirmed.
    """
    if criterion is None or criterion == protocol.lesions.primary_criterion:
        return PROGRESSION_FREE
    confirms = choose_criterion(criterion).has_unconfirmed_progression
    return IMMUNE_PROGRESSION_FREE if confirms else PROGRESSION_FREE
