"""The comparison of methods: its command, its advice, what it refuses, what it may not know."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from abscopal.cli.main import app
from abscopal.conduct.allocation.laws.methods import MethodSettings
from abscopal.design.allocation.advice import compute_advice, find_recommended
from abscopal.design.allocation.candidates import list_candidates, plan_candidate
from abscopal.design.allocation.comparison import compute_comparison, list_comparison_content
from abscopal.design.allocation.situation import Situation
from abscopal.errors import OptionError
from abscopal.evidence.figures.allocation_comparison import render_allocation_comparison

PLAN = Situation(61, (1, 1), (0.5, 0.2, 0.15, 0.15), ((0.65, 0.35),))


@pytest.fixture(scope="module")
def comparison():
    by_centre = plan_candidate(MethodSettings("permuted_blocks", block_lengths=(4,)), "centres_and_strata")
    return compute_comparison(PLAN, trials=2000, seed=1, planned=by_centre)


def test_an_open_trial_is_led_to_central_blocks_and_warned_of_blocks_by_centre(comparison):
    advice = {item.code: item for item in compute_advice(comparison, masking="open")}
    assert advice["RECOMMENDED"].text.en.startswith("Recommended: blocks of 4 or 6, by stratum.")
    warning = advice["BLOCKS_BY_CENTRE"]
    assert warning.kind == "warning"
    assert re.search(r"with blocks of 4, by centre and stratum, .* right 6[789]\.\d%", warning.text.en)
    assert re.search(r"6[789],\d\u202f%", warning.text.fr)
    assert advice["PLANNED"].kind == "warning"
    assert "too easily guessed" in advice["PLANNED"].text.en


def test_a_double_blind_trial_is_not_warned(comparison):
    codes = [item.code for item in compute_advice(comparison, masking="double_blind")]
    assert "BLOCKS_BY_CENTRE" not in codes
    assert codes[-1] == "LISTS_UNTOUCHED"


def test_a_single_block_length_is_never_recommended(comparison):
    for masking in ("open", "double_blind"):
        assert not find_recommended(comparison, masking=masking).candidate.has_one_block_length


def test_one_centre_leaves_the_big_stick():
    found = compute_comparison(Situation(60, (1, 1)), trials=2000, seed=1)
    assert find_recommended(found, masking="open").candidate.settings.method == "big_stick"


def test_methods_without_a_law_at_the_ratio_are_left_out_and_said_to_be():
    methods = {found.settings.method for found in list_candidates(Situation(60, (2, 1)))}
    assert methods == {"simple", "permuted_blocks", "random_allocation_rule", "minimisation"}
    found = compute_comparison(Situation(60, (2, 1)), trials=100, seed=1)
    assert "COINS_LEFT_OUT" in [item.code for item in compute_advice(found)]


def test_the_same_seed_gives_the_same_numbers_and_they_are_plain(comparison):
    content = list_comparison_content(comparison)
    assert json.loads(json.dumps(content)) == content
    again = compute_comparison(PLAN, trials=2000, seed=1)
    assert again.rows[0].own_guesses == comparison.rows[0].own_guesses
    simple, *others = content["methods"]
    assert simple["own_guesses"] == content["baseline"] == pytest.approx(0.5, abs=0.01)
    assert sum(row["is_planned"] for row in others) == 1
    minimisations = [row for row in others if row["method"] == "minimisation"]
    assert all(row["exact_single_list"] is None for row in minimisations)
    assert all(row["exact_single_list"] for row in others if row not in minimisations)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_figure_numbers_every_method(comparison, language):
    recommended = find_recommended(comparison, masking="open")
    figure = render_allocation_comparison(comparison, recommended=recommended, language=language)
    numbers = {text.get_text() for text in figure.axes[0].texts}
    assert {str(place) for place in range(1, len(comparison.rows) + 1)} <= numbers
    assert recommended.candidate.name.read(language) in figure.caption.description


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: Situation(1, (1, 1)), "Give 2 or more."),
        (lambda: Situation(60, (1,)), "nothing to allocate"),
        (lambda: Situation(60, (1, 1), (0.5, 0.4)), "do not add up to 1"),
    ],
)
def test_a_trial_that_cannot_be_is_refused(made, says):
    with pytest.raises(OptionError, match=re.escape(says)):
        made()


def run(*arguments: str):
    return CliRunner().invoke(app, ["allocation", *arguments, "--trials", "200"])


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The small study of two arms, with a stratum made of centres and a planned number."""
    text = (Path(__file__).parents[1] / "protocol" / "small_study.yml").read_text(encoding="utf-8")
    strata = """  strata:
    - identifier: SITE
      text: {en: Centre, fr: Centre}
      variable: SITEID
      levels:
        - {identifier: C01, text: {en: One, fr: Un}}
        - {identifier: C02, text: {en: Two, fr: Deux}}
      provenance: published
      source: paper
"""
    assert "  block_lengths:" in text
    (tmp_path / "protocol.yml").write_text(
        text.replace("  block_lengths:", f"{strata}  block_lengths:", 1), encoding="utf-8"
    )
    return tmp_path


def test_the_command_prints_a_table_and_writes_a_page(study: Path, tmp_path: Path):
    out, numbers = tmp_path / "choice", tmp_path / "numbers.json"
    done = run(str(study), "--centres", "2", "--out", str(out), "--json", str(numbers))
    assert done.exit_code == 0, done.output
    assert "No list, seed or block length of a running trial" in done.output
    assert "The study file plans blocks of 3 or 6, by centre" in done.output
    content = json.loads(numbers.read_text(encoding="utf-8"))
    assert content == json.loads((out / "allocation.json").read_text(encoding="utf-8"))
    assert content["situation"]["ratio"] == [2, 1]
    assert {item["code"] for item in content["advice"]} >= {"RECOMMENDED", "BLOCKS_BY_CENTRE"}
    page = (out / "allocation.html").read_text(encoding="utf-8")
    assert "//" not in re.sub(
        r'xmlns(:xlink)?="[^"]+"|data:text/csv[^"]+|<script>.*?</script>|<style>.*?</style>',
        "",
        page,
        flags=re.S,
    )
    assert "<svg" in page
    assert (out / "figures" / "allocation_comparison.svg").exists()


def test_the_command_speaks_french(study: Path):
    done = run(str(study), "--language", "fr", "--centre-shares", "3,1", "--level-shares", "0.6,0.4")
    assert done.exit_code == 0, done.output
    assert "Recommandé\u00a0:" in done.output
    assert "essai en cours" in done.output


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        (
            ("ratio: {value: {IT: 2, IV: 1}, provenance: published, source: paper}", "ratio: {value: null}"),
            (),
            "ratio",
        ),
        (("", ""), ("--centre-shares", "a,b"), "is not a list of positive numbers"),
        (("", ""), ("--centres", "3", "--centre-shares", "1,1"), "2 shares do not fit 3 centres"),
        (("", ""), ("--json", "/nowhere/at/all.json"), "Choose a file in a folder that exists"),
    ],
)
def test_the_command_refuses_with_a_sentence(study: Path, change, options, says):
    file = study / "protocol.yml"
    file.write_text(file.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    done = run(str(study), *options)
    assert done.exit_code != 0
    assert says in str(done.exception)
