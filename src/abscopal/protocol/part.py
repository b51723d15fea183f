"""What every part of a study file is: a frozen record that refuses keys it does not know."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Part(BaseModel):
    """A part of a study file. Unknown keys are mistakes: a typo must never be read as silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)

    def list_harmless_fields(self) -> tuple[str, ...]:
        """Name the fields that may stay unknown here without stopping anything."""
        return ()


Identifier = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", min_length=1, max_length=60),
    Field(description="A short name without spaces, by which other parts of the file refer to this one."),
]
