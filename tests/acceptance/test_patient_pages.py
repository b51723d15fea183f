"""Each patient in the report: everyone there, every response explained, every lesion and injection drawn."""

import re
from pathlib import Path

import polars as pl
import pytest

pytestmark = pytest.mark.slow


def list_entries(folder: Path) -> dict[str, str]:
    """The entry of each patient in the page, by SUBJID."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    blocks = [block.partition("</details>")[0] for block in page.split("<details ")[1:]]
    return {block.partition("<strong>")[2].partition("</strong>")[0]: block for block in blocks}


def read_labels(folder: Path) -> dict[str, str]:
    return dict(pl.read_parquet(folder / "adam" / "adsl.parquet").select("USUBJID", "SUBJID").iter_rows())


def test_every_enrolled_patient_with_a_lesion_has_an_entry(english: Path, french: Path):
    adsl = pl.read_parquet(english / "adam" / "adsl.parquet").filter(ENRLFL="Y")
    lesions = pl.read_parquet(english / "adam" / "adtr.parquet")
    expected = adsl.join(lesions, on="USUBJID", how="semi")["SUBJID"].sort().to_list()
    for folder in (english, french):
        assert list(list_entries(folder)) == expected
        assert (folder / "report.html").stat().st_size < 6_000_000


def test_each_response_of_a_patient_is_explained_in_a_sentence(english: Path, french: Path):
    responses = pl.read_parquet(english / "adam" / "adrs.parquet").filter(PARAMCD="OVR")
    labels = read_labels(english)
    for folder, sentence in ((english, "PD: sum rose from "), (french, "PD\u00a0: la somme est passée de ")):
        blocks = list_entries(folder)
        for (patient,), own in responses.group_by("USUBJID"):
            table = blocks[labels[patient]].partition('-responses">')[2].partition("</table>")[0]
            assert table.count("<tr>") - 1 >= own.height
            assert "<td></td>" not in table
        grown = responses.filter(AVALC="PD", REASON="TARGET")
        for (patient,), own in grown.group_by("USUBJID"):
            assert blocks[labels[patient]].count(sentence) >= own["AVISITN"].n_unique()


def test_injections_and_lesions_of_a_patient_are_all_drawn(english: Path):
    adex = pl.read_parquet(english / "adam" / "adex.parquet").filter(pl.col("EXLNKID").is_not_null())
    adtr = pl.read_parquet(english / "adam" / "adtr.parquet").filter(LSROLE="TARGET")
    labels = read_labels(english)
    blocks = list_entries(english)
    for (patient, lesion), doses in adex.group_by("USUBJID", "EXLNKID"):
        days = ", ".join(str(day) for day in doses["ASTDY"].unique().sort())
        panel = next(
            part for part in blocks[labels[patient]].split("<svg ") if f'aria-label="{lesion}, ' in part
        )
        assert f"Injected on days {days}." in panel
    for (patient,), own in adtr.filter(pl.col("TRLNKID") != "").group_by("USUBJID"):
        for lesion in own["TRLNKID"].unique():
            assert f'aria-label="{lesion}, target' in blocks[labels[patient]]


def test_the_body_map_and_its_table_count_the_same_lesions(english: Path):
    page = (english / "report.html").read_text(encoding="utf-8")
    section = page.partition('<section id="sites"')[2].partition("</section>")[0]
    told = re.findall(r"(\w[\w ]*): (\d+) injected, (\d+) not injected", section)
    rows = re.findall(
        r'<th scope="row">(.*?)</th><td[^>]*>(\d+)[^<]*</td><td[^>]*>(\d+)[^<]*</td>',
        section.replace("\n", ""),
    )
    assert len(told) >= 5
    assert sorted(told) == sorted(rows)
    assert (english / "figures" / "body_map.svg").read_text(encoding="utf-8").count("<svg") == 1
