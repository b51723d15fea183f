"""Published results stand as printed: side by side where they clash, refused where they are not marked."""

import pytest

from abscopal.errors import StudyError
from abscopal.protocol.published import read_published
from abscopal.protocol.reading import list_bundled_studies

STORY = """\
study: example
sources:
  - {identifier: article, citation: A journal}
results:
  - identifier: first
    quantity: severe
    label: {en: Severe, fr: Sévère}
    counted: patients
    n: 9
    N: 37
    value: 24.3
    unit: "%"
    interval: {lower: 11.8, upper: 41.2, level: 0.95, method: clopper_pearson, provenance: inferred}
    provenance: published
    source: article
  - identifier: second
    quantity: severe
    label: {en: Severe, fr: Sévère}
    counted: patients
    value: 22.6
    unit: "%"
    provenance: published
    source: article
disagreements:
  - {quantity: severe, what: {en: They differ., fr: Ils diffèrent.}}
"""


def read(folder, text=STORY):
    """Read a published.yml with this text."""
    path = folder / "published.yml"
    path.write_text(text, encoding="utf-8")
    return read_published(path)


def read_bundled(name):
    """The published results of a bundled study."""
    return read_published(list_bundled_studies()[name] / "published.yml")


@pytest.mark.parametrize(
    ("before", "after", "place", "words"),
    [
        ("value: 24.3", "value: 22.6", "identifier: first", "prints 22.6 % but 9/37 is 24.3 %"),
        ("    n: 9", "    n: 39", "identifier: first", "39 of 37 is more than all"),
        ("lower: 11.8", "lower: 51.8", "interval", "interval ends are swapped"),
        ("    source: article\n  - identifier: second", "  - identifier: second", "first", "source"),
        ("source: article\ndis", "source: artcle\ndis", "artcle", "no source is called 'artcle'"),
        ("identifier: second", "identifier: first", "value: 22.6", "another result has the same identifier"),
        ("{quantity: severe, what", "{quantity: mild, what", "mild", "no quantity is called 'mild'"),
        ("    quantity: severe\n    label: {en: Severe, fr: Sévère}\n    counted: patients\n    value",
         "    quantity: other\n    label: {en: Severe, fr: Sévère}\n    counted: patients\n    value",
         "They differ", "only one result stands here"),
        ("    value: 22.6\n", "", "identifier: second", "neither a value nor a count"),
        ("provenance: published\n    source: article\ndis", "provenance: assumed\n    source: article\ndis",
         "identifier: second", "is assumed but has no note"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_sentence_with_file_and_line(tmp_path, before, after, place, words):
    assert before in STORY
    broken = STORY.replace(before, after, 1)
    with pytest.raises(StudyError) as caught:
        read(tmp_path, broken)
    findings = [finding for finding in caught.value.findings if words in str(finding)]
    assert findings, caught.value.sentence
    assert findings[0].line is not None
    told = broken.splitlines()[findings[0].line - 1]
    lines = [number for number, line in enumerate(broken.splitlines(), start=1) if place in line]
    assert told.strip(), told
    assert any(abs(findings[0].line - line) <= 4 for line in lines)


def test_what_the_print_says_of_itself_may_depart_if_it_is_said(tmp_path):
    text = STORY.replace("value: 24.3", "value: 22.6\n    misfit: {en: As printed., fr: Tel quel.}")
    assert not read(tmp_path, text).results[0].is_fitting


def test_three_figures_of_severe_toxicity_stand_side_by_side():
    results = read_bundled("nivipit").list_side_by_side("severe_related_toxicity_six_months")
    printed = {(result.value, result.fraction) for result in results if result.arm == "IT"}
    assert printed == {(24.3, "9/37"), (22.6, ""), (22.5, "9/40")}


def test_lesions_and_patients_are_marked_as_not_comparable():
    published = read_bundled("nivipit")
    injected = published.list_side_by_side("response_injected")
    distant = published.list_side_by_side("response_not_injected")
    assert [(result.fraction, result.counted) for result in injected] == [("23/35", "selected_lesions")]
    assert [(result.fraction, result.counted) for result in distant] == [
        ("18/40", "patients"),
        ("18/36", "patients"),
    ]
    assert ("response_injected", "response_not_injected") in [
        pair.quantities for pair in published.not_comparable
    ]


@pytest.mark.parametrize("name", sorted(list_bundled_studies()))
def test_quantities_with_clashing_values_are_declared(name):
    published = read_bundled(name)
    declared = {disagreement.quantity for disagreement in published.disagreements}
    for quantity in {result.quantity for result in published.results}:
        by_arm: dict[tuple[str | None, str | None], set[float | None]] = {}
        for result in published.list_side_by_side(quantity):
            by_arm.setdefault((result.trial, result.arm), set()).add(result.value)
        if any(len(values) > 1 for (trial, _), values in by_arm.items() if trial is None):
            assert quantity in declared, quantity
