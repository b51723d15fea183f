"""ADaM: the tables of analysis, one file a table (ADaMIG 1.3), and the lesions' working form."""

import dataframely as dy

from abscopal.tables.adam.adae import AdverseEventAnalysis
from abscopal.tables.adam.adcp import CellPhenotypingAnalysis
from abscopal.tables.adam.adex import ExposureAnalysis
from abscopal.tables.adam.adlr import LesionResponse
from abscopal.tables.adam.adrs import ResponseAnalysis
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.adam.adtr import TumourAnalysis
from abscopal.tables.adam.adtte import TimeToEvent
from abscopal.tables.adam.lesion_assessments import LesionAssessments

ANALYSIS_TABLES: dict[str, type[dy.Schema]] = {
    "adsl": SubjectLevel,
    "adex": ExposureAnalysis,
    "adtr": TumourAnalysis,
    "adrs": ResponseAnalysis,
    "adlr": LesionResponse,
    "adae": AdverseEventAnalysis,
    "adtte": TimeToEvent,
    "adcp": CellPhenotypingAnalysis,
}

__all__ = [
    "ANALYSIS_TABLES",
    "AdverseEventAnalysis",
    "CellPhenotypingAnalysis",
    "ExposureAnalysis",
    "LesionAssessments",
    "LesionResponse",
    "ResponseAnalysis",
    "SubjectLevel",
    "TimeToEvent",
    "TumourAnalysis",
]
