"""Vocabularies as text files: a head that says where each comes from, then code, English, French."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a vocabulary."""

    code: str
    en: str
    fr: str


@dataclass(frozen=True, slots=True)
class Codelist:
    """A vocabulary with its provenance."""

    name: str
    source: str
    provenance: str
    terms: Mapping[str, Term]


@cache
def read_codelist(name: str) -> Codelist:
    """Read a vocabulary of the package.

    Args:
        name: name of the file without its suffix, such as lesion_roles.

    Returns:
        Its terms by code, in the order of the file.

    Example:
        >>> list(read_codelist("ctcae_versions").terms)
        ['4.03', '5.0', '6.0']
    """
    lines = files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines()
    head = dict(
        line[2:].split(": ", 1) for line in lines if line.startswith(("# source: ", "# provenance: "))
    )
    terms = {}
    for line in lines:
        if line and not line.startswith("#"):
            code, english, french = line.split("\t")
            terms[code] = Term(code, english, french)
    return Codelist(name, head["source"], head["provenance"], MappingProxyType(terms))
