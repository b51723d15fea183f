"""Tables of synthetic patients say so wherever they are read."""

from collections.abc import Iterable

SYNTHETIC_STUDYID = "SYNTHETIC"
SENTENCES = {
    "en": "The patients of this report are synthetic: they were drawn by a program and never existed. "
    "The numbers show what the software does; they say nothing about the drug or the trial.",
    "fr": "Les patients de ce rapport sont synthétiques : tirés par un programme, ils n’ont jamais existé. "
    "Les chiffres montrent ce que fait le logiciel ; ils ne disent rien du médicament ni de l’essai.",
}


def describe_origin(study_ids: Iterable[str], *, language: str) -> str:
    """Say where tables come from, by their STUDYID; empty for tables of which nothing is known.

    Example:
        >>> describe_origin(["S1"], language="en")
        ''
    """
    return SENTENCES[language] if SYNTHETIC_STUDYID in study_ids else ""
