"""The list of choices that a report prints: every choice that acts, with its value and where it comes from."""

from typing import get_args

from abscopal.derivations.population_settings import PopulationSettings
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.time_to_event.censoring_rules import FDA_A, RULESETS
from abscopal.evidence.plan.settings_in_force import DEFAULT, list_settings_in_force
from abscopal.protocol.reading import list_bundled_studies, read_study
from abscopal.protocol.response_choices import ResponseChoices


def test_the_choices_behind_time_without_progression_are_listed():
    for name in list_bundled_studies():
        protocol = read_study(name).protocol
        given = protocol.lesions.settings
        listed = {
            item.name: item
            for item in list_settings_in_force(
                protocol, response=ResponseSettings(), population=PopulationSettings()
            )
        }
        assert listed["pfs_rule"].value in RULESETS
        assert listed["pfs_rule"].alternatives == "fda_a; treatment_policy"
        for key in ("interval_days", "window_days", "max_missed"):
            chosen, told = getattr(given, key), listed[key]
            expected = getattr(FDA_A, key) if chosen.value is None else chosen.value
            assert told.value == str(expected)
            assert (told.origin == DEFAULT) == (chosen.value is None)
            assert told.meaning_en
            assert told.meaning_fr


def test_a_study_can_name_the_rules_that_exist_and_no_others():
    annotation = ResponseChoices.model_fields["pfs_rule"].annotation
    (named,) = [
        item for item in get_args(annotation.model_fields["value"].annotation) if item is not type(None)
    ]
    assert set(get_args(named)) == set(RULESETS)
