"""Every choice of a read-out, with its value, where it comes from and what else was possible."""

from dataclasses import dataclass, fields

from abscopal.derivations.population_settings import PopulationSettings
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.time_to_event.censoring_rules import RULESETS
from abscopal.protocol.provenance import Sourced
from abscopal.protocol.study_protocol import StudyProtocol

DEFAULT = "default"
DEFAULT_RULESET = "fda_a"
RULESET_MEANING = (
    "Censoring of progression-free survival. fda_a: a further therapy and missed visits end the follow-up; "
    "treatment_policy: an event counts whenever it comes.",
    "Censure de la survie sans progression. fda_a : une autre thérapie et des visites manquées arrêtent le suivi ; "
    "treatment_policy : un événement compte quel que soit son délai.",
)
PROGRESSION_MEANINGS = {
    "interval_days": ("Planned days between assessments.", "Jours prévus entre deux évaluations."),
    "window_days": ("Days by which an assessment may be late.", "Jours de retard permis à une évaluation."),
    "max_missed": (
        "Assessments in a row that may be missed before a progression.",
        "Évaluations de suite qui peuvent manquer avant une progression.",
    ),
}
STATED = "stated"


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """One choice of a read-out.

    `origin` is a provenance mark of the study file, `default` for the house's own, or `stated` for a plain key of
    the study file. `meaning_en` and `meaning_fr` are empty where the choice has no sentence of its own; `source`
    says who recommends the value and `alternatives` what else is possible.
    """

    room: str
    name: str
    value: str
    origin: str
    source: str = ""
    alternatives: str = ""
    meaning_en: str = ""
    meaning_fr: str = ""


def list_settings_in_force(
    protocol: StudyProtocol, *, response: ResponseSettings, population: PopulationSettings
) -> tuple[SettingInForce, ...]:
    """List the choices of a read-out.

    Args:
        protocol: the study file.
        response: readings of the response rules, as they will be used.
        population: choices behind the analysis sets, as they will be used.

    Returns:
        The choices of the study file, then those of response and of the time to progression, then those of the
        population.
    """
    return (
        *_study_settings(protocol),
        *_response_settings(protocol, response),
        *_progression_settings(protocol),
        *_population_settings(population),
    )


def _study_settings(protocol: StudyProtocol) -> list[SettingInForce]:
    safety, lesions = protocol.safety, protocol.lesions
    sourced: dict[str, Sourced[object]] = {
        "reference_date": protocol.reference_date,  # type: ignore[dict-item]
        **{name: value for name, value in safety if isinstance(value, Sourced)},
        **{name: value for name, value in safety.immune_related if isinstance(value, Sourced)},
    }
    rows = [
        SettingInForce(
            "study", name, _written(value.value), value.provenance or "unknown", value.source or ""
        )
        for name, value in sourced.items()
    ]
    reader = lesions.accepted_reader
    rows.append(
        SettingInForce(
            "study",
            "accepted_reader",
            ", ".join(filter(None, (reader.rule, reader.reader, reader.adjudicator))),
            reader.provenance,
            reader.source or "",
            "accepted_flag; named_reader; adjudicated; majority",
        )
    )
    rows.append(SettingInForce("study", "primary_criterion", lesions.primary_criterion, STATED))
    return rows


def _response_settings(protocol: StudyProtocol, response: ResponseSettings) -> list[SettingInForce]:
    choices = protocol.lesions.settings
    rows: list[SettingInForce] = []
    for item in fields(response):
        chosen = getattr(choices, item.name, None)
        is_fixed = chosen is not None and chosen.value is not None
        rows.append(
            SettingInForce(
                "response",
                item.name,
                _written(getattr(response, item.name)),
                (chosen.provenance or DEFAULT) if is_fixed and chosen is not None else DEFAULT,
                (chosen.source if is_fixed and chosen is not None else None)
                or str(item.metadata.get("source", "")),
                str(item.metadata.get("alternatives", "")),
                str(item.metadata.get("en", "")),
                str(item.metadata.get("fr", "")),
            )
        )
    return rows


def _progression_settings(protocol: StudyProtocol) -> list[SettingInForce]:
    """How time without progression is censored: the study's own words, else those of the rules that it names."""
    choices = protocol.lesions.settings
    rules = RULESETS.get(choices.pfs_rule.value or DEFAULT_RULESET, RULESETS[DEFAULT_RULESET])
    given = {name: getattr(choices, name) for name in ("pfs_rule", *PROGRESSION_MEANINGS)}
    rows = []
    for name, chosen in given.items():
        is_given = chosen.value is not None
        value = rules.name if name == "pfs_rule" else chosen.value if is_given else getattr(rules, name)
        meaning = PROGRESSION_MEANINGS.get(name, RULESET_MEANING)
        rows.append(
            SettingInForce(
                "response",
                name,
                _written(value),
                (chosen.provenance or DEFAULT) if is_given else DEFAULT,
                (chosen.source if is_given else None) or "",
                "; ".join(RULESETS) if name == "pfs_rule" else "",
                *meaning,
            )
        )
    return rows


def _population_settings(population: PopulationSettings) -> list[SettingInForce]:
    return [
        SettingInForce("population", item.name, _written(getattr(population, item.name)), DEFAULT)
        for item in fields(population)
    ]


def _written(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value) or "—"
    return str(value)
