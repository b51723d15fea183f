"""The words of a lesion table, in English and French: those that may be typed, those that answer a mistake."""

import difflib
import re
import unicodedata
from datetime import date
from typing import Literal

Language = Literal["en", "fr"]
DateFault = Literal["unreadable", "slashes", "year"]

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
    "injected": ("injected", "first injection", "injectee", "premiere injection"),
    "symptom": ("symptom", "new symptom", "symptome", "nouveau symptome"),
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
    "PRESENT": ("present", "presente", "persists", "raised", "persiste", "eleve", "nc"),
    "UNEQUIVOCAL PROGRESSION": (
        "progression", "unequivocal progression", "worse", "pd", "progression indiscutable", "aggravation",
        "une", "unequivocal increase", "augmentation indiscutable",
    ),
    # Beside the last assessment; NC, INC, NCLA, INCLA and UNE are the follow-up codes of the EORTC.
    "UNCHANGED": ("unchanged", "no change", "stable", "ncla", "inchange", "inchangee", "stationnaire"),
    "INCREASED": (
        "increased", "larger", "grown", "inc", "incla", "augmente", "augmentee", "agrandie", "plus grande",
    ),
    "DECREASED": ("decreased", "smaller", "shrunk", "diminue", "diminuee", "plus petite"),
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
        "UNCHANGED", "INCREASED", "DECREASED",
    },
    "MARKER": {"ABSENT", "PRESENT", "NOT EVALUATED", "UNCHANGED"},
    "NEW": {
        "EQUIVOCAL", "UNEQUIVOCAL", "NOT TUMOUR", "PRESENT", "ABSENT", "NOT EVALUATED",
        "UNCHANGED", "INCREASED", "DECREASED", "UNEQUIVOCAL PROGRESSION",
    },
}  # fmt: skip

HEADING_NAMES = {
    "en": {name: spellings[0] for name, spellings in HEADINGS.items()},
    "fr": {
        "patient": "patient", "reader": "lecteur", "date": "date", "visit": "visite", "start": "début",
        "lesion": "lésion", "role": "rôle", "location": "localisation", "node": "ganglion",
        "symptom": "symptôme", "injected": "injectée",
        "result": "mm",
    },
}  # fmt: skip
ROLE_NAMES = {
    "en": {role: role.lower() for role in ROLES},
    "fr": {"TARGET": "cible", "NON-TARGET": "non cible", "NEW": "nouvelle", "MARKER": "marqueur"},
}
RESULT_NAMES = {
    "en": {meaning: meaning.lower() for meaning in RESULTS},
    "fr": {
        "ABSENT": "absente", "TOO SMALL TO MEASURE": "trop petite", "NOT EVALUATED": "non évaluée",
        "PRESENT": "présente", "UNEQUIVOCAL PROGRESSION": "progression", "EQUIVOCAL": "douteuse",
        "UNEQUIVOCAL": "certaine", "NOT TUMOUR": "réfutée", "MERGED": "fusionnée",
        "UNCHANGED": "inchangée", "INCREASED": "augmentée", "DECREASED": "diminuée",
    },
}  # fmt: skip

YES = {"yes", "y", "oui", "o", "x", "1", "true", "vrai"}
NO = {"", "no", "n", "non", "0", "false", "faux"}
FIRST_YEAR, LAST_YEAR = 1990, 2100
SLASHES = re.compile(r"\d{1,4}[/.]\d{1,2}[/.]\d{1,4}")
IDENTITY = re.compile(
    r"\b(?:first|last|sur|fore|family|given|full)?names?\b|\b(?:nom|prenom|initials|initiales|dob|ddn)\b"
    r"|birth|naissance|^nee? le\b"
)
CENTIMETRES = re.compile(r"\d\s*cm\b", re.IGNORECASE)
LENGTH = re.compile(r"^\d+(?:[.,]\d+)?(?:\+\d+(?:[.,]\d+)?)*$")

# A mistake on one line of the file. No sentence repeats what was typed in a cell.
MISTAKES = {
    "en": {
        "few_cells": "the line has too few cells: {cells}, and the heading {columns}; "
        "leave a cell empty where there is nothing to say.",
        "decimal_comma": "the line has {cells} cells and the heading {columns}; put quotes round a number "
        'with a comma ("31,5"), write 31.5, or use semicolons.',
        "many_cells": "the line has {cells} cells and the heading {columns}; take out what is too many.",
        "no_heading": "a cell has no heading above it; empty it, or put quotes round a number with a comma.",
        "patient_empty": "patient is empty; write the label of the patient on each line.",
        "lesion_empty": "lesion is empty; name the lesion, the same way at each scan.",
        "date_unreadable": "the date is not readable; write 2024-04-03.",
        "date_slashes": "the date has slashes or points, and day and month could be confused; write 2024-04-03.",
        "date_year": "the date is before {first} or after {last}; correct its year.",
        "start_unreadable": "the start is not a readable date; write 2024-04-03.",
        "start_slashes": "the start has slashes or points, and day and month could be confused; "
        "write 2024-04-03.",
        "start_year": "the start is before {first} or after {last}; correct its year.",
        "role_unknown": "the role is not known; write target, non-target, new or marker.",
        "node_unknown": "node is neither yes nor no; write one of them, or leave the cell empty.",
        "injected_unreadable": "injected is neither a date (2024-04-03), the first injection of the lesion, nor "
        "yes or no at this scan.",
        "injected_slashes": "the date of injection has slashes or points, and day and month could be confused; "
        "write 2024-04-03.",
        "injected_year": "the date of injection is before {first} or after {last}; correct its year.",
        "symptom_unknown": "symptom is neither yes nor no; write one of them, or leave the cell empty.",
        "location_number": "the location is a number; if a length has a comma, put quotes round it.",
        "slash_in_name": "a lesion's name holds a /; for merged lesions write 'merged' on the absorbed one.",
        "result_unknown": "the result is neither a length in mm nor a known word; an unmeasured lesion is "
        "'not evaluated', one that has gone is 'absent'.",
        "length_large": "a length is over {largest} mm; lengths are millimetres: check the unit and the decimal mark.",
        "length_cm": "the length is in cm; lengths are millimetres: write 32 for 3.2 cm.",
        "marker_word": "a marker is present (raised), absent (normal) or not evaluated.",
        "word_or_length": "this word does not suit a {role}; write a length or one of: {allowed}.",
        "word": "this word does not suit a {role}; write one of: {allowed}.",
        "marker_changed": "this name stands for a marker here or on line {other}, and for a lesion on the other; "
        "give the marker a name of its own.",
        "start_changed": "the start differs from that of line {other}; a patient has one start (first dose or "
        "randomisation): write the same date on every line.",
        "start_of_readers": "the start differs from that of line {other}, where another reader reads the same patient; "
        "a patient has one start (first dose or randomisation), whoever reads: write the same date on every line.",
        "far_apart": "the date is over {years} years from the patient's first scan or start; correct a year.",
        "patient_spelling": "the patient is written otherwise on line {other} (capitals, accents, hyphens); "
        "write both the same way, or give two patients two labels.",
        "reader_spelling": "the reader is written otherwise on line {other} (capitals, accents, hyphens); "
        "write both the same way, or give two readers two labels.",
        "lesion_spelling": "the lesion is written otherwise on line {other} (capitals, accents, hyphens); "
        "write both the same way, or give two lesions two labels.",
    },
    "fr": {
        "few_cells": "la ligne a trop peu de cellules : {cells}, et l’en-tête {columns} ; "
        "laissez une cellule vide là où il n’y a rien à dire.",
        "decimal_comma": "la ligne a {cells} cellules et l’en-tête {columns} ; mettez entre guillemets un "
        'nombre à virgule ("31,5"), écrivez 31.5, ou séparez par des points-virgules.',
        "many_cells": "la ligne a {cells} cellules et l’en-tête {columns} ; retirez ce qui est en trop.",
        "no_heading": "une cellule n’a pas d’en-tête ; videz-la, ou mettez entre guillemets un nombre à "
        "virgule.",
        "patient_empty": "le patient manque ; écrivez son nom de code à chaque ligne.",
        "lesion_empty": "la lésion manque ; nommez-la, de la même façon à chaque examen.",
        "date_unreadable": "la date n’est pas lisible ; écrivez 2024-04-03.",
        "date_slashes": "la date a des barres ou des points, où jour et mois peuvent se confondre ; "
        "écrivez 2024-04-03.",
        "date_year": "la date est avant {first} ou après {last} ; corrigez son année.",
        "start_unreadable": "le début n’est pas une date lisible ; écrivez 2024-04-03.",
        "start_slashes": "le début a des barres ou des points, où jour et mois peuvent se confondre ; "
        "écrivez 2024-04-03.",
        "start_year": "le début est avant {first} ou après {last} ; corrigez son année.",
        "role_unknown": "le rôle n’est pas connu ; écrivez cible, non cible, nouvelle ou marqueur.",
        "node_unknown": "ganglion n’est ni oui ni non ; écrivez l’un des deux, ou laissez la cellule vide.",
        "injected_unreadable": "« injectée » n’est ni une date (2024-04-03), celle de la première injection de la "
        "lésion, ni oui ou non à cet examen.",
        "injected_slashes": "la date d’injection a des barres ou des points, où jour et mois peuvent se "
        "confondre ; écrivez 2024-04-03.",
        "injected_year": "la date d’injection est avant {first} ou après {last} ; corrigez son année.",
        "symptom_unknown": "symptôme n’est ni oui ni non ; écrivez l’un des deux, ou laissez la cellule vide.",
        "location_number": "la localisation est un nombre ; si une longueur a une virgule, mettez-la entre "
        "guillemets.",
        "slash_in_name": "le nom d’une lésion contient un / ; pour des lésions fusionnées, écrivez "
        "« fusionnée » sur celle qui est absorbée.",
        "result_unknown": "le résultat n’est ni une longueur en mm ni un mot connu ; une lésion non mesurée "
        "est « non évaluée », une lésion disparue « absente ».",
        "length_large": "une longueur dépasse {largest} mm ; les longueurs sont en millimètres : vérifiez l’unité et "
        "la virgule.",
        "length_cm": "la longueur est en cm ; les longueurs sont en millimètres : écrivez 32 pour 3,2 cm.",
        "marker_word": "un marqueur est présent (élevé), absent (normal) ou non évalué.",
        "word_or_length": "ce mot ne convient pas au rôle « {role} » ; écrivez une longueur ou l’un de : "
        "{allowed}.",
        "word": "ce mot ne convient pas au rôle « {role} » ; écrivez l’un de : {allowed}.",
        "marker_changed": "ce nom désigne un marqueur ici ou à la ligne {other}, et une lésion à l’autre ; donnez au "
        "marqueur un nom à lui.",
        "start_changed": "le début diffère de celui de la ligne {other} ; un patient a un seul début (première dose ou "
        "randomisation) : écrivez la même date à chaque ligne.",
        "start_of_readers": "le début diffère de celui de la ligne {other}, où un autre lecteur lit le même patient ; "
        "un patient a un seul début (première dose ou randomisation), quel que soit le lecteur : écrivez la même date "
        "à chaque ligne.",
        "far_apart": "la date est à plus de {years} ans du premier examen ou du début du patient ; "
        "corrigez une année.",
        "patient_spelling": "le patient est écrit autrement à la ligne {other} (majuscules, accents, traits "
        "d’union) ; écrivez-le d’une seule façon, ou donnez deux noms de code à deux patients.",
        "reader_spelling": "le lecteur est écrit autrement à la ligne {other} (majuscules, accents, traits "
        "d’union) ; écrivez-le d’une seule façon, ou donnez deux noms à deux lecteurs.",
        "lesion_spelling": "la lésion est écrite autrement à la ligne {other} (majuscules, accents, traits "
        "d’union) ; écrivez-la d’une seule façon, ou donnez deux noms à deux lésions.",
    },
}

# A fault of the whole file: what was found, what to do.
COLUMNS_EN = (
    "Columns: patient, date, lesion, role, mm; optional reader, visit, location, node, injected, symptom, "
    "start."
)
COLUMNS_FR = (
    "Colonnes : patient, date, lésion, rôle, mm ; facultatives : lecteur, visite, localisation, ganglion, "
    "injectée, symptôme, début."
)
FAULTS = {
    "en": {
        "no_file": ("there is no such file.", "Check the path."),
        "folder": ("this is a folder.", "Give the CSV file itself."),
        "no_text": ("this is not a CSV text file.", "Save the table as CSV."),
        "no_csv": ("line {line} cannot be read as CSV.", "Save the table again as CSV."),
        "empty": ("the file is empty.", "Begin with a line of headings."),
        "no_lesion": ("the file has a heading but no lesion.", "Type one row per lesion and scan."),
        "lacks": ("the heading lacks {names}.", COLUMNS_EN),
        "unknown": ("the heading {title} is not known.", COLUMNS_EN),
        "nearest": ("the heading {title} is not known; the nearest is '{nearest}'.", COLUMNS_EN),
        "identity": (
            "the heading {title} looks like a name or a birth date; no such column may be given.",
            "Take the column out, and label each patient with a code.",
        ),
        "twice": ("columns {first} and {second} of the heading both mean '{name}'.", "Keep one of them."),
    },
    "fr": {
        "no_file": ("ce fichier n’existe pas.", "Vérifiez le chemin."),
        "folder": ("c’est un dossier.", "Donnez le fichier CSV lui-même."),
        "no_text": ("ce n’est pas un fichier CSV.", "Enregistrez le tableau en CSV."),
        "no_csv": ("la ligne {line} n’est pas lisible en CSV.", "Enregistrez de nouveau le tableau en CSV."),
        "empty": ("le fichier est vide.", "Commencez par une ligne d’en-tête."),
        "no_lesion": (
            "le fichier a un en-tête mais aucune lésion.",
            "Écrivez une ligne par lésion et par examen.",
        ),
        "lacks": ("il manque à l’en-tête : {names}.", COLUMNS_FR),
        "unknown": ("la colonne {title} n’est pas connue.", COLUMNS_FR),
        "nearest": ("la colonne {title} n’est pas connue ; la plus proche est « {nearest} ».", COLUMNS_FR),
        "identity": (
            "la colonne {title} ressemble à un nom ou à une date de naissance ; une telle colonne ne peut "
            "être donnée.",
            "Retirez la colonne, et désignez chaque patient par un code.",
        ),
        "twice": (
            "les colonnes {first} et {second} de l’en-tête veulent toutes deux dire « {name} ».",
            "Gardez-en une.",
        ),
    },
}


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


def read_date(text: str) -> date | DateFault:
    """A date as 2024-03-01, or what is wrong with it.

    03/04/2024 is March in some countries and April in others, so it is not read at all.

    Example:
        >>> read_date("2024-03-01") == date(2024, 3, 1)
        True
        >>> read_date("01/03/2024"), read_date("2204-03-01"), read_date("soon")
        ('slashes', 'year', 'unreadable')
    """
    if SLASHES.fullmatch(text.strip()):
        return "slashes"
    parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip())
    if not parts:
        return "unreadable"
    year, month, number = (int(part) for part in parts.groups())
    try:
        read = date(year, month, number)
    except ValueError:
        return "unreadable"
    return read if FIRST_YEAR <= year <= LAST_YEAR else "year"


def find_nearest_heading(title: str) -> str | None:
    """The known heading that is spelled most like this one; None when none is near.

    Example:
        >>> find_nearest_heading("nodes"), find_nearest_heading("weather")
        ('node', None)
    """
    known = [spelling for spellings in HEADINGS.values() for spelling in spellings]
    return next(iter(difflib.get_close_matches(compute_plain(title), known, n=1, cutoff=0.7)), None)


def names_a_person(title: str) -> bool:
    """Whether a heading looks like a name or a birth date, which no table may hold.

    Example:
        >>> names_a_person("Date de naissance"), names_a_person("Nom"), names_a_person("nodes")
        (True, True, False)
    """
    return IDENTITY.search(compute_plain(title)) is not None
