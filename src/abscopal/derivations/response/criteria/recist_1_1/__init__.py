"""RECIST 1.1 (Eisenhauer 2009, doi:10.1016/j.ejca.2008.10.026)."""

from abscopal.derivations.response.criteria.recist_1_1.definition import RECIST_1_1, derive_visit_responses

__all__ = ["RECIST_1_1", "derive_visit_responses"]
