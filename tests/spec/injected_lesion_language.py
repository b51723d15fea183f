"""What the rule book asks of injected and non-injected lesions, in the small language of lesions."""

from typing import Any

import polars as pl

from abscopal.derivations.response.baseline_checks import check_baseline
from abscopal.derivations.response.criteria import ITRECIST
from abscopal.derivations.response.lesion_definitions import HOUSE_DEFINITIONS, LesionDefinition
from abscopal.derivations.response.lesion_responses import derive_lesion_responses
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from lesion_builder import build_adsl
from spec.lesion_language import read_cells, read_lesions


def _judge(table: str, category: str, **settings: Any) -> pl.DataFrame:
    assert ITRECIST.derive_category_responses is not None
    judged = ITRECIST.derive_category_responses(read_lesions(table), ResponseSettings(**settings))
    return judged.filter(CATEGORY=category)


def itrecist(table: str, **settings: Any) -> list[str]:
    """Overall response, assessment by assessment."""
    judged = ITRECIST.derive_visit_responses(read_lesions(table), ResponseSettings(**settings))
    return judged["OVRRESP"].to_list()


def injected(table: str, **settings: Any) -> list[str]:
    """Injected response, assessment by assessment."""
    return _judge(table, "INJECTED", **settings)["OVRRESP"].to_list()


def non_injected(table: str, **settings: Any) -> list[str]:
    """Non-injected response, assessment by assessment."""
    return _judge(table, "NON-INJECTED", **settings)["OVRRESP"].to_list()


def injected_targets(table: str, **settings: Any) -> list[str]:
    """Response of the injected targets, assessment by assessment."""
    return _judge(table, "INJECTED", **settings)["TRGRESP"].to_list()


def non_injected_targets(table: str, **settings: Any) -> list[str]:
    """Response of the non-injected targets, assessment by assessment."""
    return _judge(table, "NON-INJECTED", **settings)["TRGRESP"].to_list()


def _sums(judged: pl.DataFrame) -> list[tuple[float | None, float | None, float | None]]:
    columns = [pl.col(name) / 10 for name in ("SUM", "BASESUM", "NADIR")]
    return judged.select(columns).rows()


def injected_sums(table: str, **settings: Any) -> list[tuple[float | None, float | None, float | None]]:
    """Sum of the injected targets with its baseline and nadir, mm."""
    return _sums(_judge(table, "INJECTED", **settings))


def non_injected_sums(table: str, **settings: Any) -> list[tuple[float | None, float | None, float | None]]:
    """Sum of the non-injected targets with its baseline and nadir, mm."""
    return _sums(_judge(table, "NON-INJECTED", **settings))


def _best(table: str, parameter: str, **settings: Any) -> str:
    adrs = derive_adrs(
        read_lesions(table), build_adsl("P1"), criterion=ITRECIST, settings=ResponseSettings(**settings)
    )
    return str(adrs.filter(PARAMCD=parameter)["AVALC"].item())


def best_overall(table: str, **settings: Any) -> str:
    """Best overall response by itRECIST."""
    return _best(table, "BOR", **settings)


def best_injected(table: str, **settings: Any) -> str:
    """Best response of the injected lesions."""
    return _best(table, "BORINJ", **settings)


def best_non_injected(table: str, **settings: Any) -> str:
    """Best response of the non-injected lesions."""
    return _best(table, "BORNINJ", **settings)


def itrecist_doubts(table: str) -> list[str]:
    """What would be questioned in the choice of injected and other targets."""
    found = check_baseline(
        read_lesions(table), build_adsl("P1"), selection=ITRECIST.selection, settings=ResponseSettings()
    )
    return found["FINDING"].to_list()


def lesions(
    table: str, definition: str, *, landmark_day: int | None = None, confirmed: bool = False, **settings: Any
) -> dict[str, str]:
    """Each lesion: injected or distant, and whether it responded; cells of two diameters are written 20x15."""
    header, rows = read_cells(table)
    assessments = read_lesions(table)
    products = []
    for visit, cells in enumerate(rows):
        for title, cell in zip(header[1:], cells[1:], strict=True):
            long, _, across = cell.partition("x")
            if across:
                size = round(float(long) * 10) * round(float(across) * 10)
                products.append((title.split()[0], visit, size))
    chosen = next(known for known in HOUSE_DEFINITIONS if known.code == definition)
    asked = LesionDefinition(
        chosen.code, chosen.parameter, chosen.title, chosen.measure, chosen.decrease_percent,
        is_strict=chosen.is_strict, landmark_day=landmark_day,
    )  # fmt: skip
    schema = {"TULNKID": pl.String, "AVISITN": pl.Int64, "PRODUCT": pl.Int64}
    scans = assessments.join(pl.DataFrame(products, schema=schema, orient="row"), on=["TULNKID", "AVISITN"])
    found = derive_lesion_responses(
        assessments,
        build_adsl("P1"),
        definitions=[asked],
        scans=scans.select("USUBJID", "READER", "TULNKID", "ADT", "PRODUCT", METHOD=pl.lit("CT SCAN")),
        settings=ResponseSettings(**settings),
    )
    counted = found.filter(ANL01FL="Y")
    answer = pl.col("CONFFL").fill_null("N") if confirmed else pl.col("AVALC")
    kind = pl.when(pl.col("INJFL") == "Y").then(pl.lit("injected")).otherwise(pl.lit("distant"))
    words = counted.select("TULNKID", pl.format("{} {}", kind, answer.replace({"Y": "yes", "N": "no"})))
    return dict(words.rows())
