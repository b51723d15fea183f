"""Expected responses that no criterion gives are said where they stand."""

from pathlib import Path

import pytest

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.errors import StudyError
from abscopal.exchange.patients_yaml import read_patients
from abscopal.protocol.check_expected import RESPONSE_CODES
from abscopal.protocol.lesions import LESION_CRITERIA
from abscopal.protocol.reading import list_bundled_studies

WRITTEN = "responses: {recist_1_1: [PR, CR, CR]}"


@pytest.fixture
def story() -> str:
    """The first bundled patients.yml that holds the responses to be changed."""
    files = [folder / "patients.yml" for folder in list_bundled_studies().values()]
    return next(text for file in files if WRITTEN in (text := file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (WRITTEN, WRITTEN.replace("PR", "RP"), "no response by recist_1_1 is called 'RP'. Known: CR, PR, SD"),
        (WRITTEN, WRITTEN.replace("PR", "iCPD"), "no response by recist_1_1 is called 'iCPD'."),
        (WRITTEN, WRITTEN.replace("recist_1_1", "recist"), "no criterion is called 'recist'."),
        ("best_response: {recist_1_1: PR}", "best_response: {recist_1_1: RP}", "Known: CR, PR, SD"),
    ],
)
def test_an_unknown_response_is_said_on_its_line(old: str, new: str, says: str, story: str, tmp_path: Path):
    file = tmp_path / "patients.yml"
    file.write_text(story.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_patients(file)
    (finding,) = caught.value.findings
    assert says in str(finding)
    assert finding.line == story[: story.index(old)].count("\n") + 1


def test_every_criterion_has_its_codes():
    assert set(RESPONSE_CODES) == set(LESION_CRITERIA)


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.name)
def test_the_codes_are_those_that_the_criterion_derives(criterion):
    assert set(RESPONSE_CODES[criterion.name]) == {category.code for category in criterion.categories}
