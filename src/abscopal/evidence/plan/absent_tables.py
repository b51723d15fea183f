"""Which of the tables behind an endpoint are missing: only those, by name."""

from collections.abc import Sequence

from abscopal.evidence.plan.readings import Stop

TUMOUR_TABLES = ("TU", "TR")


def name_absent_tables(stops: Sequence[Stop], *, needed: tuple[str, ...] = TUMOUR_TABLES) -> str:
    """Name the tables that an endpoint needs and that were not read.

    Args:
        stops: what was already found missing or unusable.
        needed: the tables that the endpoint rests on.

    Returns:
        Their names; all that are needed where nothing says which is missing.

    Example:
        >>> name_absent_tables([Stop("table_absent", detail="TR"), Stop("table_absent", detail="AE")])
        'TR'
        >>> name_absent_tables([Stop("table_unusable", detail="TU: 5/9")])
        'TU'
        >>> name_absent_tables([])
        'TU, TR'
    """
    found = {stop.detail.partition(":")[0] for stop in stops if not stop.endpoint}
    return ", ".join(name for name in needed if name in found) or ", ".join(needed)
