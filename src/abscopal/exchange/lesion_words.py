"""The words a radiologist may type in a lesion table, in English or French."""

import re
import unicodedata
from datetime import date

HEADINGS = {
    "patient": ("patient", "usubjid", "subject", "sujet"),
    "reader": ("reader", "lecteur", "radiologist", "radiologue"),
    "date": ("date", "scan date", "date de l'examen"),
    "visit": ("visit", "visite"),
    "start": ("start", "start of treatment", "debut", "debut du traitement", "reference"),
    "lesion": ("lesion",),
    "role": ("role",),
    "location": ("location", "site", "organ", "localisation", "organe"),
    "node": ("node", "lymph node", "ganglion"),
    "result": ("mm", "result", "mm or word", "resultat", "taille"),
}
REQUIRED = ("patient", "date", "lesion", "role", "result")

ROLES = {
    "TARGET": ("target", "cible"),
    "NON-TARGET": ("non target", "nontarget", "non cible"),
    "NEW": ("new", "new lesion", "nouvelle", "nouveau", "nouvelle lesion"),
    "MARKER": ("marker", "tumour marker", "marqueur", "marqueur tumoral"),
}

# What TR holds for each word.
RESULTS = {
    "ABSENT": ("absent", "absente", "gone", "disappeared", "disparu", "disparue", "normal", "normale"),
    "TOO SMALL TO MEASURE": ("too small", "too small to measure", "tstm", "trop petit", "trop petite"),
    "NOT EVALUATED": (
        "not evaluated", "not done", "missing", "ne", "nd", "?",
        "non evalue", "non evaluee", "non fait", "manquant", "manquante",
    ),
    "PRESENT": ("present", "presente", "persists", "stable", "raised", "persiste", "eleve"),
    "UNEQUIVOCAL PROGRESSION": (
        "progression", "unequivocal progression", "worse", "pd", "progression indiscutable", "aggravation",
    ),
    "EQUIVOCAL": (
        "equivocal", "perhaps", "doubtful", "suspected", "equivoque", "douteux", "douteuse", "suspecte",
    ),
    "UNEQUIVOCAL": ("new", "unequivocal", "yes", "certain", "nouvelle", "nouveau", "certaine", "oui"),
    "NOT TUMOUR": ("refuted", "not tumour", "not tumor", "benign", "refute", "refutee", "benin", "benigne"),
    "MERGED": ("merged", "coalesced", "fusionne", "fusionnee", "confluente"),
}  # fmt: skip

# Which words each role may carry, beside a length.
ALLOWED = {
    "TARGET": {"ABSENT", "TOO SMALL TO MEASURE", "NOT EVALUATED", "MERGED"},
    "NON-TARGET": {
        "ABSENT", "PRESENT", "UNEQUIVOCAL PROGRESSION", "NOT EVALUATED", "TOO SMALL TO MEASURE", "MERGED",
    },
    "MARKER": {"ABSENT", "PRESENT", "NOT EVALUATED"},
    "NEW": {"EQUIVOCAL", "UNEQUIVOCAL", "NOT TUMOUR", "PRESENT", "ABSENT", "NOT EVALUATED"},
}  # fmt: skip

YES = {"yes", "y", "oui", "o", "x", "1", "true", "vrai"}
NO = {"", "no", "n", "non", "0", "false", "faux"}
LENGTH = re.compile(r"^\d+(?:[.,]\d+)?(?:\+\d+(?:[.,]\d+)?)*$")


def compute_plain(text: str) -> str:
    """Lower case, without accents, single spaces, hyphens as spaces: how words are compared.

    Example:
        >>> compute_plain("  Non-Évaluée ")
        'non evaluee'
    """
    bare = unicodedata.normalize("NFKD", text.replace("’", "'"))
    letters = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(letters.lower().replace("-", " ").replace("_", " ").split())


def read_word(text: str, words: dict[str, tuple[str, ...]]) -> str | None:
    """The meaning of a word in one of the lists above; None when it is not there.

    Example:
        >>> read_word("disparue", RESULTS)
        'ABSENT'
    """
    plain = compute_plain(text)
    return next((meaning for meaning, spellings in words.items() if plain in spellings), None)


def read_lengths(text: str) -> list[float] | None:
    """Millimetres, with a point or a comma, fragments joined by +; None when it is not a length.

    Example:
        >>> read_lengths("12,5 mm"), read_lengths("18+14"), read_lengths("absent")
        ([12.5], [18.0, 14.0], None)
    """
    compact = text.lower().replace("mm", "").replace(" ", "")
    if not LENGTH.match(compact):
        return None
    return [float(piece.replace(",", ".")) for piece in compact.split("+")]


def read_date(text: str) -> date | None:
    """A date as 2024-03-01 or, day first, 01/03/2024; None when it is neither.

    Example:
        >>> read_date("2024-03-01") == read_date("01/03/2024") == date(2024, 3, 1)
        True
    """
    parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip())
    if parts:
        year, month, number = (int(part) for part in parts.groups())
    else:
        parts = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text.strip())
        if not parts:
            return None
        number, month, year = (int(part) for part in parts.groups())
    try:
        return date(year, month, number)
    except ValueError:
        return None
