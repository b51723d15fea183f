"""A printed share stands beside an estimate only where its denominator is known."""

import pytest

from abscopal.evidence.published_beside import name_denominator
from abscopal.protocol.published import PublishedResult, PublishedResults, PublishedSource
from abscopal.protocol.text import Text


def printed(identifier: str, quantity: str, **values: object) -> PublishedResult:
    content: dict[str, object] = {
        "identifier": identifier,
        "quantity": quantity,
        "label": Text(en="x", fr="x"),
        "counted": "patients",
        "unit": "patients",
        "provenance": "published",
        "source": "paper",
    }
    return PublishedResult.model_validate(content | values)


RESULTS, ABSTRACT = Text(en="results", fr="résultats"), Text(en="abstract", fr="résumé")
FILE = PublishedResults(
    study="s",
    sources=(PublishedSource(identifier="paper", citation="A paper"),),
    results=(
        printed("analysed_a", "analysed", arm="A", n=40),
        printed("analysed_b", "analysed", arm="B", n=21),
        printed("left_out", "share", arm="A", n=9, N=37, place=RESULTS),
        printed("other_arm", "share", arm="B", n=12, N=21, place=RESULTS),
        printed("everyone", "share", arm="A", n=9, N=40),
        printed("no_denominator", "share", arm="A", value=22.6, unit="%", place=ABSTRACT),
        printed("unknown_arm", "share", arm="C", n=1, N=9),
    ),
)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("left_out", "complete_window"),
        ("other_arm", "complete_window"),
        ("everyone", "everyone"),
        ("no_denominator", None),
        ("unknown_arm", None),
    ],
)
def test_the_printed_denominator_is_read_from_the_other_printed_numbers(
    identifier: str, expected: str | None
):
    result = next(item for item in FILE.results if item.identifier == identifier)
    assert name_denominator(result, FILE) == expected
    assert name_denominator(result, None) is None
