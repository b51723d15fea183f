"""Why no arm is given, in words that a coordinator can act on and that betray nothing of the list.

No text names a block length, a probability, the arm that is full or the arm that would come next; none
repeats a fact about the patient.
"""

import difflib
from collections.abc import Sequence

from abscopal.conduct.allocation.drawing.scheme import Cap, SchemeStratum
from abscopal.conduct.decision import Reason
from abscopal.protocol.text import Text

ALREADY_ANSWERED = Reason(
    "ALREADY_ANSWERED",
    Text(
        en="This request was already answered; the same answer is given again.",
        fr="Cette demande a déjà reçu sa réponse\u00a0; la même est redonnée.",
    ),
)
REQUEST_REUSED = Reason(
    "REQUEST_REUSED",
    Text(
        en="This request identifier already served for something else.",
        fr="Cet identifiant de demande a déjà servi à autre chose.",
    ),
    Text(
        en="Start a new request from the patient's page.",
        fr="Recommencez une demande depuis la page du patient.",
    ),
)
ALREADY_ALLOCATED = Reason(
    "ALREADY_ALLOCATED",
    Text(
        en="This patient already has an allocation under this scheme; nobody is allocated twice.",
        fr="Ce patient a déjà une allocation dans ce schéma\u00a0; personne n’est alloué deux fois.",
    ),
    Text(
        en="Read the allocation on the patient's page. If it was made in error, mark it so: it stays.",
        fr="Lisez l’allocation sur la page du patient. Si elle est erronée, marquez-la\u00a0: elle reste.",
    ),
)
ELIGIBILITY_NOT_SIGNED = Reason(
    "ELIGIBILITY_NOT_SIGNED",
    Text(
        en="No signed decision of eligibility accompanies the request.",
        fr="Aucune décision d’éligibilité signée n’accompagne la demande.",
    ),
    Text(
        en="Have the investigator sign the eligibility, then ask again.",
        fr="Faites signer l’éligibilité par l’investigateur, puis redemandez.",
    ),
)
SCHEME_UNFIT = Reason(
    "SCHEME_UNFIT",
    Text(
        en="The scheme of allocation cannot be used as it is set up.",
        fr="Le schéma d’allocation est inutilisable dans son réglage actuel.",
    ),
    Text(
        en="Call the custodian of the list, who can see what does not fit.",
        fr="Appelez le gardien de la liste, qui peut voir ce qui ne convient pas.",
    ),
)
LIST_USED_UP = Reason(
    "LIST_USED_UP",
    Text(
        en="Every place of this list has been given.",
        fr="Toutes les places de cette liste ont été données.",
    ),
    Text(
        en="Stop including here, or have a longer list made by an amendment, as a new scheme.",
        fr="Arrêtez d’inclure ici, ou faites établir une liste plus longue par amendement (nouveau schéma).",
    ),
)
ARM_FULL = Reason(
    "CAP_ARM",
    Text(
        en="An arm has received all the patients that it may receive. Which one is not said.",
        fr="Un bras a reçu tous les patients qu’il peut recevoir. Lequel, on ne le dit pas.",
    ),
    Text(
        en="Stop including, or amend the protocol: another ratio or other arms are a new scheme.",
        fr="Arrêtez d’inclure, ou amendez le protocole\u00a0: autre rapport ou autres bras, nouveau schéma.",
    ),
)
TIME_WITHOUT_ZONE = Reason(
    "TIME_WITHOUT_ZONE",
    Text(en="The time of the request has no zone.", fr="L’heure de la demande n’a pas de fuseau."),
    Text(en="Give the time with its zone, such as UTC.", fr="Donnez l’heure avec son fuseau, comme UTC."),
)
ENTROPY_UNFIT = Reason(
    "ENTROPY_UNFIT",
    Text(
        en="A draw needs sixteen bytes of entropy.",
        fr="Un tirage demande seize octets d’entropie.",
    ),
    Text(
        en="Take them from a generator of secrets, or from the seed of the scheme.",
        fr="Prenez-les d’un générateur de secrets, ou de la graine du schéma.",
    ),
)
REASON_MISSING = Reason(
    "REASON_MISSING",
    Text(
        en="A correction needs its reason in words.", fr="Une correction demande son motif en toutes lettres."
    ),
    Text(en="Say in a sentence what happened.", fr="Dites en une phrase ce qui s’est passé."),
)
NOT_ALLOCATED = Reason(
    "NOT_ALLOCATED",
    Text(
        en="This patient has no allocation under this scheme.",
        fr="Ce patient n’a pas d’allocation dans ce schéma.",
    ),
)
ALREADY_MARKED = Reason(
    "ALREADY_MARKED",
    Text(
        en="This allocation is already marked as made in error.",
        fr="Cette allocation est déjà marquée comme erronée.",
    ),
)
NO_PLACES = Reason(
    "NO_PLACES",
    Text(
        en="This method draws when the patient comes: there is no place to set aside.",
        fr="Cette méthode tire à l’arrivée du patient\u00a0: il n’y a pas de place à écarter.",
    ),
    Text(
        en="If a patient was given an arm in error, mark that allocation instead.",
        fr="Si un patient a reçu un bras par erreur, marquez plutôt cette allocation.",
    ),
)
ALREADY_SO = Reason(
    "ALREADY_SO",
    Text(en="This level is already the recorded one.", fr="Ce niveau est déjà celui qui est enregistré."),
)


def tell_level_missing(stratum: SchemeStratum) -> Reason:
    """Say that the level of a stratum was not given."""
    known = ", ".join(stratum.levels)
    return Reason(
        "STRATUM_MISSING",
        Text(
            en=f"The level of {stratum.identifier} is not given.",
            fr=f"Le niveau de {stratum.identifier} n’est pas donné.",
        ),
        Text(en=f"Give one of: {known}.", fr=f"Donnez l’un de\u00a0: {known}."),
    )


def tell_level_unknown(stratum: SchemeStratum, given: str) -> Reason:
    """Say that no level covers the patient, and which one is nearest in spelling; the value is not repeated."""
    known = ", ".join(stratum.levels)
    nearest = find_nearest(given, stratum.levels)
    return Reason(
        "STRATUM_NOT_COVERED",
        Text(
            en=f"No level of {stratum.identifier} covers this patient.",
            fr=f"Aucun niveau de {stratum.identifier} ne couvre ce patient.",
        ),
        Text(
            en=f"The nearest is {nearest}; the levels are {known}. A level that is missing needs an amendment.",
            fr=f"Le plus proche est {nearest}\u00a0; les niveaux sont {known}. "
            "Un niveau qui manque demande un amendement.",
        ),
    )


def tell_stratum_unknown(given: str, strata: Sequence[SchemeStratum]) -> Reason:
    """Say that the scheme has no stratum of that name, and which one is nearest."""
    names = [stratum.identifier for stratum in strata]
    known = ", ".join(names)
    remedy = Text(
        en=f"The nearest is {find_nearest(given, names)}; the strata are {known}.",
        fr=f"Le plus proche est {find_nearest(given, names)}\u00a0; les strates sont {known}.",
    )
    without = Text(
        en="Leave it out: this scheme has no strata.", fr="Omettez-la\u00a0: ce schéma n’a pas de strates."
    )
    return Reason(
        "STRATUM_UNKNOWN",
        Text(
            en="The request names a stratum that the scheme does not have.",
            fr="La demande nomme une strate que le schéma n’a pas.",
        ),
        remedy if names else without,
    )


def find_nearest(given: str, known: Sequence[str]) -> str:
    """Find the name nearest in spelling, whatever its capitals.

    Example:
        >>> find_nearest("Elevated LDH", ["normal", "elevated"])
        'elevated'
    """
    by_plain = {name.casefold(): name for name in known}
    nearest = difflib.get_close_matches(given.casefold(), by_plain, n=1, cutoff=0.0)
    return by_plain[nearest[0]] if nearest else ""


def tell_cap_reached(cap: Cap, *, name: str) -> Reason:
    """Say that a cap is reached; an arm is never named."""
    if cap.scope == "arm":
        return ARM_FULL
    what = {
        "study": Text(en="the study", fr="l’étude"),
        "stratum": Text(en=f"the stratum {name}", fr=f"la strate {name}"),
        "centre": Text(en=f"the centre {name}", fr=f"le centre {name}"),
    }[cap.scope]
    return Reason(
        f"CAP_{cap.scope.upper()}",
        Text(
            en=f"The cap of {cap.limit} patients for {what.en} is reached.",
            fr=f"Le plafond de {cap.limit} patients pour {what.fr} est atteint.",
        ),
        Text(
            en="Stop including here, or amend the protocol with another cap.",
            fr="Arrêtez d’inclure ici, ou amendez le protocole avec un autre plafond.",
        ),
    )
