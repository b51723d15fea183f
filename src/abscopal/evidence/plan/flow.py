"""Who entered, who was counted, who they were and what they received."""

import polars as pl

from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.readings import ALL_ARMS, Readings

FLOW, BASELINE, EXPOSURE = "participant_flow", "baseline", "exposure"
SCREENING_STAGES = ("SCREENED", "SCREEN_FAILURE", "ENROLLED")
SCREENED_STAGES = ("SCREENED", "SCREEN_FAILURE")


def estimate_flow(readings: Readings) -> None:
    """Count the patients of each step from screening to analysis, in all, by arm and by reason."""
    rows = readings.tables["flow"]
    whole = {
        (stage, arm): count
        for stage, arm, detail, count in rows.select("STAGE", "ARM", "DETAIL", "N").iter_rows()
        if not detail
    }
    for stage, arm, detail, count in rows.select("STAGE", "ARM", "DETAIL", "N").iter_rows():
        base = "SCREENED" if stage in SCREENING_STAGES else "ENROLLED"
        readings.estimates.count(
            FLOW,
            f"{stage}: {detail}" if detail else stage,
            population=base,
            arm=ALL_ARMS if arm == "ALL" else arm,
            n=whole.get((base, arm), count),
            count=count,
            source="ADSL, derivations.participant_flow",
        )


def estimate_baseline(readings: Readings) -> None:
    """Describe the patients before treatment: age, sex, centre and the disease that was measured."""
    for arm in (ALL_ARMS, *readings.arms):
        patients = readings.patients("ITTFL", arm)
        _median(readings, BASELINE, "age", patients["AGE"], arm=arm, unit="years", source="ADSL.AGE")
        _shares(readings, patients, "SEX", arm=arm, name="sex")
        _shares(readings, patients, "SITEID", arm=arm, name="site")
        _baseline_disease(readings, patients, arm=arm)


def _baseline_disease(readings: Readings, patients: pl.DataFrame, *, arm: str) -> None:
    lesions = readings.rows_of("assessments", patients)
    if lesions is None:
        return
    first = lesions.filter((pl.col("AVISITN") == 0) & (pl.col("ACCFL") == "Y").fill_null(True))
    targets = first.filter(pl.col("LSROLE") == "TARGET")
    sums = targets.group_by("USUBJID", maintain_order=True).agg(
        SUM=pl.col("LSTENTH").sum() / 10, COUNT=pl.len()
    )
    source = "lesion assessments at baseline"
    _median(readings, BASELINE, "target_sum", sums["SUM"], arm=arm, unit="mm", source=source)
    _median(readings, BASELINE, "target_count", sums["COUNT"], arm=arm, unit="lesions", source=source)
    liver = first.filter(pl.col("LSLOC").str.to_uppercase().str.contains("LIVER").fill_null(False))
    readings.estimates.count(
        BASELINE,
        "liver_lesion",
        population="ITTFL",
        arm=arm,
        n=patients.height,
        count=liver["USUBJID"].n_unique(),
        source=source,
    )


def estimate_exposure(readings: Readings) -> None:
    """Describe the doses given: how many of each treatment, how much, how many injections into a tumour."""
    if readings.tables.get("adex") is None:
        readings.stop("table_absent", detail="EX")
        return
    for arm in (ALL_ARMS, *readings.arms):
        patients = readings.patients("SAFFL", arm)
        rows = readings.rows_of("adex", patients)
        assert rows is not None
        for (treatment,), doses in sorted(rows.partition_by("EXTRT", as_dict=True).items(), key=str):
            for parameter in ("NDOSE", "TOTDOSE", "NINJ"):
                values = doses.filter(pl.col("PARAMCD") == parameter)
                if values.height and values["AVAL"].max() != 0:
                    unit = {"NDOSE": "doses", "NINJ": "injections"}.get(parameter) or str(
                        values["AVALU"][0] or ""
                    )
                    _median(
                        readings,
                        EXPOSURE,
                        f"{parameter}: {treatment}",
                        values["AVAL"],
                        arm=arm,
                        unit=unit,
                        source="ADEX",
                        population="SAFFL",
                    )


def _shares(readings: Readings, patients: pl.DataFrame, column: str, *, arm: str, name: str) -> None:
    everyone = readings.patients("ITTFL")
    for level in sorted(everyone[column].drop_nulls().unique()):
        readings.estimates.count(
            BASELINE,
            f"{name}: {level}",
            population="ITTFL",
            arm=arm,
            n=patients.height,
            count=patients.filter(pl.col(column) == level).height,
            source=f"ADSL.{column}",
        )


def _median(
    readings: Readings,
    endpoint: str,
    estimand: str,
    values: pl.Series,
    *,
    arm: str,
    unit: str,
    source: str,
    population: str = "ITTFL",
) -> None:
    known = values.drop_nulls().cast(pl.Float64)
    quartiles = [known.quantile(share, "linear") for share in (0.25, 0.5, 0.75)]
    lower, middle, upper = quartiles if known.len() else (None, None, None)
    readings.estimates.add(
        EndpointEstimate(
            endpoint=endpoint,
            estimand=estimand,
            population=population,
            arm=arm,
            n=known.len(),
            events=None,
            estimate=middle,
            lower=lower,
            upper=upper,
            level=None,
            method="median; quartiles as lower and upper",
            unit=unit,
            source=source,
        )
    )
