"""Every choice of a read-out, with its value, where it comes from and what else was possible."""

from dataclasses import dataclass, fields

from abscopal.derivations.population_settings import PopulationSettings
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.protocol.provenance import Sourced
from abscopal.protocol.study_protocol import StudyProtocol

DEFAULT = "default"
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
        The choices of the study file, then those of response, then those of the population.
    """
    return (
        *_study_settings(protocol),
        *_response_settings(protocol, response),
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
