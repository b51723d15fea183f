"""The tables of a rehearsal: one row a quantity, chance and ignorance in columns of their own."""

import pytest

from abscopal.evidence.rehearsal_tables import (
    AssumedValue,
    CharacteristicRow,
    group_by_quantity,
    tabulate_comparison,
    tabulate_estimators,
    tabulate_spread,
    tabulate_values,
)
from abscopal.evidence.report.wording import Wording
from abscopal.protocol.text import Text

EN, FR = Wording("en"), Wording("fr")


def row(
    quantity, estimate, lower=None, upper=None, *, draw="all", design="planned", unit="proportion", n=300
):
    return CharacteristicRow(design, draw, quantity, estimate, lower, upper, n, unit)


ROWS = (
    row("conclusion.met", 0.747, 0.693, 0.795, unit="probability"),
    row("severe_rate.IT.mean", 0.287, 0.274, 0.301),
    row("severe_rate.IT.q05", 0.129),
    row("severe_rate.IT.q25", 0.2),
    row("severe_rate.IT.q50", 0.27),
    row("severe_rate.IT.q95", 0.5),
    row("severe_rate.IT.mean", 0.9, 0.8, 0.95, draw="3"),
    row("conclusion.met", 0.74, 0.497, 0.918, draw="between draws", unit="probability", n=8),
    row("severe_rate.IT.mean", 0.288, 0.209, 0.380, draw="between draws", n=8),
    row("severe_rate.IT.sd", 0.06, draw="between draws", n=8),
    row("severe_rate.IT.truth", 0.272, 0.265, 0.279, n=16384),
    row("severe_rate.IT.truth_error", 0.0035, n=16384),
    row("severe_rate.IT.bias", 0.015, 0.001, 0.029),
    row("severe_rate.IT.coverage", 0.97, 0.944, 0.986, unit="probability"),
    row("severe_rate.IT.sd", 0.104, draw="within a draw"),
    row("pfs_median.IT.q50", 315.0, unit="days"),
    row("pfs_median.IT.truth", 302.0, 300.0, 304.0, unit="days", n=16384),
    row("pfs_median.IT.truth_error", 1.02, unit="days", n=16384),
    row("pfs_median.IT.median_bias", 1.0, -2.0, 4.0, unit="days"),
    row("pfs_median.IT.coverage", 0.96, 0.93, 0.98, unit="probability"),
)


def read(table):
    return [[cell.text for cell in cells] for cells in table.rows]


def test_one_row_a_quantity_with_chance_and_ignorance_apart():
    table = tabulate_spread("t", "T", group_by_quantity(ROWS), EN)
    met, severe, median = read(table)
    assert met == ["rule met", "74.7%", "69.3% – 79.5%", *"—————", "49.7% – 91.8%"]
    assert severe[0] == "severe toxicity in the window, IT"
    assert severe[1:6] == ["28.7%", "27.4% – 30.1%", "12.9%", "27.0%", "50.0%"]
    assert severe[6:] == ["10.4%", "6.0%", "20.9% – 38.0%"]
    assert median == ["median progression-free survival (days), IT", *"———", "315", *"————"]
    assert table.header[6:9] == ("Chance", "Not known", "Between draws")
    assert all(len(cells) == len(table.header) for cells in table.rows)
    assert table.number_columns == set(range(1, 9))
    assert table.caption == "T, 300 trials"
    fewer = (*ROWS, row("os_median.IT.mean", 400.0, unit="days", n=299))
    mixed = tabulate_spread("t", "T", group_by_quantity(fewer), EN)
    assert (mixed.caption, mixed.header[-1], [cells[-1] for cells in read(mixed)]) == (
        "T", "Trials", ["300", "300", "300", "299"],
    )  # fmt: skip


def test_single_draws_are_left_to_the_file():
    assert "90.0%" not in str(read(tabulate_spread("t", "T", group_by_quantity(ROWS), EN)))


def test_estimators_are_judged_in_points_and_in_days():
    table = tabulate_estimators(group_by_quantity(ROWS), FR)
    assert table is not None
    severe, median = read(table)
    assert severe[1:] == [
        "27,2\u202f%", "0,35\u00a0points", "16\u202f384", "1,5\u00a0points", "0,1 – 2,9",
        "97,0\u202f%", "94,4\u202f% – 98,6\u202f%",
    ]  # fmt: skip
    assert median[1:] == [
        "302", "1,0", "16\u202f384", "1", "−2 – 4", "96,0\u202f%", "93,0\u202f% – 98,0\u202f%",
    ]  # fmt: skip
    assert tabulate_estimators(group_by_quantity(ROWS[:2]), FR) is None
    rates = tabulate_estimators(group_by_quantity([item for item in ROWS if item.unit != "days"]), FR)
    assert rates is not None
    assert len(rates.notes) == 1
    assert [note.split()[:2] for note in table.notes[1:]] == [["Les", "médianes"], ["La", "progression"]]


def test_a_comparison_has_a_column_for_each_way():
    larger = [
        row("conclusion.met", 0.0, 0.0, 0.012, design="patients=80", unit="probability"),
        row("conclusion.overrun", 0.957, 0.927, 0.977, design="patients=80", unit="probability"),
        row("severe_rate.IT.mean", 0.281, 0.27, 0.292, design="patients=80"),
    ]
    table = tabulate_comparison([*ROWS, *larger], EN)
    assert table is not None
    assert table.header == ("Quantity", "as planned", "patients=80")
    told = {name: (planned, changed) for name, planned, changed in read(table)}
    assert list(told)[:2] == ["rule met", "count reached among more patients than planned"]
    assert told["rule met"] == ("74.7% (69.3% – 79.5%)", "0.0% (0.0% – 1.2%)")
    assert told["count reached among more patients than planned"] == ("—", "95.7% (92.7% – 97.7%)")
    assert told["severe toxicity in the window, IT"][1] == "28.1% (27.0% – 29.2%)"
    assert "median progression-free survival (days), IT" not in told
    assert tabulate_comparison(ROWS, EN) is None


@pytest.mark.parametrize(("wording", "unit"), [(EN, "1/year"), (FR, "1/an")])
def test_values_say_what_they_are_before_their_name(wording, unit):
    value = AssumedValue("loss_per_year", Text(en="Loss", fr="Perte"), 0.03, "1/year", "assumed")
    ((what, number, written, origin, name),) = read(tabulate_values([value], wording))
    assert (what, name, written) == (value.text.read(wording.language), "loss_per_year", unit)
    assert number.replace(",", ".") == "0.03"
    assert origin == wording.name("provenance", "assumed")
