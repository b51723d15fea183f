"""What each reading of the rules decides: every setting read otherwise, one at a time, and what then changes."""

from collections.abc import Callable, Collection, Sequence

import dataframely as dy
import polars as pl

from abscopal.derivations.response.alternatives import (
    Alternative,
    compute_with_settings_read,
    list_alternatives,
    write_value,
)
from abscopal.derivations.response.best_response import derive_best_responses
from abscopal.derivations.response.category_table import CATEGORY_SUFFIXES, derive_category_parts
from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.visit_responses import VisitResponses
from abscopal.tables.adam import LesionAssessments, SubjectLevel
from abscopal.tables.columns import date, key_text, required_text, text

READ = "ACCEPTED"
PATIENT, VISIT = ["USUBJID"], ["USUBJID", "AVISITN"]
LesionReading = Callable[[ResponseSettings], dy.DataFrame[LesionAssessments]]


def _count(description: str) -> dy.Int64:
    return dy.Int64(min=0, max=1_000_000, description=description)


class ResponsesBySetting(dy.Schema):
    """Each patient under each reading of each setting, beside the reading in force."""

    CRITERION = key_text("Criterion")
    SETTING = key_text("Setting that is read otherwise")
    CHOICE = key_text("The other value")
    USUBJID = key_text("Patient identifier, unique across studies")
    VALUE = required_text("The value in force")
    ASSESSMENTS = _count("Assessments after baseline under either reading")
    CHANGED = _count("Assessments whose overall response is another, or that only one reading has")
    BESTRESP = required_text("Best response in force: confirmed where confirmation is required")
    ALTBEST = required_text("Best response under the other value")
    CONFRESP = required_text("Confirmed best response in force")
    ALTCONF = required_text("Confirmed best response under the other value")
    RESPONDED = dy.Bool(description="The best response in force is complete or partial")
    ALTRESPONDED = dy.Bool(description="The best response under the other value is complete or partial")
    INJRESP = text("Best response of injected lesions in force; empty where the criterion knows none")
    ALTINJRESP = text("Best response of injected lesions under the other value")
    NINJRESP = text("Best response of non-injected lesions in force; empty where the criterion knows none")
    ALTNINJRESP = text("Best response of non-injected lesions under the other value")
    PDDT = date("Progression in force")
    ALTPDDT = date("Progression under the other value")


class SettingEffects(dy.Schema):
    """How much hangs on one reading of one setting, everything else as in force."""

    CRITERION = key_text("Criterion")
    SETTING = key_text("Setting that is read otherwise")
    CHOICE = key_text("The other value")
    VALUE = required_text("The value in force")
    ASSESSMENTS = _count("Assessments after baseline under either reading")
    CHANGED = _count("Assessments whose response changes")
    PATIENTS = _count("Patients")
    BESTCHANGED = _count("Patients whose best response changes")
    CONFCHANGED = _count("Patients whose confirmed best response changes")
    INJCHANGED = _count("Patients whose best response of injected lesions changes")
    NINJCHANGED = _count("Patients whose best response of non-injected lesions changes")
    RESPONDERS = _count("Responders in force")
    ALTRESPONDERS = _count("Responders under the other value")
    PROGRESSED = _count("Patients with a progression that counts, in force")
    ALTPROGRESSED = _count("The same under the other value")
    PDMOVED = _count("Patients whose progression appears, disappears or moves to another date")


def derive_responses_by_setting(
    assessments: dy.DataFrame[LesionAssessments],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    criteria: Sequence[Criterion],
    settings: ResponseSettings,
    derive_lesions: LesionReading | None = None,
    idle: Collection[str] = (),
) -> dy.DataFrame[ResponsesBySetting]:
    """Derive every patient's responses under every other reading of every setting, one at a time.

    A step is derived again only if it asks for the setting concerned. Settings interact; this table does not show
    what two of them would change together.

    Args:
        assessments: lesions at every assessment as the accepted reader of each patient saw them.
        adsl: the patients; everyone has rows.
        criteria: the response criteria.
        settings: the settings in force.
        derive_lesions: the lesions of the accepted readers under other settings; without it, settings that act
            on the lining up of lesions and visits are taken to change nothing.
        idle: settings that cannot change the lining up of these tables, such as the imputation of dates where
            every date is complete.

    Returns:
        One row per criterion, setting that it asks for, other value and patient, in key order. An assessment is
        found again by its number or, in a patient who has more or fewer of them under the other value, by its date.
    """
    lesions = _of_one_reader(assessments, adsl)
    asked_by_lesions: frozenset[str] = frozenset()
    if derive_lesions is not None:
        again, asked_by_lesions = compute_with_settings_read(settings, derive_lesions)
        lesions = _of_one_reader(again, adsl)
    read_again = {
        (found.setting, found.choice): _of_one_reader(derive_lesions(found.settings), adsl)
        for found in list_alternatives(settings)
        if derive_lesions is not None and found.setting in asked_by_lesions.difference(idle)
    }
    tables = [
        _derive_of_criterion(
            lesions, read_again, adsl, asked=asked_by_lesions, criterion=criterion, settings=settings
        )
        for criterion in criteria
    ]
    empty = ResponsesBySetting.create_empty()
    rows = pl.concat([empty, *tables], how="diagonal_relaxed") if tables else empty
    return ResponsesBySetting.validate(rows.sort(ResponsesBySetting.primary_key()), cast=True)


def _of_one_reader(
    assessments: dy.DataFrame[LesionAssessments], adsl: dy.DataFrame[SubjectLevel]
) -> dy.DataFrame[LesionAssessments]:
    """The patients who are counted, their one reader under one name, so that each patient is one reading."""
    counted = assessments.join(adsl.select(PATIENT), on=PATIENT, how="semi")
    return LesionAssessments.cast(counted.with_columns(READER=pl.lit(READ)).sort(PATIENT))


def _derive_of_criterion(
    lesions: dy.DataFrame[LesionAssessments],
    read_again: dict[tuple[str, str], dy.DataFrame[LesionAssessments]],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    asked: frozenset[str],
    criterion: Criterion,
    settings: ResponseSettings,
) -> pl.DataFrame:
    visits, asked_by_visits = compute_with_settings_read(
        settings, lambda watched: criterion.derive_visit_responses(lesions, watched)
    )
    best, asked_by_best = compute_with_settings_read(
        settings, lambda watched: _derive_best(visits, adsl, criterion, watched)
    )
    kinds, asked_by_kinds = compute_with_settings_read(
        settings, lambda watched: _derive_best_of_kinds(lesions, visits, adsl, criterion, watched)
    )
    in_force = best.join(kinds, on=PATIENT)
    nothing_changes = _compare(in_force, in_force, visits, visits)
    tables = []
    for found in list_alternatives(settings):
        if found.setting not in asked | asked_by_visits | asked_by_best | asked_by_kinds:
            continue
        other = read_again.get((found.setting, found.choice), lesions)
        is_lined_up_alike = other.equals(lesions)
        other_visits = visits
        if found.setting in asked_by_visits or not is_lined_up_alike:
            other_visits = criterion.derive_visit_responses(other, found.settings)
        is_judged_alike = other_visits.equals(visits)
        other_best, other_kinds = best, kinds
        if found.setting in asked_by_best or not is_judged_alike:
            other_best = _derive_best(other_visits, adsl, criterion, found.settings)
        if found.setting in asked_by_kinds or not (is_lined_up_alike and is_judged_alike):
            other_kinds = _derive_best_of_kinds(other, other_visits, adsl, criterion, found.settings)
        compared = nothing_changes
        if not (is_judged_alike and other_best.equals(best) and other_kinds.equals(kinds)):
            compared = _compare(in_force, other_best.join(other_kinds, on=PATIENT), visits, other_visits)
        tables.append(_name(compared, found, criterion, settings))
    return pl.concat(tables)


def _name(
    compared: pl.DataFrame, found: Alternative, criterion: Criterion, settings: ResponseSettings
) -> pl.DataFrame:
    return compared.with_columns(
        CRITERION=pl.lit(criterion.name),
        SETTING=pl.lit(found.setting),
        CHOICE=pl.lit(found.choice),
        VALUE=pl.lit(write_value(getattr(settings, found.setting))),
    )


def _derive_best(
    visits: dy.DataFrame[VisitResponses],
    adsl: dy.DataFrame[SubjectLevel],
    criterion: Criterion,
    settings: ResponseSettings,
) -> pl.DataFrame:
    """One row per patient: the best response that the study counts, the confirmed one, and progression."""
    chosen = "CBORRESP" if settings.confirmation_required else "BORRESP"
    plain = visits.with_columns(criterion.compute_plain_code(pl.col("OVRRESP")))
    best = derive_best_responses(
        plain, adsl, settings=settings, readers=[READ],
        rules=criterion.best_rules, until=criterion.compute_counted_until(settings),
    )  # fmt: skip
    own = best.with_columns(criterion.compute_own_code(pl.col("BORRESP", "CBORRESP")))
    return own.select(
        "USUBJID",
        BESTRESP=chosen,
        CONFRESP="CBORRESP",
        RESPONDED=pl.col(chosen).is_in(criterion.list_codes("complete", "partial")),
        PDDT="PDDT",
    )


def _derive_best_of_kinds(
    lesions: dy.DataFrame[LesionAssessments],
    visits: dy.DataFrame[VisitResponses],
    adsl: dy.DataFrame[SubjectLevel],
    criterion: Criterion,
    settings: ResponseSettings,
) -> pl.DataFrame:
    """One row per patient: the best response of injected and of other lesions, where the criterion knows them."""
    told = adsl.select(PATIENT)
    if criterion.judge_categories is None:
        nothing = pl.lit(None, dtype=pl.String)
        return told.with_columns(INJRESP=nothing, NINJRESP=nothing)
    chosen = "CBORRESP" if settings.confirmation_required else "BORRESP"
    parts = derive_category_parts(
        criterion.derive_category_responses(lesions, settings), visits, adsl,
        readers=[READ], settings=settings, until=criterion.compute_counted_until(settings),
    )  # fmt: skip
    for suffix, part in zip(CATEGORY_SUFFIXES.values(), parts, strict=True):
        best = part.patients.select("USUBJID", pl.col(chosen).alias(f"{suffix}RESP"))
        told = told.join(best, on=PATIENT, how="left")
    return told


def _compare(
    best: pl.DataFrame, other_best: pl.DataFrame, visits: pl.DataFrame, other_visits: pl.DataFrame
) -> pl.DataFrame:
    others = other_best.rename(
        {"BESTRESP": "ALTBEST", "CONFRESP": "ALTCONF"}
        | {name: f"ALT{name}" for name in ("RESPONDED", "INJRESP", "NINJRESP", "PDDT")}
    )
    return (
        best.join(others, on=PATIENT)
        .join(_count_changed(visits, other_visits), on=PATIENT, how="left")
        .with_columns(pl.col("ASSESSMENTS", "CHANGED").fill_null(0))
    )


def _count_changed(visits: pl.DataFrame, other_visits: pl.DataFrame) -> pl.DataFrame:
    """Per patient, the assessments of either reading and those whose response differs."""
    both = pl.concat(
        [
            visits.select(*VISIT, "ADT", "OVRRESP", FIRST=True),
            other_visits.select(*VISIT, "ADT", "OVRRESP", FIRST=False),
        ]
    )
    sizes = both.group_by(PATIENT).agg(SAME=pl.col("FIRST").sum() * 2 == pl.len())
    key = pl.when("SAME").then(pl.col("AVISITN").cast(pl.String)).otherwise(pl.col("ADT").cast(pl.String))
    found = (
        both.join(sizes, on=PATIENT)
        .group_by("USUBJID", ASSESSMENT=key)
        .agg(DIFFERS=(pl.len() != 2) | (pl.col("OVRRESP").n_unique() > 1))
    )
    return found.group_by(PATIENT).agg(
        ASSESSMENTS=pl.len().cast(pl.Int64), CHANGED=pl.col("DIFFERS").sum().cast(pl.Int64)
    )


def derive_setting_effects(
    responses: dy.DataFrame[ResponsesBySetting],
) -> dy.DataFrame[SettingEffects]:
    """Count what each other reading of each setting changes.

    Args:
        responses: each patient under each reading, of the patients who are to be counted.

    Returns:
        One row per criterion, setting and other value, in key order.

    Example:
        >>> from datetime import date
        >>> rows = ResponsesBySetting.validate(pl.DataFrame({
        ...     "CRITERION": "recist_1_1", "SETTING": "carry_response", "CHOICE": "false",
        ...     "USUBJID": ["P1", "P2"], "VALUE": "true", "ASSESSMENTS": [3, 2], "CHANGED": [1, 0],
        ...     "BESTRESP": ["PR", "SD"], "ALTBEST": ["PR", "SD"], "CONFRESP": ["PR", "SD"],
        ...     "ALTCONF": ["SD", "SD"], "RESPONDED": [True, False], "ALTRESPONDED": [True, False],
        ...     "INJRESP": None, "ALTINJRESP": None, "NINJRESP": None, "ALTNINJRESP": None,
        ...     "PDDT": [None, date(2024, 5, 1)], "ALTPDDT": [None, date(2024, 5, 1)]}), cast=True)
        >>> counted = derive_setting_effects(rows)
        >>> counted.select("ASSESSMENTS", "CHANGED", "BESTCHANGED", "CONFCHANGED", "PDMOVED").rows()
        [(5, 1, 0, 1, 0)]
    """
    counts = {
        "BESTCHANGED": pl.col("BESTRESP") != pl.col("ALTBEST"),
        "CONFCHANGED": pl.col("CONFRESP") != pl.col("ALTCONF"),
        "INJCHANGED": pl.col("INJRESP").ne_missing(pl.col("ALTINJRESP")),
        "NINJCHANGED": pl.col("NINJRESP").ne_missing(pl.col("ALTNINJRESP")),
        "RESPONDERS": pl.col("RESPONDED"),
        "ALTRESPONDERS": pl.col("ALTRESPONDED"),
        "PROGRESSED": pl.col("PDDT").is_not_null(),
        "ALTPROGRESSED": pl.col("ALTPDDT").is_not_null(),
        "PDMOVED": pl.col("PDDT").ne_missing(pl.col("ALTPDDT")),
    }
    effects = responses.group_by("CRITERION", "SETTING", "CHOICE", "VALUE").agg(
        pl.col("ASSESSMENTS", "CHANGED").sum(),
        PATIENTS=pl.len().cast(pl.Int64),
        **{name: condition.sum().cast(pl.Int64) for name, condition in counts.items()},
    )
    ordered = effects.sort(SettingEffects.primary_key()).select(SettingEffects.column_names())
    return SettingEffects.validate(ordered, cast=True)
