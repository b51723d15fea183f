"""The bundled studies are sound, and say what the publications say."""

from pathlib import Path

import pytest

from abscopal.errors import StudyError
from abscopal.protocol import Text
from abscopal.protocol.check_references import visit_parts
from abscopal.protocol.listing import list_assumptions, list_provenance, list_unknowns
from abscopal.protocol.provenance import READ_SOMEWHERE
from abscopal.protocol.reading import check_study_file, list_bundled_studies, read_study

BUNDLED = sorted(list_bundled_studies())


def test_three_studies_are_bundled():
    assert BUNDLED == ["dex2", "neo1", "nivipit"]


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_study_has_no_mistake(name: str):
    study = read_study(name)
    assert study.name == name
    assert study.folder.name == name
    assert len(study.document_hash) == 64


@pytest.mark.parametrize("name", BUNDLED)
def test_every_value_says_where_it_comes_from(name: str):
    protocol = read_study(name).protocol
    entries = list_provenance(protocol)
    assert len(entries) > 100
    for entry in entries:
        if entry.provenance in READ_SOMEWHERE:
            assert entry.source, entry.path
        else:
            assert entry.note is not None, entry.path


@pytest.mark.parametrize("name", BUNDLED)
def test_french_texts_keep_their_typography(name: str):
    """An apostrophe is curly, and high punctuation stands apart from its word."""
    for path, part in visit_parts(read_study(name).protocol, ()):
        if isinstance(part, Text):
            assert "'" not in part.fr, path
            assert not any(f"{letter};" in part.fr for letter in "abcdefghijklmnopqrstuvwxyzéà"), path


@pytest.mark.parametrize("name", BUNDLED)
def test_every_stage_and_arm_and_visit_can_be_reached(name: str):
    protocol = read_study(name).protocol
    assert protocol.primary_endpoint.level == "primary"
    assert protocol.find_endpoint(protocol.primary_endpoint.identifier) is protocol.primary_endpoint
    for arm in protocol.arms:
        assert protocol.find_arm(arm.identifier) is arm
        assert arm.table_codes
        assert all(protocol.find_intervention(given) for given in arm.interventions)


def test_the_melanoma_rule_and_its_disputed_figures():
    protocol = read_study("nivipit").protocol
    primary = protocol.primary_endpoint
    rule = primary.decision_rule
    assert rule is not None
    assert (rule.arm, rule.n.value, rule.minimum_successes.value) == ("IT", 38, 23)
    assert (rule.p0.value, rule.p1.value, rule.alpha.value, rule.power.value) == (0.5, 0.7, 0.1, 0.9)
    assert rule.provenance == "second_hand"
    assert protocol.allocation.ratio.value == {"IT": 2, "IV": 1}
    assert protocol.find_arm("IV").role == "internal_control"
    assert all(endpoint.comparison != "formal" for endpoint in protocol.endpoints)
    printed = " ".join(text.en for text in primary.alternatives)
    assert all(figure in printed for figure in ("22.6 %", "9/37 = 24.3 %", "9/40 = 22.5 %"))
    assert not protocol.safety.ctcae_version.is_known
    trio = protocol.find_endpoint("trio_signature")
    assert trio.level == "exploratory"


def test_the_vaccine_rule_says_what_is_assumed():
    protocol = read_study("dex2").protocol
    rule = protocol.primary_endpoint.decision_rule
    assert rule is not None
    assert (rule.n.value, rule.n.provenance) == (41, "press")
    assert (rule.minimum_rate.value, rule.minimum_rate.provenance) == (0.5, "published")
    assert (rule.p0.value, rule.p0.provenance) == (0.3, "assumed")
    stages = [stage.identifier for stage in protocol.eligibility.stages]
    assert stages.index("hla") == stages.index("pre_screen") + 1
    assert protocol.product is not None
    assert not protocol.product.dose_per_injection.is_known


def test_the_surgery_study_has_no_distant_lesion_and_no_known_design():
    protocol = read_study("neo1").protocol
    rule = protocol.primary_endpoint.decision_rule
    assert protocol.primary_endpoint.kind == "pathological_response"
    assert rule is not None
    assert [rule.n.value, rule.p0.value, rule.p1.value] == [None, None, None]
    assert protocol.lesions.distant_lesions == "none"
    assert protocol.identity.master_protocol.value == "NEOREM"
    assert protocol.injection is not None
    caps = {cap.intervention: (cap.per_day.value, cap.total.value) for cap in protocol.injection.drug_caps}
    assert caps == {"ipilimumab_it": (25, 75), "nivolumab_it": (30, 90)}


def test_assumptions_carry_value_unit_and_reason():
    entries = {entry.path: entry for entry in list_assumptions(read_study("dex2").protocol)}
    alpha = entries["endpoints.progression_free_4m.decision_rule.alpha"]
    assert alpha.value == 0.05
    assert alpha.note is not None
    dose = entries["interventions.cyclophosphamide.phases.priming.dose"]
    assert (dose.value, dose.unit) == (50, "mg")
    assert all(entry.provenance == "assumed" for entry in entries.values())


def test_unknowns_say_what_they_stop():
    unknowns = {unknown.path: unknown for unknown in list_unknowns(read_study("dex2").protocol)}
    assert "release of any batch" in unknowns["product.release_tests.class_2_dose.reject"].stops
    assert unknowns["product.release_tests.potency.reject"].stops == ""
    assert unknowns["endpoints.nk_function.estimator"].stops == ""
    assert "product.release_tests.sterility.reject" not in unknowns


def test_an_unknown_study_names_the_known_ones(tmp_path: Path):
    with pytest.raises(StudyError, match="Did you mean neo1"):
        read_study("neo")
    with pytest.raises(StudyError, match=r"holds no protocol\.yml"):
        read_study(tmp_path)


def test_a_study_is_read_from_a_folder_or_a_file(tmp_path: Path, small_study: Path):
    (tmp_path / "protocol.yml").write_text(small_study.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_study(tmp_path).name == tmp_path.name
    assert read_study(small_study).name == "small_study"
    assert read_study(tmp_path).document_hash == read_study(small_study).document_hash


def test_a_study_with_mistakes_is_not_read(tmp_path: Path):
    file = tmp_path / "protocol.yml"
    file.write_text("identity: {identifier: X}\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(tmp_path)
    assert len(caught.value.findings) > 5
    file.write_text("a: [", encoding="utf-8")
    assert check_study_file(file)[0] is None
