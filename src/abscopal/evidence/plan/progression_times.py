"""Which time to progression belongs to which response criterion."""

from abscopal.protocol.study_protocol import StudyProtocol

PROGRESSION_FREE, IMMUNE_PROGRESSION_FREE = "PFS", "IPFS"
IMMUNE = "irecist"


def name_progression_free(protocol: StudyProtocol, criterion: str | None) -> str:
    """Name the parameter of ADTTE that holds progression-free survival by a criterion.

    Args:
        protocol: the study file, which names the primary criterion.
        criterion: the response criterion; None is the primary one.

    Returns:
        PFS for the primary criterion, IPFS for iRECIST beside another one.
    """
    beside = criterion == IMMUNE != protocol.lesions.primary_criterion
    return IMMUNE_PROGRESSION_FREE if beside else PROGRESSION_FREE
