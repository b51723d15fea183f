"""SDTM: the tables of collected data, one file a domain (SDTMIG 3.4)."""

import dataframely as dy

from abscopal.tables.sdtm.ae import AdverseEvents
from abscopal.tables.sdtm.be import SpecimenEvents
from abscopal.tables.sdtm.bs import SpecimenMeasures
from abscopal.tables.sdtm.cp import CellPhenotyping
from abscopal.tables.sdtm.dd import DeathDetails
from abscopal.tables.sdtm.dm import Demographics
from abscopal.tables.sdtm.ds import Disposition
from abscopal.tables.sdtm.ex import Exposure
from abscopal.tables.sdtm.ie import InclusionExclusion
from abscopal.tables.sdtm.pr import Procedures
from abscopal.tables.sdtm.rs import DiseaseResponse
from abscopal.tables.sdtm.supp import SupplementalQualifiers
from abscopal.tables.sdtm.tr import TumourResults
from abscopal.tables.sdtm.tu import TumourIdentification

DOMAINS: dict[str, type[dy.Schema]] = {
    "dm": Demographics,
    "ds": Disposition,
    "ie": InclusionExclusion,
    "ex": Exposure,
    "pr": Procedures,
    "tu": TumourIdentification,
    "tr": TumourResults,
    "rs": DiseaseResponse,
    "ae": AdverseEvents,
    "dd": DeathDetails,
    "be": SpecimenEvents,
    "bs": SpecimenMeasures,
    "cp": CellPhenotyping,
}

__all__ = [
    "DOMAINS",
    "AdverseEvents",
    "CellPhenotyping",
    "DeathDetails",
    "Demographics",
    "DiseaseResponse",
    "Disposition",
    "Exposure",
    "InclusionExclusion",
    "Procedures",
    "SpecimenEvents",
    "SpecimenMeasures",
    "SupplementalQualifiers",
    "TumourIdentification",
    "TumourResults",
]
