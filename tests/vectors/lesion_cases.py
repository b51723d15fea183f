"""How the cases write what was seen of a lesion."""

from typing import Any

NON_TARGET_STATES = {
    "ABSENT": "ABSENT",
    "PRESENT": "PRESENT",
    "UNEQUIVOCAL_PD": "UNEQUIVOCAL_PROGRESSION",
    "NE": "NOT_EVALUATED",
}


def to_tenths(millimetres: float) -> int:
    return round(millimetres * 10)


def read_target(value: Any) -> tuple[str, int | None]:
    match value:
        case None:
            return "NOT_EVALUATED", None
        case "TSTM":
            return "TOO_SMALL", 50
        case {"fragments": pieces}:
            lengths = [read_target(piece)[1] for piece in pieces]
            if None in lengths:
                return "NOT_EVALUATED", None
            return ("MEASURED", sum(lengths)) if any(lengths) else ("ABSENT", 0)
        case {"merged_into": _}:
            return "MERGED", 0
        case 0:
            return "ABSENT", 0
        case _:
            return "MEASURED", to_tenths(value)


def read_non_target(value: Any) -> tuple[str, int | None]:
    if isinstance(value, dict):
        return "MEASURED", to_tenths(value["sa_mm"])
    return NON_TARGET_STATES[value], None
