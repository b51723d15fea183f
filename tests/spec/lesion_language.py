"""The small language of the rule book: lesions in columns, assessments in rows, one word or number a cell.

    day | T1 | T2 node | N1      | new
    -7  | 60 | 20      | present |
    42  | 40 | 8       | gone    | yes

The first row is baseline. T is a target, N a non-target, `node` a lymph node, M a raised tumour marker. A cell holds
millimetres, `18+14` (fragments), or a word: gone, tiny (too small to measure), merged, ? (not evaluated), present,
worse (unequivocal progression). A column that begins with `new` holds yes, perhaps, refuted or nothing.
`T1 injected 43` says that the lesion was first injected on day 43; `20x15` gives two diameters, the longest first.
"""

from typing import Any

import polars as pl

from abscopal.derivations.response.baseline_checks import check_baseline
from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.duration import derive_response_durations
from abscopal.derivations.response.lesion_burden import MARKER_LOCATION, derive_lesion_burden
from abscopal.derivations.response.response_table import derive_adrs_from_responses
from abscopal.derivations.response.settings import ResponseSettings
from lesion_builder import build_adsl, build_assessments, build_responses, day, lesion

WORDS = {
    "gone": "ABSENT",
    "tiny": "TOO_SMALL",
    "merged": "MERGED",
    "?": "NOT_EVALUATED",
    "present": "PRESENT",
    "worse": "UNEQUIVOCAL_PROGRESSION",
    "yes": "UNEQUIVOCAL",
    "perhaps": "EQUIVOCAL",
    "refuted": "NOT_TUMOUR",
}


def read_cells(table: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a plain-text table."""
    lines = [line for line in table.splitlines() if line.strip()]
    header, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    return header, rows


def read_lesions(table: str) -> Any:
    """A table of lesions as the derivations take it."""
    header, rows = read_cells(table)
    lesions = []
    for visit, cells in enumerate(rows):
        on = day(int(cells[0]))
        for title, cell in zip(header[1:], cells[1:], strict=True):
            if cell:
                described, _, first = title.partition(" injected ")
                name, *facts = described.split()
                injected = {"INJDT": day(int(first)) if first else None}
                lesions.append(_read_cell(name, facts, visit, cell) | {"ADT": on} | injected)
    return build_assessments(lesions)


def _read_cell(name: str, facts: list[str], visit: int, cell: str) -> dict[str, Any]:
    role = {"T": "TARGET", "N": "NON-TARGET", "M": "NON-TARGET"}.get(name[0], "NEW")
    place = MARKER_LOCATION if name[0] == "M" else " ".join(f for f in facts if f != "node").upper() or None
    state, tenths = WORDS.get(cell), None
    if state is None:
        state, tenths = (
            "MEASURED",
            sum(round(float(piece) * 10) for piece in cell.partition("x")[0].split("+")),
        )
    return lesion(
        " ".join([name, *facts]) if role == "NEW" else name,
        visit, state, tenths, role=role, node="node" in facts, location=place,
    )  # fmt: skip


def judge(table: str, criterion: str = "recist_1_1", **settings: Any) -> pl.DataFrame:
    """The responses of each assessment after baseline."""
    chosen = next(known for known in CRITERIA if known.name == criterion)
    return chosen.derive_visit_responses(read_lesions(table), ResponseSettings(**settings))


def overall(table: str, criterion: str = "recist_1_1", **settings: Any) -> list[str]:
    """Overall response, assessment by assessment."""
    return judge(table, criterion, **settings)["OVRRESP"].to_list()


def targets(table: str, criterion: str = "recist_1_1", **settings: Any) -> list[str]:
    """Target response, assessment by assessment."""
    return judge(table, criterion, **settings)["TRGRESP"].to_list()


def non_targets(table: str, criterion: str = "recist_1_1", **settings: Any) -> list[str]:
    """Non-target response, assessment by assessment."""
    return judge(table, criterion, **settings)["NTRGRESP"].to_list()


def new_lesions(table: str, criterion: str = "recist_1_1", **settings: Any) -> list[str]:
    """New lesions, assessment by assessment: Y, N, or EQ while equivocal."""
    return judge(table, criterion, **settings)["NEWLRESP"].to_list()


def reasons(table: str, criterion: str = "recist_1_1", **settings: Any) -> list[str | None]:
    """Reason code of the overall response, assessment by assessment."""
    return judge(table, criterion, **settings)["OVRREASON"].to_list()


def sums(table: str) -> list[float | None]:
    """Sum of the targets in mm, baseline first; None where a target is missing."""
    return [
        None if tenths is None else tenths / 10 for tenths in derive_lesion_burden(read_lesions(table))["SUM"]
    ]


def doubts(table: str, criterion: str = "recist_1_1") -> list[str]:
    """What a radiologist would question at baseline."""
    chosen = next(known for known in CRITERIA if known.name == criterion)
    found = check_baseline(
        read_lesions(table), build_adsl("P1"), selection=chosen.selection, settings=ResponseSettings()
    )
    return found["FINDING"].to_list()


def _read_sequence(table: str) -> list[tuple[int, str]]:
    _, rows = read_cells(table)
    return [(int(cells[0]), cells[1]) for cells in rows]


def _tabulate(table: str, patient: dict[str, int], settings: ResponseSettings) -> tuple[Any, Any]:
    adsl = build_adsl("P1", **{column: day(number) for column, number in patient.items()})
    responses = build_responses(_read_sequence(table))
    return adsl, derive_adrs_from_responses(responses, adsl, criterion=CRITERIA[0], settings=settings)


def best(
    table: str, patient: dict[str, int] | None = None, *, confirmed: bool, **settings: Any
) -> tuple[str, str | None]:
    """Best response and its reason code, from overall responses by day; `patient` dates death or new therapy."""
    _, adrs = _tabulate(table, patient or {}, ResponseSettings(**settings))
    row = adrs.row(by_predicate=pl.col("PARAMCD") == ("CBOR" if confirmed else "BOR"), named=True)
    return row["AVALC"], row["REASON"]


def duration(table: str, patient: dict[str, int] | None = None, **settings: Any) -> tuple[int, str] | None:
    """Days of response and how it ended: progression, death, or still going on; None without response."""
    chosen = ResponseSettings(**settings)
    adsl, adrs = _tabulate(table, patient or {}, chosen)
    for row in derive_response_durations(adrs, adsl, settings=chosen).iter_rows(named=True):
        return int(row["AVAL"]), "censored" if row["CNSR"] else row["EVNTDESC"].lower()
    return None
