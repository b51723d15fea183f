"""Why patients left, in the reader's words: criteria as the study file says them, dispositions as CDISC codes them."""

from collections.abc import Mapping

from abscopal.derivations.participant_flow import NOT_RECORDED
from abscopal.protocol.check_patients import list_criteria
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Language, Text

DISPOSITIONS: dict[str, Text] = {
    NOT_RECORDED: Text(en="Reason not recorded", fr="Motif non renseigné"),
    "ADVERSE EVENT": Text(en="Adverse event", fr="Événement indésirable"),
    "COMPLETED": Text(en="Completed", fr="Terminé"),
    "DEATH": Text(en="Death", fr="Décès"),
    "DISEASE RELAPSE": Text(en="Relapse", fr="Rechute"),
    "LACK OF EFFICACY": Text(en="Lack of efficacy", fr="Manque d’efficacité"),
    "LOST TO FOLLOW-UP": Text(en="Lost to follow-up", fr="Perdu de vue"),
    "PHYSICIAN DECISION": Text(en="Decision of the physician", fr="Décision du médecin"),
    "PREGNANCY": Text(en="Pregnancy", fr="Grossesse"),
    "PROGRESSIVE DISEASE": Text(en="Progression", fr="Progression"),
    "PROTOCOL DEVIATION": Text(en="Deviation from the protocol", fr="Écart au protocole"),
    "PROTOCOL VIOLATION": Text(en="Violation of the protocol", fr="Violation du protocole"),
    "SCREEN FAILURE": Text(en="Failed screening", fr="Échec de sélection"),
    "STUDY TERMINATED BY SPONSOR": Text(en="Study ended by the sponsor", fr="Étude arrêtée par le promoteur"),
    "WITHDRAWAL BY SUBJECT": Text(en="Withdrawal by the patient", fr="Retrait du patient"),
}
"""Terms of DSDECOD and their words.

Reference:
    CDISC SDTM controlled terminology, codelist C66727 (Completion/Reason for Non-Completion).
"""


def list_reason_words(protocol: StudyProtocol, *, language: Language) -> dict[str, str]:
    """Give the words for each reason that the tables of a study may hold.

    Args:
        protocol: the study file, whose criteria stand in IE by their English text.
        language: `en` or `fr`.

    Returns:
        Reason as recorded, to its words.
    """
    words = {term: text.read(language) for term, text in DISPOSITIONS.items()}
    return words | {criterion.text.en: criterion.text.read(language) for criterion in list_criteria(protocol)}


def write_reason(reason: str, words: Mapping[str, str]) -> str:
    """Write one reason; what has no words stands as recorded, but never all in capitals.

    Args:
        reason: the reason as recorded.
        words: words by reason.

    Returns:
        What the reader sees.

    Example:
        >>> write_reason("ECOG above 1", {}), write_reason("NEW DRUG", {}), write_reason("DEATH", {"DEATH": "Décès"})
        ('ECOG above 1', 'New drug', 'Décès')
    """
    if reason in words:
        return words[reason]
    return reason.capitalize() if reason.isupper() else reason
