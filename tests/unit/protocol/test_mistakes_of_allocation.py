"""Allocation that cannot be, in a study file: each mistake gives one sentence with the nearest that would work."""

import pytest

METHOD = "method: {value: permuted_blocks, provenance: published, source: paper}"
BLOCKS = "  block_lengths: {value: [3, 6], provenance: published, source: paper}\n"
MARK = "provenance: published, source: paper"


def stratum(*levels: str, identifier: str = "SITE", variable: str = "LDH") -> str:
    listed = ", ".join(f'{{identifier: "{level}", text: {{en: Level, fr: Niveau}}}}' for level in levels)
    return (
        f"    - {{identifier: {identifier}, text: {{en: Stratum, fr: Strate}}, variable: {variable}, "
        f"levels: [{listed}], {MARK}}}\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            METHOD, METHOD.replace("permuted_blocks", "big_stick"),
            "the big stick is defined for two arms at 1:1, not for 2:1. Use minimisation, which keeps any ratio, "
            "permuted_blocks of 3, 6, or simple.", id="method against ratio",
        ),
        pytest.param(
            "block_lengths: {value: [3, 6]", "block_lengths: {value: [3, 4]",
            "a block of 4 cannot hold the ratio 2:1. Use multiples of 3. The nearest: 3, 6.", id="block against ratio",
        ),
        pytest.param(
            METHOD, METHOD.replace("permuted_blocks", "minimisation") + f"\n  probability: {{value: 0.3, {MARK}}}",
            "a probability of 0.3 does not lean, or makes the next arm certain. Write a number above 0.33",
            id="probability that does not lean",
        ),
        pytest.param(
            BLOCKS, "  strata:\n" + stratum("low", "high") + stratum("low", "high"),
            "two strata are called 'SITE'.", id="two strata of one name",
        ),
        pytest.param(
            BLOCKS, "  strata:\n" + stratum("low", "high", "low"), "the level 'low' stands twice.", id="a level twice",
        ),
        pytest.param(
            METHOD, METHOD.replace("permuted_blocks", "simple") + "\n  strata:\n" + stratum("low", "high").rstrip(),
            "simple does not look at strata.", id="strata without a use",
        ),
        pytest.param(
            BLOCKS, f"  strata:\n{stratum('low', 'high')}  caps:\n    - {{scope: stratum, name: SITE, level: hig, "
            f"limit: {{value: 20, unit: patients, {MARK}}}}}\n",
            "no level is called 'hig'. Did you mean high?", id="a cap on no level",
        ),
        pytest.param(
            BLOCKS, f"  caps:\n    - {{scope: arm, name: IT, level: high, "
            f"limit: {{value: 20, unit: patients, {MARK}}}}}\n",
            "only a cap on a named stratum has a level.", id="a level of an arm",
        ),
    ],
)  # fmt: skip
def test_allocation_that_cannot_be_is_said_where_it_stands(old, new, says, plant):
    findings = [finding for finding in plant(old, new) if says in str(finding)]
    assert findings
    assert all(finding.line is not None for finding in findings)


def test_a_stratum_of_centres_covers_every_centre(plant):
    centres = "identity:\n  centres:\n" + "".join(
        f"    - {{identifier: {name}, name: Centre {name}, country: FRA, {MARK}}}\n"
        for name in ("C01", "C03")
    )
    strata = "  strata:\n" + stratum("C01", "C02", variable="SITEID")
    said = [str(finding) for finding in plant("identity:\n", centres, BLOCKS, strata)]
    assert any(
        "no level covers the centre C03: its patients could not be allocated." in text for text in said
    )
