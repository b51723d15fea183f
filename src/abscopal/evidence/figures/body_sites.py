"""Which place of the body a location names, and how many lesions stand there; what no word names is never dropped."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from abscopal.derivations.response.followed_lesions import MARKER_LOCATION
from abscopal.evidence.figures.course_data import LesionCourse
from abscopal.evidence.typography import Language

Side = Literal["left", "right", ""]

_SIDES: dict[str, Side] = {
    "LEFT": "left", "L": "left", "GAUCHE": "left",
    "RIGHT": "right", "R": "right", "DROIT": "right", "DROITE": "right",
}  # fmt: skip
_SIDE_NAMES: dict[Language, dict[Side, str]] = {
    "en": {"left": "{site}, left", "right": "{site}, right"},
    "fr": {"left": "{site}, à gauche", "right": "{site}, à droite"},
}
_UNRECORDED: dict[Language, str] = {"en": "Location not recorded", "fr": "Localisation non renseignée"}


@dataclass(frozen=True, slots=True)
class BodySite:
    """A place of the body map.

    Args:
        code: location as CDISC writes it.
        en: in English.
        fr: in French.
        across: place from the middle of the body, negative on the patient's right; None without a single place.
        down: place from the crown of the head; None without a single place.
        is_paired: whether there is one on each side.
    """

    code: str
    en: str
    fr: str
    across: float | None
    down: float | None
    is_paired: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a location is drawn, and what it is called.

    Args:
        name: in the reader's language; for an unknown location the words of the table.
        kind: `placed` on the body, `general` beside it, or `unknown` to the map.
        across: from the middle of the body, negative on the patient's right; 0 where not placed.
        down: from the crown of the head; 0 where not placed.
    """

    name: str
    kind: Literal["placed", "general", "unknown"]
    across: float = 0.0
    down: float = 0.0


@dataclass(frozen=True, slots=True)
class SiteCount:
    """The lesions of one place.

    Args:
        place: where.
        injected: lesions that were injected, and in how many patients.
        distant: lesions that were not, and in how many patients.
        new: how many of all are new lesions.
        millimetres: sum of the targets at baseline.
        names: names of the lesions, the injected ones and the others, for the map of one patient.
    """

    place: Place
    injected: tuple[int, int]
    distant: tuple[int, int]
    new: int
    millimetres: float
    names: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def total(self) -> int:
        """All lesions of the place."""
        return self.injected[0] + self.distant[0]


@cache
def read_body_sites() -> Mapping[str, BodySite]:
    """Read the places of the body map, which ship with the package.

    Returns:
        For each word or words that name a place, without accents and in capitals, the place.
    """
    text = files("abscopal.tables.codelists").joinpath("body_sites.txt").read_text(encoding="utf-8")
    sites: dict[str, BodySite] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        code, english, french, across, down, kind, others = line.split("\t")
        placed = kind != "general"
        site = BodySite(
            code,
            english,
            french,
            float(across) if placed else None,
            float(down) if placed else None,
            kind == "paired",
        )
        for words in (code, english, french, *others.split("|")):
            if words:
                sites.setdefault(" ".join(_list_words(words)), site)
    return sites


@lru_cache(maxsize=4096)
def find_place(location: str | None, *, language: Language) -> Place:
    """Find where a location is drawn: the longest known words in it, and the side where one is told.

    A node, a skin lesion or a bone lesion whose place is told stands at that place.

    Args:
        location: TULOC, or plain words in English or French; None where not recorded.
        language: of the name.

    Returns:
        The place; an unknown location keeps its own words.

    Example:
        >>> find_place("UPPER LOBE OF LEFT LUNG", language="en")
        Place(name='Lung, left', kind='placed', across=14.0, down=78.0)
        >>> find_place("ganglion axillaire droit", language="fr").name
        'Ganglion, aisselle, à droite'
        >>> find_place("MARS", language="en").kind
        'unknown'
    """
    if not location:
        return Place(_UNRECORDED[language], "unknown")
    words = _list_words(location)
    side: Side = next((_SIDES[word] for word in words if word in _SIDES), "")
    found = _match([word for word in words if word not in _SIDES])
    if not found:
        return Place(location.strip().capitalize(), "unknown")
    placed = next((site for site in found if site.across is not None), None)
    general = next((site for site in found if site.across is None), None)
    names = [site.fr if language == "fr" else site.en for site in (general, placed) if site is not None]
    name = ", ".join([names[0], *(other[:1].lower() + other[1:] for other in names[1:])])
    if placed is None or placed.across is None or placed.down is None:
        return Place(name, "general")
    if not placed.is_paired or not side:
        return Place(name, "placed", placed.across, placed.down)
    across = -placed.across if side == "left" else placed.across
    return Place(_SIDE_NAMES[language][side].format(site=name), "placed", across, placed.down)


def count_sites(
    patients: Mapping[str, Sequence[LesionCourse]], *, language: Language
) -> tuple[SiteCount, ...]:
    """Count the lesions of each place, the injected and the others, in how many patients; most lesions first.

    A lesion counts as injected when it ever was. Tumour markers are no lesions.

    Args:
        patients: the lesions of each patient.
        language: of the names.

    Returns:
        One entry for each place.
    """
    found: dict[Place, list[tuple[str, LesionCourse]]] = {}
    for patient, lesions in patients.items():
        for lesion in lesions:
            if lesion.site != MARKER_LOCATION:
                found.setdefault(find_place(lesion.site, language=language), []).append((patient, lesion))
    counts = [_count(place, here) for place, here in found.items()]
    return tuple(sorted(counts, key=lambda count: (-count.total, count.place.name)))


def _count(place: Place, here: list[tuple[str, LesionCourse]]) -> SiteCount:
    injected = [patient for patient, lesion in here if lesion.is_injected]
    distant = [patient for patient, lesion in here if not lesion.is_injected]
    lengths = [lesion.baseline or 0.0 for _, lesion in here if lesion.role == "TARGET"]
    return SiteCount(
        place,
        (len(injected), len(set(injected))),
        (len(distant), len(set(distant))),
        sum(lesion.role == "NEW" for _, lesion in here),
        round(sum(lengths), 1),
        (
            tuple(lesion.name for _, lesion in here if lesion.is_injected),
            tuple(lesion.name for _, lesion in here if not lesion.is_injected),
        ),
    )


def _match(words: list[str]) -> list[BodySite]:
    """The known places in a run of words, the longest name first; no word counts twice."""
    sites, left = read_body_sites(), list(words)
    found: dict[str, BodySite] = {}
    for length in range(len(left), 0, -1):
        for start in range(len(left) - length + 1):
            name = " ".join(left[start : start + length])
            if name in sites and sites[name] not in found.values():
                found[name] = sites[name]
                left[start : start + length] = [""] * length
    return [found[name] for name in sorted(found, key=len, reverse=True)]


def _list_words(text: str) -> list[str]:
    """The words in capitals, without accents; an o-e ligature is two letters."""
    opened = text.upper().replace("Œ", "OE").replace("Æ", "AE")
    plain = unicodedata.normalize("NFD", opened).encode("ascii", "ignore").decode("ascii")
    return re.findall(r"[A-Z0-9]+", plain)
