"""The map of lesions by site: every location finds its place or is listed, none is dropped."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import polars as pl
import pytest

import abscopal.studies
from abscopal.evidence.figures.body_map import CROWN, MIDDLE, MOST_LABELS, render_body_map
from abscopal.evidence.figures.body_sites import count_sites, find_place, read_body_sites
from unit.evidence.figure_tables import course

SPACE = "{http://www.w3.org/2000/svg}"
STUDIES = Path(next(iter(abscopal.studies.__path__)))


def list_bundled_locations():
    written = {
        location.strip().strip('"')
        for file in STUDIES.glob("*/patients.yml")
        for location in re.findall(r"location: ([^,}]+)", file.read_text(encoding="utf-8"))
    }
    tables = {
        location
        for file in STUDIES.glob("*/synthetic/tu.csv")
        for location in pl.read_csv(file)["TULOC"].drop_nulls()
    }
    return sorted(written | tables)


def words(svg):
    root = ElementTree.fromstring(svg)
    return [" ".join("".join(text.itertext()).split()) for text in root.iter(f"{SPACE}text")]


def draw(sites, language="en", labels="counts"):
    lesions = [course(f"T{n:02d}", [20.0], site=site) for n, site in enumerate(sites)]
    return render_body_map(count_sites({"P1": lesions}, language=language), language=language, labels=labels)


def test_every_location_of_the_bundled_studies_has_a_place():
    locations = list_bundled_locations()
    assert len(locations) >= 8
    unknown = [where for where in locations if find_place(where, language="en").kind == "unknown"]
    assert unknown == []


@pytest.mark.parametrize(
    "location",
    ["BLADDER", "ADRENAL GLAND", "OESOPHAGUS", "HEAD AND NECK", "CHEST", "COLON", "BONE", "BODY", "BREAST",
     "LYMPH NODE", "LIVER", "LUNG", "STOMACH", "PANCREAS", "KIDNEY", "BRAIN", "PROSTATE", "OVARY"],
)  # fmt: skip
def test_locations_of_other_makers_tables_have_a_place(location):
    assert find_place(location, language="fr").kind != "unknown"


def test_every_place_lies_in_the_body_and_has_both_names():
    for site in read_body_sites().values():
        assert site.en
        assert site.fr
        if site.across is not None:
            assert -60 <= site.across <= 60
            assert 0 <= site.down <= 296
        if site.is_paired:
            assert site.across < 0, f"{site.code}: the patient's right is negative"


@pytest.mark.parametrize(
    ("location", "name", "across"),
    [
        ("LUNG", "Lung", -14), ("LEFT LUNG", "Lung, left", 14), ("Lung, right", "Lung, right", -14),
        ("LIVER SEGMENT VII", "Liver", -12), ("LYMPH NODE AXILLA LEFT", "Lymph node, axilla, left", 30),
        ("skin of the left thigh", "Skin, thigh, left", 17), ("Foie", "Liver", -12),
        ("ganglion inguinal droit", "Lymph node, groin, right", -14),
    ],
)  # fmt: skip
def test_words_and_sides_find_their_place(location, name, across):
    place = find_place(location, language="en")
    assert (place.name, place.kind, place.across) == (name, "placed", across)


def test_an_organ_whose_name_holds_another_is_not_mistaken():
    assert find_place("HEAD OF PANCREAS", language="en").name == "Pancreas"
    assert find_place("COU", language="fr").name == "Cou"
    assert find_place("COUCH", language="fr").kind == "unknown"


def test_unknown_and_general_sites_are_listed_under_the_body():
    said = words(draw(["LIVER", "SKIN", "PLUTO", None]))
    assert "Liver ■ 1" in [text.replace("\u00a0", " ") for text in said]
    below = said[said.index("Without a single place:") :]
    assert below[1].startswith("Skin")
    unknown = below[below.index("Not on the map:") :]
    assert [text.split(" ■")[0] for text in unknown[1:3]] == ["Location not recorded", "Pluto"]


def test_no_site_is_lost_however_many_there_are():
    codes = sorted({site.code for site in read_body_sites().values()})
    assert len(codes) > 2 * MOST_LABELS
    said = " | ".join(words(draw([*codes, "NOWHERE"])))
    for code in codes:
        assert find_place(code, language="en").name in said
    assert "Nowhere" in said


def test_lesions_and_patients_are_counted_by_site_and_by_injection():
    patients = {
        "P1": [
            course("T01", [20.0], injected_on=1),
            course("T02", [15.0]),
            course("NEW01", [9.0], role="NEW"),
        ],
        "P2": [course("T01", [30.0]), course("T02", [12.0], site="TUMOUR MARKER")],
    }
    (liver,) = count_sites(patients, language="en")
    assert liver.place.name == "Liver"
    assert (liver.injected, liver.distant, liver.new) == ((1, 1), (3, 2), 1)
    assert liver.millimetres == 65.0  # the new lesion is no target
    assert liver.names == (("T01",), ("T02", "NEW01", "T01"))


def test_injected_and_other_lesions_differ_by_shape_and_stand_at_the_organ():
    lesions = [course("T01", [20.0], injected_on=1, site="BRAIN"), course("T02", [20.0])]
    sites = count_sites({"P1": lesions}, language="en")
    root = ElementTree.fromstring(render_body_map(sites, language="en", labels="lesions"))
    brain = next(root.iter(f"{SPACE}circle"))
    assert (float(brain.get("cx")), float(brain.get("cy"))) == (MIDDLE, CROWN + 13)
    squares = [path for path in root.iter(f"{SPACE}path") if path.get("fill") == "#E69F00"]
    assert len(squares) == 2  # the lesion and the key
    assert root.get("aria-label") == (
        "Lesions by site. Brain: 1 injected, 0 not injected (T01); Liver: 0 injected, 1 not injected (T02)."
    )


def test_the_patients_right_is_on_the_left_of_the_picture():
    root = ElementTree.fromstring(draw(["LUNG RIGHT", "LUNG LEFT"], language="fr"))
    sides = {text.text.strip(): float(text.get("x")) for text in root.iter(f"{SPACE}text") if text.text}
    assert sides["Droite"] < MIDDLE < sides["Gauche"]
    assert sides["Poumon, à droite"] < MIDDLE < sides["Poumon, à gauche"]


def test_a_map_without_lesions_says_so_and_gives_the_same_bytes():
    assert "No lesion is recorded" in words(render_body_map((), language="en"))
    assert draw(["LIVER", "SKIN"]) == draw(["LIVER", "SKIN"])
