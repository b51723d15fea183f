"""The dates that frame each patient, each with the record it comes from and what was imputed in it."""

import dataframely as dy
import polars as pl

from abscopal.derivations.partial_dates import ImputationRule, impute_date
from abscopal.derivations.population_settings import PopulationSettings
from abscopal.derivations.record_kinds import (
    has_arm_text,
    is_dose_given,
    is_end_of_study,
    is_end_of_treatment,
    is_fatal,
)
from abscopal.tables.columns import imputed, key_text, required_text
from abscopal.tables.sdtm.ae import AdverseEvents
from abscopal.tables.sdtm.cp import CellPhenotyping
from abscopal.tables.sdtm.dd import DeathDetails
from abscopal.tables.sdtm.dm import Demographics
from abscopal.tables.sdtm.ds import Disposition
from abscopal.tables.sdtm.ex import Exposure
from abscopal.tables.sdtm.pr import Procedures
from abscopal.tables.sdtm.rs import DiseaseResponse
from abscopal.tables.sdtm.tr import TumourResults
from abscopal.tables.sdtm.tu import TumourIdentification

PATIENT_DATES = ("RFICDT", "RANDDT", "TRTSDT", "TRTEDT", "DTHDT", "LSTALVDT", "EOTDT", "EOSDT", "NACTDT")

_DATE_ROWS: dict[str, type[pl.DataType]] = {
    "USUBJID": pl.String,
    "DATE": pl.Date,
    "FLAG": pl.String,
    "SRCDOM": pl.String,
    "SRCVAR": pl.String,
    "SRCSEQ": pl.Int64,
}


class PatientDates(dy.Schema):
    """One row per patient and date of ADSL, traced to its record."""

    USUBJID = key_text("Patient identifier, unique across studies")
    COLUMN = key_text("Column of ADSL, such as DTHDT")
    DATE = dy.Date(description="The date")
    FLAG = imputed("The date")
    SRCDOM = required_text("Domain of the record")
    SRCVAR = required_text("Variable of the record")
    SRCSEQ = dy.Int64(nullable=True, min=0, description="Sequence number of the record; empty for DM")


def derive_patient_dates(
    dm: dy.DataFrame[Demographics],
    *,
    ds: dy.DataFrame[Disposition] | None = None,
    ex: dy.DataFrame[Exposure] | None = None,
    pr: dy.DataFrame[Procedures] | None = None,
    ae: dy.DataFrame[AdverseEvents] | None = None,
    dd: dy.DataFrame[DeathDetails] | None = None,
    tu: dy.DataFrame[TumourIdentification] | None = None,
    tr: dy.DataFrame[TumourResults] | None = None,
    rs: dy.DataFrame[DiseaseResponse] | None = None,
    cp: dy.DataFrame[CellPhenotyping] | None = None,
    new_therapies: pl.DataFrame | None = None,
    settings: PopulationSettings | None = None,
) -> dy.DataFrame[PatientDates]:
    """Find consent, randomisation, treatment, death, last proof of life and the ends of each patient.

    A date that several tables could give is taken from one of them, and the row says which. A partial death
    is never placed before the last date on which the patient is known to be alive.

    Args:
        dm: patients.
        ds: disposition.
        ex: doses; without it, the doses are those that DM declares.
        pr: procedures.
        ae: adverse events.
        dd: details of deaths, used for the date only when nothing else gives one.
        tu: lesions, as proof of life.
        tr: measurements, as proof of life.
        rs: responses, as proof of life.
        cp: cell populations of fresh samples, as proof of life.
        new_therapies: further anticancer therapies known from elsewhere: USUBJID and NACTDT (a date).
        settings: the study's choices.

    Returns:
        One row per patient and known date, in key order.

    Example:
        >>> dm = Demographics.validate(pl.concat([Demographics.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "DOMAIN": "DM", "USUBJID": ["P1"], "SUBJID": "1", "SITEID": "1", "SEX": "F",
        ...     "COUNTRY": "FRA", "RFICDTC": "2024-01-02", "RFXSTDTC": "2024-01-10", "DTHDTC": "2024-05",
        ... })], how="diagonal"))
        >>> dates = derive_patient_dates(dm)
        >>> dates.filter(pl.col("COLUMN") == "DTHDT").select("DATE", "FLAG", "SRCVAR").rows()
        [(datetime.date(2024, 5, 1), 'D', 'DTHDTC')]
    """
    chosen = settings or PopulationSettings()
    consent = _date_rows(dm, "RFICDTC", domain="DM", rule=chosen.registration_rule)
    first, last = _dose_dates(dm, ex, chosen)
    alive = _pick_latest(_proofs_of_life(dm, ds, ex, pr, ae, tu, tr, rs, cp, settings=chosen))
    death = _pick_death(dm, ds, ae, dd, alive=alive, settings=chosen)
    therapies = _therapy_dates(ds, pr, new_therapies, settings=chosen)
    end_of_treatment, end_of_study = _disposition_dates(ds, chosen)
    rows = {
        "RFICDT": _pick_earliest(consent),
        "RANDDT": _randomisation_dates(dm, ds, chosen),
        "TRTSDT": _pick_earliest(first),
        "TRTEDT": _cap_at_death(_pick_latest(last), death),
        "DTHDT": death,
        "LSTALVDT": _cap_at_death(alive, death),
        "EOTDT": _pick_latest(end_of_treatment),
        "EOSDT": _pick_latest(end_of_study),
        "NACTDT": _pick_earliest(therapies),
    }
    everything = pl.concat([frame.with_columns(COLUMN=pl.lit(name)) for name, frame in rows.items()])
    patients = dm.select("USUBJID")
    return PatientDates.validate(
        everything.join(patients, on="USUBJID", how="semi").sort("USUBJID", "COLUMN"), cast=True
    )


def list_imputed_dates(dates: dy.DataFrame[PatientDates]) -> dy.DataFrame[PatientDates]:
    """List the dates that were not fully known, so that a reader can see what was assumed about whom.

    Args:
        dates: the patients' dates.

    Returns:
        The rows of `dates` in which a day, a month or a whole date was imputed, or in which the start of the
        reference period stands for a missing randomisation.

    Example:
        >>> rows = PatientDates.validate(pl.DataFrame({
        ...     "USUBJID": ["P1", "P1"], "COLUMN": ["DTHDT", "TRTSDT"], "DATE": ["2024-05-01", "2024-01-10"],
        ...     "FLAG": ["D", None], "SRCDOM": "DM", "SRCVAR": ["DTHDTC", "RFXSTDTC"], "SRCSEQ": None,
        ... }).with_columns(pl.col("DATE").str.to_date()), cast=True)
        >>> list_imputed_dates(rows)["COLUMN"].to_list()
        ['DTHDT']
    """
    stands_in = (pl.col("COLUMN") == "RANDDT") & (pl.col("SRCDOM") == "DM")
    return PatientDates.validate(dates.filter(pl.col("FLAG").is_not_null() | stands_in))


def _date_rows(
    frame: pl.DataFrame, variable: str, *, domain: str, rule: ImputationRule, keep: pl.Expr | None = None
) -> pl.DataFrame:
    date, flag = impute_date(variable, rule=rule)
    sequence = pl.lit(None, dtype=pl.Int64) if domain == "DM" else pl.col(f"{domain}SEQ")
    chosen = frame if keep is None else frame.filter(keep)
    return chosen.select(
        "USUBJID",
        DATE=date,
        FLAG=flag,
        SRCDOM=pl.lit(domain),
        SRCVAR=pl.lit(variable),
        SRCSEQ=sequence.cast(pl.Int64),
    ).filter(pl.col("DATE").is_not_null())


def _pick_earliest(rows: pl.DataFrame) -> pl.DataFrame:
    # Most rows are far from the first day: only those of that day are put in order.
    of_that_day = rows.filter(pl.col("DATE") == pl.col("DATE").min().over("USUBJID"))
    return of_that_day.sort("USUBJID", "SRCDOM", "SRCVAR", "SRCSEQ").unique(
        "USUBJID", keep="first", maintain_order=True
    )


def _pick_latest(rows: pl.DataFrame) -> pl.DataFrame:
    of_that_day = rows.filter(pl.col("DATE") == pl.col("DATE").max().over("USUBJID"))
    return of_that_day.sort("USUBJID", "SRCDOM", "SRCVAR", "SRCSEQ").unique(
        "USUBJID", keep="last", maintain_order=True
    )


def _dose_dates(
    dm: pl.DataFrame, ex: pl.DataFrame | None, settings: PopulationSettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    if ex is None:
        return (
            _date_rows(dm, "RFXSTDTC", domain="DM", rule=settings.first_dose_rule),
            _date_rows(dm, "RFXENDTC", domain="DM", rule=settings.last_dose_rule),
        )
    given = ex.filter(is_dose_given(settings))
    has_end = pl.col("EXENDTC").is_not_null()
    ends = [
        _date_rows(given, "EXENDTC", domain="EX", rule=settings.last_dose_rule, keep=has_end),
        _date_rows(given, "EXSTDTC", domain="EX", rule=settings.last_dose_rule, keep=~has_end),
    ]
    return _date_rows(given, "EXSTDTC", domain="EX", rule=settings.first_dose_rule), pl.concat(ends)


def _randomisation_dates(
    dm: pl.DataFrame, ds: pl.DataFrame | None, settings: PopulationSettings
) -> pl.DataFrame:
    rule = settings.registration_rule
    found = [pl.DataFrame(schema=_DATE_ROWS)]
    if ds is not None:
        for terms in (settings.randomised_terms, settings.registration_terms):
            found.append(
                _pick_earliest(
                    _date_rows(ds, "DSSTDTC", domain="DS", rule=rule, keep=pl.col("DSDECOD").is_in(terms))
                )
            )
    if settings.registration_fallback != "none":
        has_arm = has_arm_text("ARMCD") | has_arm_text("ARM")
        found.append(_date_rows(dm, settings.registration_fallback, domain="DM", rule=rule, keep=has_arm))
    return pl.concat(found).unique("USUBJID", keep="first", maintain_order=True)


def _pick_death(
    dm: pl.DataFrame,
    ds: pl.DataFrame | None,
    ae: pl.DataFrame | None,
    dd: pl.DataFrame | None,
    *,
    alive: pl.DataFrame,
    settings: PopulationSettings,
) -> pl.DataFrame:
    sources: list[tuple[pl.DataFrame | None, str, str, pl.Expr | None]] = [
        (dm, "DTHDTC", "DM", None),
        (ds, "DSSTDTC", "DS", pl.col("DSDECOD") == "DEATH"),
        (ae, "AEENDTC", "AE", is_fatal()),
        (dd, "DDDTC", "DD", None),
    ]
    rows, latest = [], []
    for rank, (frame, variable, domain, keep) in enumerate(sources):
        if frame is None:
            continue
        found = _date_rows(frame, variable, domain=domain, rule=settings.death_rule, keep=keep)
        upper = _date_rows(frame, variable, domain=domain, rule="last", keep=keep)
        rows.append(found.with_columns(RANK=pl.lit(rank)))
        latest.append(upper.select("USUBJID", "SRCDOM", "SRCSEQ", UPPER="DATE"))
    candidates = pl.concat(rows).join(
        pl.concat(latest), on=["USUBJID", "SRCDOM", "SRCSEQ"], how="left", nulls_equal=True
    )
    best = (
        candidates.sort("USUBJID", pl.col("FLAG").is_not_null(), "RANK", "DATE", "SRCSEQ")
        .unique("USUBJID", keep="first", maintain_order=True)
        .join(alive.select("USUBJID", ALIVE="DATE"), on="USUBJID", how="left")
    )
    moved = pl.min_horizontal(pl.max_horizontal("DATE", "ALIVE"), "UPPER")
    return best.with_columns(DATE=pl.when(pl.col("FLAG").is_not_null()).then(moved).otherwise("DATE")).drop(
        "RANK", "UPPER", "ALIVE"
    )


def _proofs_of_life(
    dm: pl.DataFrame,
    ds: pl.DataFrame | None,
    ex: pl.DataFrame | None,
    pr: pl.DataFrame | None,
    ae: pl.DataFrame | None,
    *visits: pl.DataFrame | None,
    settings: PopulationSettings,
) -> pl.DataFrame:
    # Specimen events and release tests (BE, BS) go on after the patient has died: they prove nothing.
    rule = settings.last_alive_rule
    decided_elsewhere = pl.col("DSDECOD").is_in(["DEATH", *settings.lost_terms])
    rows = [
        _date_rows(dm, variable, domain="DM", rule=rule)
        for variable in ("RFICDTC", "RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC")
    ]
    if ds is not None:
        rows.append(_date_rows(ds, "DSSTDTC", domain="DS", rule=rule, keep=~decided_elsewhere))
    if ex is not None:
        rows += [_date_rows(ex, variable, domain="EX", rule=rule) for variable in ("EXSTDTC", "EXENDTC")]
    if pr is not None:
        rows += [_date_rows(pr, variable, domain="PR", rule=rule) for variable in ("PRSTDTC", "PRENDTC")]
    if ae is not None:
        rows.append(_date_rows(ae, "AESTDTC", domain="AE", rule=rule))
        rows.append(_date_rows(ae, "AEENDTC", domain="AE", rule=rule, keep=~is_fatal()))
    for frame, domain in zip(visits, ("TU", "TR", "RS", "CP"), strict=True):
        if frame is not None:
            rows.append(_date_rows(frame, f"{domain}DTC", domain=domain, rule=rule))
    return pl.concat(rows)


def _cap_at_death(rows: pl.DataFrame, death: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.join(death.select("USUBJID", DEATH="DATE"), on="USUBJID", how="left")
        .with_columns(DATE=pl.min_horizontal("DATE", "DEATH"))
        .drop("DEATH")
    )


def _therapy_dates(
    ds: pl.DataFrame | None,
    pr: pl.DataFrame | None,
    new_therapies: pl.DataFrame | None,
    *,
    settings: PopulationSettings,
) -> pl.DataFrame:
    rule = settings.new_therapy_rule
    rows = [pl.DataFrame(schema=_DATE_ROWS)]
    if pr is not None:
        is_new = pl.col("PRCAT").is_in(settings.new_therapy_categories)
        rows.append(_date_rows(pr, "PRSTDTC", domain="PR", rule=rule, keep=is_new))
    if ds is not None:
        is_new = pl.col("DSDECOD").is_in(settings.new_therapy_terms)
        rows.append(_date_rows(ds, "DSSTDTC", domain="DS", rule=rule, keep=is_new))
    if new_therapies is not None:
        rows.append(
            new_therapies.select(
                "USUBJID",
                DATE=pl.col("NACTDT").cast(pl.Date),
                FLAG=pl.lit(None, dtype=pl.String),
                SRCDOM=pl.lit("SUPPLIED"),
                SRCVAR=pl.lit("NACTDT"),
                SRCSEQ=pl.lit(None, dtype=pl.Int64),
            ).filter(pl.col("DATE").is_not_null())
        )
    return pl.concat(rows)


def _disposition_dates(
    ds: pl.DataFrame | None, settings: PopulationSettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    empty = pl.DataFrame(schema=_DATE_ROWS)
    if ds is None:
        return empty, empty
    treatment, study = is_end_of_treatment(settings), is_end_of_study(settings)
    return (
        _date_rows(ds, "DSSTDTC", domain="DS", rule="first", keep=treatment),
        _date_rows(ds, "DSSTDTC", domain="DS", rule="first", keep=study),
    )
