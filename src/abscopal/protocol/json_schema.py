"""The JSON Schema of a study file: with it an editor completes and checks while one types."""

import json
from pathlib import Path
from typing import Any

from abscopal.protocol.study_protocol import StudyProtocol


def compute_json_schema() -> dict[str, Any]:
    """Describe the study file as a JSON Schema, draft 2020-12.

    Returns:
        The schema.

    Example:
        >>> compute_json_schema()["$schema"]
        'https://json-schema.org/draft/2020-12/schema'
    """
    schema = StudyProtocol.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Abscopal study file",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def write_json_schema(path: Path) -> None:
    """Write the JSON Schema of the study file.

    Args:
        path: file to write.
    """
    text = json.dumps(compute_json_schema(), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
