"""Write the page of a rehearsal, its figures and its credibility report, from the files that it left."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from abscopal.errors import Finding, OutputError, StudyError
from abscopal.evidence.credibility_report import list_credibility_sections, render_credibility_markdown
from abscopal.evidence.figures.rehearsal_data import ParameterWidth
from abscopal.evidence.figures.tornado import render_tornado
from abscopal.evidence.rehearsal_page import RehearsalContent, list_limits, render_rehearsal_page
from abscopal.evidence.rehearsal_tables import AssumedValue, CharacteristicRow
from abscopal.evidence.rehearsal_texts import TEXTS
from abscopal.evidence.rehearsal_words import name_unit
from abscopal.evidence.typography import Language
from abscopal.exchange.file_swap import replace_together
from abscopal.protocol.published import PublishedResults, read_published
from abscopal.protocol.reading import Study
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.arm_plans import ArmPlan, plan_arm
from abscopal.rehearsal.courses import Settings
from abscopal.rehearsal.ensemble import ParameterDraw, apply_draw
from abscopal.rehearsal.model.description import ModelDescription, read_model
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.readings import plan_scans
from abscopal.rehearsal.reporting.credibility import gather_credibility
from abscopal.rehearsal.reporting.pictures import (
    list_population_groups,
    render_calibration_figures,
    render_figure_files,
    render_patient_figures,
    render_trial_figures,
)
from abscopal.rehearsal.reporting.published_checks import (
    list_direction_checks,
    list_levels,
    list_target_checks,
)
from abscopal.rehearsal.reporting.representative_courses import Representatives, simulate_representatives
from abscopal.rehearsal.reporting.sensitivity import compute_sensitivity
from abscopal.rehearsal.reporting.verification import compute_verification
from abscopal.rehearsal.scenario import (
    MODEL_PREFIX,
    SPREAD_PREFIX,
    Scenario,
    choose_scenario,
    list_operations,
)
from abscopal.rehearsal.seen_progression import watch_progression
from abscopal.rehearsal.tasks import ARM_STRIDE
from abscopal.rehearsal.trial_design import plan_trial

PAGE, CREDIBILITY, FIGURES = "rehearsal.html", "credibility.md", "figures"
TRIALS, CHARACTERISTICS, RUN = "trials.parquet", "operating_characteristics.json", "rehearsal.json"
CALIBRATION = "calibration.json"
PARTS_OF_RECORD = ("targets", "directions", "parameters")
MOST_DRAWS, PATIENTS = 8, 256


def write_rehearsal_report(
    out: Path,
    study: Study,
    draws: Sequence[ParameterDraw],
    *,
    settings: Settings,
    language: Language,
) -> Path:
    """Write rehearsal.html, credibility.md and figures/ beside the files that a rehearsal left.

    Some hundred patients of each arm are simulated in detail for the pictures, spread over up to eight draws; and as
    many again for each
    parameter and setting that is moved, to see what the results hang on.

    Args:
        out: folder with trials.parquet, operating_characteristics.json and rehearsal.json.
        study: the study.
        draws: draws of the parameters that were used.
        settings: horizon and tolerance that were used.
        language: `en` or `fr`.

    Returns:
        The page.

    Raises:
        OutputError: the folder cannot be written to.
        StudyError: the record of the calibration is damaged.
    """
    run = json.loads((out / RUN).read_text(encoding="utf-8"))
    rows = _read_rows(out / CHARACTERISTICS)
    trials = pl.read_parquet(out / TRIALS)
    model, protocol = read_model(), study.protocol
    planned = run["designs"][0]
    scenario = choose_scenario(protocol, identifier=_known_scenario(protocol, planned["scenario"]))
    names = {arm.identifier: arm.name.read(language) for arm in protocol.arms}
    plans = {arm: plan_arm(protocol, arm, model, horizon_days=settings.horizon_days) for arm in names}
    patients = _simulate_patients(model, plans, scenario, draws, run, settings, protocol)
    populations = list_population_groups(patients, names=names)
    levels = list_levels(_find_published(study), patients, plans, names=names)
    own = [row for row in rows if row.design == rows[0].design]
    record = read_record(study.folder)
    checks = list_target_checks(protocol, own, levels, record=record.get("targets", ()), language=language)
    widths = list_widths(record, model, language=language)
    content = _gather_content(study, run, rows, trials, scenario, draws, patients, settings)
    sensitivity = compute_sensitivity(
        protocol,
        model,
        scenario,
        draws[0],
        plan_trial(protocol, scenario, patients=planned.get("patients")),
        texts=describe_names(model),
        study_hash=study.document_hash,
        seed=run["seed"],
        horizon_days=settings.horizon_days,
    )
    facts = gather_credibility(
        content,
        verification=compute_verification(
            model,
            tuple(plans.values()),
            apply_draw(scenario, draws[0]),
            study_hash_key=make_key(study.document_hash, run["seed"], draws[0].identifier),
            settings=settings,
        ),
        checks=checks,
        directions=list_direction_checks(record.get("directions", ()), language=language),
        widths=widths,
        populations=populations,
        sensitivity=sensitivity,
        arms={arm.identifier: arm.name for arm in protocol.arms},
    )
    figures = (
        render_patient_figures(patients, populations, levels, names=names, language=language)
        | render_trial_figures(trials, rows, names=names, language=language)
        | render_calibration_figures(checks, widths, language=language)
        | {"sensitivity": render_tornado(sensitivity, names=names, language=language)}
    )
    own_version = version("abscopal")
    page = render_rehearsal_page(
        content,
        figures=figures,
        credibility=list_credibility_sections(facts, language=language),
        version=own_version,
        language=language,
    )
    credibility = render_credibility_markdown(
        facts, limits=list_limits(language), version=own_version, language=language
    )
    try:
        replace_together(
            {**render_figure_files(out / FIGURES, figures), out / CREDIBILITY: credibility, out / PAGE: page}
        )
    except OSError as error:
        raise OutputError(
            f"the page of the rehearsal cannot be written ({error.strerror}); its numbers are kept.",
            where=str(out),
            remedy="Make room, or choose another folder, and give the same command again.",
        ) from error
    return out / PAGE


def list_widths(
    record: Mapping[str, Any], model: ModelDescription, *, language: Language
) -> tuple[ParameterWidth, ...]:
    """List how much calibration taught about each parameter.

    Args:
        record: the record of a calibration, empty where there is none.
        model: the description, which says what each parameter is.
        language: `en` or `fr`.

    Returns:
        One width a parameter, in the order of the record.
    """
    told = describe_names(model)
    widths = []
    for row in record.get("parameters", ()):
        text, unit = told.get(row["name"], (Text(en=row["name"], fr=row["name"]), "1"))
        before, after = (
            (float(row[f"{when}_lower"]), float(row[when]), float(row[f"{when}_upper"]))
            for when in ("prior", "posterior")
        )
        label, written = text.read(language), "" if unit == "1" else name_unit(unit, language=language)
        widths.append(ParameterWidth(row["name"], label, written, before, after, float(row["width"])))
    return tuple(widths)


def describe_names(model: ModelDescription) -> dict[str, tuple[Text, str]]:
    """What every parameter, spread and setting is, with its unit, by name.

    Args:
        model: the description.

    Returns:
        Text and unit by name.
    """
    spread = TEXTS["model_spread"]
    told = {item.name: (item.text, item.unit) for item in list_operations()}
    for item in model.parameters:
        told[item.symbol] = (item.text, item.unit)
        told[f"{SPREAD_PREFIX}{item.symbol}"] = (
            Text(en=spread.en.format(text=item.text.en), fr=spread.fr.format(text=item.text.fr)),
            "1",
        )
    return told


def read_record(folder: Path) -> Mapping[str, Any]:
    """Read the record of the calibration in a study folder.

    Args:
        folder: the study folder.

    Returns:
        The record; empty where the study has none.

    Raises:
        StudyError: the file is damaged.
    """
    file = folder / CALIBRATION
    if not file.is_file():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise _tell_damaged(
            file, error.lineno, "The file is no JSON: it is empty, cut or damaged."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _tell_damaged(file, None, f"The file cannot be read ({type(error).__name__}).") from error
    is_record = isinstance(content, dict) and all(
        isinstance(rows := content.get(name, []), list) and all(isinstance(row, dict) for row in rows)
        for name in PARTS_OF_RECORD
    )
    if not is_record:
        raise _tell_damaged(file, None, "The file is no record of a calibration.")
    record: Mapping[str, Any] = content
    return record


def _tell_damaged(file: Path, line: int | None, message: str) -> StudyError:
    remedy = "Put the calibration.json of abscopal calibrate in its place, or remove it."
    return StudyError([Finding(str(file), line, message, remedy)])


def _read_rows(file: Path) -> tuple[CharacteristicRow, ...]:
    known = {field.name for field in fields(CharacteristicRow)}
    content = json.loads(file.read_text(encoding="utf-8"))
    return tuple(
        CharacteristicRow(**{name: value for name, value in row.items() if name in known}) for row in content
    )


def _known_scenario(protocol: StudyProtocol, identifier: str) -> str | None:
    scenarios = protocol.rehearsal.scenarios if protocol.rehearsal else ()
    return identifier if identifier in {item.identifier for item in scenarios} else None


def _find_published(study: Study) -> PublishedResults | None:
    file = study.folder / "published.yml"
    return read_published(file) if file.is_file() else None


def _simulate_patients(
    model: ModelDescription,
    plans: Mapping[str, ArmPlan],
    scenario: Scenario,
    draws: Sequence[ParameterDraw],
    run: Mapping[str, Any],
    settings: Settings,
    protocol: StudyProtocol,
) -> dict[str, list[Representatives]]:
    """The first patients of the planned trials under some of the draws, evenly spaced."""
    places = np.unique(np.linspace(0, len(draws) - 1, min(MOST_DRAWS, len(draws))).round().astype(int))
    each = PATIENTS // len(places)
    is_randomised = run["designs"][0]["mode"] == "randomised"
    patients: dict[str, list[Representatives]] = {}
    for number, (arm, plan) in enumerate(plans.items()):
        first = number * ARM_STRIDE if is_randomised else 0
        patients[arm] = []
        for place in places:
            key = (run["study_hash"], run["seed"], draws[place].identifier)
            arm_key = make_key(*key, arm)
            found = simulate_representatives(
                model,
                plan,
                apply_draw(scenario, draws[place]),
                np.arange(first, first + each),
                study_hash_key=make_key(*key),
                arm_key=arm_key,
                settings=settings,
                watch=watch_progression(
                    scenario,
                    lambda: plan_scans(protocol, horizon_days=settings.horizon_days),
                    arm_key=arm_key,
                ),
            )
            patients[arm].append(found)
    return patients


def _gather_content(
    study: Study,
    run: Mapping[str, Any],
    rows: tuple[CharacteristicRow, ...],
    trials: pl.DataFrame,
    scenario: Scenario,
    draws: Sequence[ParameterDraw],
    patients: Mapping[str, Sequence[Representatives]],
    settings: Settings,
) -> RehearsalContent:
    planned = run["designs"][0]
    own = trials.filter(pl.col("design") == planned["name"])
    courses = [item.courses for found in patients.values() for item in found]
    model = read_model()
    statuses: dict[str, int] = {}
    for parameter in model.parameters:
        statuses[parameter.status] = statuses.get(parameter.status, 0) + 1
    return RehearsalContent(
        study=study.protocol.identity.identifier,
        title=study.protocol.identity.title,
        question=_ask(study.protocol, planned),
        scenario=planned["scenario"],
        mode="single" if len(study.protocol.arms) == 1 else planned["mode"],
        trials=own.height,
        draws=len(draws),
        seed=run["seed"],
        horizon_days=settings.horizon_days,
        tolerance=settings.tolerance,
        is_filtered=scenario.is_filtered,
        values=_list_values(study.protocol, planned, scenario, draws, model),
        statuses=statuses,
        drawn=sum(int(item.draws.sum()) for item in courses),
        accepted=sum(len(item.draws) for item in courses),
        entered=int(own["entered"].sum()),
        failed=int(own["failed"].sum()),
        left_out=tuple(Text.model_validate(text) for text in planned.get("left_out", ())),
        rows=rows,
    )


def _ask(protocol: StudyProtocol, planned: Mapping[str, Any]) -> tuple[Text, ...]:
    """The primary endpoint and the rule that decides."""
    primary = next((item for item in protocol.endpoints if item.level == "primary"), None)
    if primary is None:
        return (TEXTS["no_primary"],)
    asked = [
        Text(
            en=f"{primary.name.en}: {primary.definition.en}",
            fr=f"{primary.name.fr}\u00a0: {primary.definition.fr}",
        )
    ]
    rule = planned.get("rule")
    if rule is None:
        return (*asked, TEXTS["no_rule"])
    name = next(arm.name for arm in protocol.arms if arm.identifier == rule["arm"])
    said = TEXTS["rule"]
    values = {"minimum": rule["minimum"], "planned": rule["planned"], "days": f"{rule['window_days']:g}"}
    asked.append(Text(en=said.en.format(arm=name.en, **values), fr=said.fr.format(arm=name.fr, **values)))
    return tuple(asked)


def _list_values(
    protocol: StudyProtocol,
    planned: Mapping[str, Any],
    scenario: Scenario,
    draws: Sequence[ParameterDraw],
    model: ModelDescription,
) -> tuple[AssumedValue, ...]:
    """Every setting in force, then every parameter that the study or the ensemble changes."""
    texts = {item.name: item.text for item in list_operations()}
    unknown = Text(en="setting", fr="réglage")
    fitted = {name: _find_middle(draws, name) for name in {name for draw in draws for name in draw.medians}}
    values = [
        AssumedValue(
            name,
            texts.get(name, unknown),
            fitted.get(name, item["value"]),
            item["unit"],
            "ensemble" if name in fitted else item["provenance"],
        )
        for name, item in planned["settings"].items()
    ]
    given = next(
        (item.parameters for item in (protocol.rehearsal.scenarios if protocol.rehearsal else ())
         if item.identifier == scenario.identifier), {},
    )  # fmt: skip
    varied = sorted(set(fitted) - set(texts))
    for symbol, value in scenario.medians.items():
        if symbol not in varied:
            sourced = given.get(f"{MODEL_PREFIX}{symbol}")
            origin = sourced.provenance if sourced and sourced.provenance else "assumed"
            values.append(_describe_parameter(symbol, value, origin, model))
    for symbol in varied:
        values.append(_describe_parameter(symbol, fitted[symbol], "ensemble", model))
    return tuple(values)


def _find_middle(draws: Sequence[ParameterDraw], name: str) -> float:
    return float(np.median([draw.medians[name] for draw in draws if name in draw.medians]))


def _describe_parameter(symbol: str, value: float, origin: str, model: ModelDescription) -> AssumedValue:
    text, unit = describe_names(model)[symbol]
    if not symbol.startswith(SPREAD_PREFIX):
        said = TEXTS["model_parameter"]
        text = Text(en=said.en.format(text=text.en), fr=said.fr.format(text=text.fr))
    return AssumedValue(f"{MODEL_PREFIX}{symbol}", text, value, unit, origin)
