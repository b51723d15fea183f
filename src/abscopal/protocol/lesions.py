"""How tumours are measured and read: which lesions, criteria and reader, and which reading of the rules."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.response_choices import ResponseChoices
from abscopal.protocol.text import Text

LESION_CRITERIA = ("recist_1_1", "irecist", "itrecist")


class AcceptedReader(Marked):
    """Whose reading decides."""

    rule: Literal["accepted_flag", "named_reader", "adjudicated", "majority"] = Field(
        description="accepted_flag: the reading whose --ACPTFL is Y; named_reader: the reader below; adjudicated: two "
        "readers, and the adjudicator where they disagree on best response or date of progression; majority: "
        "what more than half of the readers say."
    )
    reader: str | None = Field(
        default=None,
        description="READER, such as INVESTIGATOR or INDEPENDENT ASSESSOR / RADIOLOGIST 1; for named_reader. Under "
        "adjudicated, the one whose record stands where the two agree; without it, the first of `readers`.",
    )
    adjudicator: str | None = Field(default=None, description="The third READER, for adjudicated.")
    agree_within_days: int = Field(
        default=0, ge=0, description="Days by which two dates of progression may differ and still agree."
    )


class LesionResponseRule(Marked):
    """What it takes for one lesion to have responded; every lesion percentage is printed with it."""

    name: Text = Field(description="Name shown to people.")
    measure: Literal["diameter", "product", "complete"] = Field(description="What is measured on the lesion.")
    decrease_percent: Sourced[float] = fact(
        "Least decrease from baseline, in percent.", stops="lesion-level response"
    )
    time: Literal["best", "landmark"] = Field(description="Best over time, or at a landmark.")
    landmark_day: Sourced[int] = fact("Day of the landmark.")
    not_evaluable: Literal["in_denominator", "left_out"] = Field(
        description="What becomes of unmeasured lesions."
    )


class LesionRules(Part):
    """Rules of measurement and reading."""

    criteria: tuple[str, ...] = Field(
        min_length=1,
        description="Response criteria that are derived; known: recist_1_1, irecist, itrecist.",
        json_schema_extra={"items": {"type": "string", "enum": list(LESION_CRITERIA)}},
    )
    primary_criterion: str = Field(
        description="The criterion of the main analyses.", json_schema_extra={"enum": list(LESION_CRITERIA)}
    )
    distant_lesions: Literal["expected", "none"] = Field(
        description="none when every lesion is removed or treated locally: no distant response can be read."
    )
    maximum_targets: Sourced[int] = fact("Greatest number of target lesions.")
    maximum_targets_per_organ: Sourced[int] = fact("Greatest number of target lesions in one organ.")
    maximum_targets_per_category: Sourced[int] = fact(
        "Greatest number among injected, and among non-injected, targets."
    )
    minimum_diameter_mm: Sourced[float] = fact("Least longest diameter of a measurable lesion, mm.")
    minimum_node_short_axis_mm: Sourced[float] = fact("Least short axis of a measurable lymph node, mm.")
    readers: tuple[str, ...] = Field(default=(), description="Who reads the scans, as in READER.")
    accepted_reader: AcceptedReader = Field(description="The reader whose readings are analysed.")
    lesion_response: tuple[LesionResponseRule, ...] = Field(
        default=(), description="Lesion-level response rules."
    )
    settings: ResponseChoices = Field(
        default_factory=ResponseChoices, description="Readings this trial fixes."
    )
