"""Response criteria, one file each; they never import each other."""

from abscopal.derivations.response.criteria.itrecist import ITRECIST
from abscopal.derivations.response.criteria.recist_1_1 import RECIST_1_1
from abscopal.derivations.response.criterion import Criterion

CRITERIA: tuple[Criterion, ...] = (RECIST_1_1, ITRECIST)

__all__ = ["CRITERIA", "ITRECIST", "RECIST_1_1"]
