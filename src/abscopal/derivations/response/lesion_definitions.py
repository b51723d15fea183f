"""What it takes for one lesion to have responded: published definitions, which give different percentages."""

from dataclasses import dataclass
from typing import Literal

Measure = Literal["diameter", "product", "complete"]


@dataclass(frozen=True, slots=True)
class LesionDefinition:
    """What it takes for one lesion to have responded.

    Args:
        code: identifier, such as decrease_30.
        parameter: the same in ADLR, at most 8 characters.
        title: the definition in words.
        measure: longest diameter (short axis of a node), product of two diameters, or complete resolution.
        decrease_percent: least fall from baseline; plays no part for complete resolution.
        is_strict: whether the fall must exceed that percentage.
        not_evaluable: what becomes of lesions that cannot be told; none means the setting lesion_not_evaluable.
        landmark_day: days from the reference date, for a response at a landmark; none means at best.
        name_en: the study's own name of it; empty for the definitions of the house.
        name_fr: the same in French.
    """

    code: str
    parameter: str
    title: str
    measure: Measure
    decrease_percent: float
    is_strict: bool = False
    not_evaluable: Literal["in_denominator", "left_out"] | None = None
    landmark_day: int | None = None
    name_en: str = ""
    name_fr: str = ""


# OPTiM counted a fall of 50 % of the product of two diameters (Andtbacka 2016, doi:10.1245/s10434-016-5286-0); a fall
# of 30 % of the diameter is RECIST's, of one lesion; any fall is what "regressed" may mean where no one says.
HOUSE_DEFINITIONS = (
    LesionDefinition(
        "any_decrease", "ANYDEC", "Any decrease of the diameter", "diameter", 0.0, is_strict=True
    ),
    LesionDefinition("decrease_30", "LD30", "Diameter smaller by 30 % or more", "diameter", 30.0),
    LesionDefinition(
        "product_50", "PROD50", "Product of two diameters smaller by 50 % or more", "product", 50.0
    ),
    LesionDefinition("complete", "COMPLETE", "Lesion gone, or node below 10 mm", "complete", 100.0),
)
