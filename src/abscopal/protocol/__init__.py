"""The study file: everything a team must say about a trial, with the provenance of each value."""

from abscopal.protocol.provenance import Provenance, Sourced
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Language, Text

__all__ = ["Language", "Provenance", "Sourced", "StudyProtocol", "Text"]
