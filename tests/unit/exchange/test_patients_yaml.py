"""Patients written by hand: mistakes get a file and a line; stories become tables without any reasoning."""

from pathlib import Path

import polars as pl
import pytest

from abscopal.errors import StudyError
from abscopal.exchange.patients_yaml import compose_tables, read_patients
from abscopal.tables.sdtm import DOMAINS

STORY = """\
study: example
patients:
  - identifier: P-1
    story: {en: A patient., fr: Un patient.}
    age: 60
    sex: F
    consent: 2020-01-01
    included: 2020-01-10
    arm: injected
    lesions:
      - {name: T01, role: target, location: Skin}
      - {name: T02, role: target, location: Lymph node, node: true}
      - {name: NT01, role: non-target, location: Bone}
      - {name: NEW01, role: new, location: Liver}
    scans:
      - {on: 2020-01-05, sizes: {T01: 24.5, T02: 18, NT01: present}}
      - {on: 2020-04-01, sizes: {T01: too small, T02: not done, NT01: progression, NEW01: equivocal}}
    doses:
      - {on: [2020-01-12, 2020-02-02], drug: ipilimumab, amount: 9, unit: g, route: intratumoral, lesion: T01}
      - {on: 2020-01-12, drug: nivolumab, amount: null, unit: mg, route: intravenous}
    adverse_events:
      - {term: Colitis, grade: 3, start: 2020-02-20, related: null, immune_related: true}
    procedures:
      - {kind: surgery, on: 2020-05-01, lesion: T01, viable_tumour: 4}
    new_therapy: {on: 2020-06-01, what: Dacarbazine}
    death: {on: 2020-09-01, what: Progression}
    expected:
      stage: treated
      eligible: {injected: met}
"""


def read(folder: Path, text: str = STORY):
    """Read a patients.yml with this text."""
    path = folder / "patients.yml"
    path.write_text(text, encoding="utf-8")
    return read_patients(path)


def line_of(text: str, words: str) -> int:
    """The line on which some words stand."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if words in line)


MISTAKES = [
    # what is broken, what is written instead, words on the line that is named, words of the sentence
    ("    age: 60", "    aeg: 60", "aeg", "Unknown key 'aeg'"),
    ("    sex: F", "    sex: W", "sex: W", "not a value known here"),
    (", fr: Un patient.", "", "story:", "French text"),
    ("T01: too small", "T01: tiny", "T01: tiny", "'tiny' is not a word for a target lesion"),
    ("T02: not done, ", "", "2020-04-01", "silent about T02"),
    ("NT01: progression", "NT01: 12", "NT01: 12", "non-target lesion is not measured"),
    ("T01: 24.5", "T01: 0", "T01: 0", "a size must be above 0"),
    ("NT01: present}", "NT01: present, NEW01: new}", "2020-01-05", "cannot stand in the first scan"),
    ("  - {on: 2020-04-01", "  - {on: 2020-01-04", "2020-01-04", "not later than the one before"),
    (
        ", lesion: T01}\n      - {on: 2020-01-12",
        "}\n      - {on: 2020-01-12",
        "ipilimumab",
        "names its `lesion`",
    ),
    ("lesion: T01, viable", "lesion: T09, viable", "T09", "no lesion is called 'T09'"),
    ("    included: 2020-01-10\n", "", "arm: injected", "no day of inclusion"),
    ("    arm: injected\n", "", "included", "a day of inclusion but no arm"),
    ("on: 2020-05-01", "on: 2020-10-01", "procedures", "after the death"),
    ("grade: 3", "grade: 6", "Colitis", "less than or equal to 5"),
    ("2020-02-20", "2020-02-20, end: 2020-02-01", "Colitis", "ends before it starts"),
    ("viable_tumour: 4", "viable_tumour: 400", "surgery", "100"),
    ("{name: T02", "{name: T01", "Lymph node", "another lesion is called T01"),
    ("related: null", "related: perhaps", "Colitis", "true or false"),
]


@pytest.mark.parametrize(
    ("before", "after", "place", "words"), MISTAKES, ids=[mistake[3] for mistake in MISTAKES]
)
def test_a_mistake_is_a_sentence_with_file_and_line(tmp_path, before, after, place, words):
    assert before in STORY
    broken = STORY.replace(before, after, 1)
    with pytest.raises(StudyError) as caught:
        read(tmp_path, broken)
    findings = [finding for finding in caught.value.findings if words in str(finding)]
    assert findings, caught.value.sentence
    assert findings[0].file.endswith("patients.yml")
    assert findings[0].line == line_of(broken, place)


def test_two_patients_with_one_identifier_are_refused(tmp_path):
    twice = STORY + STORY[STORY.index("  - identifier") :]
    with pytest.raises(StudyError, match="another patient has the same identifier"):
        read(tmp_path, twice)


def test_eligibility_of_a_patient_never_included_needs_a_day(tmp_path):
    story = """\
study: example
patients:
  - identifier: P-1
    story: {en: A patient., fr: Un patient.}
    age: 60
    sex: F
    expected:
      eligible: {injected: not_met}
"""
    with pytest.raises(StudyError, match=r"line 8.*on which day is eligibility read"):
        read(tmp_path, story)
    told = read(tmp_path, story.replace("    expected:\n", "    expected:\n      as_of: 2020-01-01\n"))
    assert told.patients[0].expected.eligible == {"injected": "not_met"}


def tables(folder: Path) -> dict[str, pl.DataFrame]:
    """The tables of the example."""
    return compose_tables(read(folder).patients, "EXAMPLE", ctcae_version="5.0")


def test_every_table_keeps_its_schema(tmp_path):
    for domain, frame in tables(tmp_path).items():
        if domain != "suppae":
            DOMAINS[domain].validate(frame, cast=True)
            assert set(frame["STUDYID"]) <= {"EXAMPLE"}


def test_sizes_become_rows_of_tr(tmp_path):
    rows = tables(tmp_path)["tr"].filter(pl.col("VISITNUM") == 2)
    told = rows.select("TRLNKID", "TRTESTCD", "TRSTRESC", "TRSTRESN", "TRSTAT").rows()
    assert told == [
        ("T01", "LDIAM", "TOO SMALL TO MEASURE", 5.0, None),
        ("T02", "LPERP", None, None, "NOT DONE"),
        ("NT01", "TUMSTATE", "UNEQUIVOCAL PROGRESSION", None, None),
        ("NEW01", "TUMSTATE", "EQUIVOCAL", None, None),
    ]


def test_a_new_lesion_is_identified_at_the_scan_that_first_names_it(tmp_path):
    lesions = tables(tmp_path)["tu"]
    assert lesions.select("TULNKID", "TUSTRESC", "TUDTC", "TULOBXFL").rows()[-1] == (
        "NEW01",
        "NEW",
        "2020-04-01",
        None,
    )
    assert set(lesions.head(3)["TUDTC"]) == {"2020-01-05"}


def test_doses_stand_in_order_of_date_with_the_lesion_they_went_into(tmp_path):
    doses = tables(tmp_path)["ex"].select("EXSEQ", "EXTRT", "EXROUTE", "EXLNKID", "EXDOSE", "EXSTDTC")
    assert doses.rows() == [
        (1, "IPILIMUMAB", "INTRATUMORAL", "T01", 9.0, "2020-01-12"),
        (2, "NIVOLUMAB", "INTRAVENOUS", None, None, "2020-01-12"),
        (3, "IPILIMUMAB", "INTRATUMORAL", "T01", 9.0, "2020-02-02"),
    ]


def test_what_nobody_said_stays_empty(tmp_path):
    events = tables(tmp_path)["ae"]
    assert events.select("AEREL", "AEENDTC", "AETOXGR", "AETOXVER").rows() == [(None, None, "3", "5.0")]


def test_the_opinion_of_the_investigator_is_a_supplemental_qualifier(tmp_path):
    opinion = tables(tmp_path)["suppae"].select("RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "QVAL")
    assert opinion.rows() == [("AE", "AESEQ", "1", "IRAEINV", "Y")]


def test_new_therapy_death_and_specimen_reach_their_tables(tmp_path):
    found = tables(tmp_path)
    assert "SUBSEQUENT ANTICANCER THERAPY" in set(found["pr"]["PRCAT"])
    assert found["dm"].select("DTHFL", "DTHDTC").rows() == [("Y", "2020-09-01")]
    assert found["dd"]["DDSTRESC"].to_list() == ["PROGRESSION"]
    assert found["bs"].select("BSTESTCD", "BSSTRESN", "BSSTRESU").rows() == [("VIABTUM", 4.0, "%")]


def test_one_arm_is_enrolled_and_two_arms_are_randomised(tmp_path):
    assert "ENROLLED" in set(tables(tmp_path)["ds"]["DSDECOD"])
    other = STORY[STORY.index("  - identifier") :].replace("P-1", "P-2").replace("arm: injected", "arm: vein")
    both = compose_tables(read(tmp_path, STORY + other).patients, "EXAMPLE")
    assert "RANDOMIZED" in set(both["ds"]["DSDECOD"])
    assert "ENROLLED" not in set(both["ds"]["DSDECOD"])
