"""Screening under chance: more knowledge never undoes a verdict, and the order of facts says nothing."""

import datetime
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from abscopal.conduct.screening.criteria import compute_judgement, list_criteria, list_deciding
from abscopal.conduct.screening.facts import Fact
from abscopal.conduct.screening.stages import compute_screening
from abscopal.protocol.eligibility import AllOf, AnyOf, Criterion, Not
from abscopal.protocol.reading import list_bundled_studies, read_study
from criteria_values import all_consents, list_all_criteria, value_that_fails, value_that_passes

DAY = datetime.date(2024, 3, 15)
VARIABLES = ("A", "B", "C", "D")
MARK = {"provenance": "assumed", "note": {"en": "For the test.", "fr": "Pour l’essai."}}
FEW = settings(derandomize=True, max_examples=150, deadline=None)


@st.composite
def criteria(draw) -> Criterion:
    operator = draw(st.sampled_from(["at_least", "at_most", "equals", "more_than", "less_than", "one_of"]))
    threshold = draw(st.integers(0, 3))
    return Criterion.model_validate(
        {
            "identifier": draw(st.sampled_from(["ONE", "TWO", "THREE"])),
            "kind": draw(st.sampled_from(["inclusion", "exclusion"])),
            "text": {"en": "A criterion", "fr": "Un critère"},
            "variable": draw(st.sampled_from(VARIABLES)),
            "operator": operator,
            "threshold": {"value": (threshold, 9) if operator == "one_of" else threshold, **MARK},
            "valid_for_days": draw(st.sampled_from([{}, {"value": 14, **MARK}])),
            **MARK,
        }
    )


conditions = st.recursive(
    criteria(),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda found: AllOf(all=tuple(found))),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: AnyOf(any=tuple(found))),
        parts.map(lambda found: Not.model_validate({"not": found})),
    ),
    max_leaves=6,
)
facts = st.builds(
    Fact,
    variable=st.sampled_from(VARIABLES),
    value=st.one_of(st.none(), st.integers(0, 4)),
    on=st.integers(-30, 5).map(lambda days: DAY + datetime.timedelta(days=days)),
)


@FEW
@given(conditions, st.lists(facts, max_size=8), facts)
def test_learning_what_was_unknown_never_undoes_a_verdict(condition, known, new):
    known = [fact for fact in known if fact.variable != new.variable]
    before = compute_judgement(condition, known, on=DAY).verdict
    after = compute_judgement(condition, [*known, new], on=DAY).verdict
    assert before in (after, "not_yet_known")


@FEW
@given(conditions, st.lists(facts, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_facts_says_nothing(condition, known, chance):
    shuffled = list(known)
    chance.shuffle(shuffled)
    assert compute_judgement(condition, known, on=DAY) == compute_judgement(condition, shuffled, on=DAY)


@FEW
@given(conditions, st.lists(facts, max_size=8))
def test_a_verdict_holds_whatever_the_unknown_criteria_turn_out_to_be(condition, known):
    """Second implementation: two-valued logic over every possible answer to what is unknown."""
    judged = compute_judgement(condition, known, on=DAY)
    leaves = list(list_criteria(judged))
    unknown = [place for place, leaf in enumerate(leaves) if leaf.verdict == "not_yet_known"]
    answers = set()
    for guess in product([True, False], repeat=len(unknown)):
        truth = iter([leaf.verdict == "met" for leaf in leaves])
        told = dict(zip(unknown, guess, strict=True))
        values = [told.get(place, value) for place, value in enumerate(truth)]
        answers.add(evaluate(condition, iter(values)))
    if judged.verdict != "not_yet_known":
        assert answers == {judged.verdict == "met"}
    if not unknown:
        assert judged.verdict == ("met" if answers == {True} else "not_met")


@FEW
@given(conditions, st.lists(facts, max_size=8))
def test_the_criteria_said_to_decide_are_enough(condition, known):
    """Forgetting every fact that decides nothing leaves a verdict as it is."""
    judged = compute_judgement(condition, known, on=DAY)
    if judged.verdict != "not_yet_known":
        used = {leaf.criterion.variable for leaf in list_deciding(judged)}
        kept = [fact for fact in known if fact.variable in used]
        assert compute_judgement(condition, kept, on=DAY).verdict == judged.verdict


PROTOCOLS = {name: read_study(name).protocol for name in list_bundled_studies()}


@FEW
@given(st.sampled_from(sorted(PROTOCOLS)), st.data())
def test_screening_of_a_bundled_study_is_monotone_in_facts_and_consents(name, data):
    """From a patient of whom little is known, one more fact or consent at a time, until everything is known."""
    protocol = PROTOCOLS[name]
    told = {}
    for criterion in list_all_criteria(protocol):
        passes = data.draw(st.sampled_from([True, True, True, False]))
        value = value_that_passes(criterion) if passes else value_that_fails(criterion)
        told.setdefault(criterion.variable, Fact(criterion.variable, value, DAY))
    steps = [*told.values(), *all_consents(protocol, on=DAY).items()]
    known, signed, verdicts = [], {}, []
    for step in data.draw(st.permutations(steps)):
        if isinstance(step, Fact):
            known.append(step)
        else:
            signed[step[0]] = step[1]
        verdicts.append(compute_screening(protocol, known, on=DAY, consents=signed).verdict)
    settled = [verdict for verdict in verdicts if verdict != "not_yet_known"]
    assert len(set(settled)) == 1
    assert verdicts[-len(settled) :] == settled


def evaluate(condition, values) -> bool:
    match condition:
        case Criterion():
            return next(values)
        case AllOf():
            answers = [evaluate(part, values) for part in condition.all]
            return all(answers)
        case AnyOf():
            answers = [evaluate(part, values) for part in condition.any]
            return any(answers)
        case Not():
            return not evaluate(condition.negated, values)
