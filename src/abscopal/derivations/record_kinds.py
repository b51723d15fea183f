"""What a record of DM, DS, EX or AE is: a dose given, a fatal event, an end of treatment or of the study."""

import polars as pl

from abscopal.derivations.population_settings import PopulationSettings

# SDTMIG 3.4, section 5.2: what stands in ARM and ARMCD when a patient has no arm, in the present and older
# guides.
NO_ARM = (
    "",
    "SCRNFAIL",
    "SCREEN FAILURE",
    "NOTASSGN",
    "NOT ASSIGNED",
    "NOTTRT",
    "NOT TREATED",
    "ASSIGNED, NOT TREATED",
    "UNPLAN",
    "UNPLANNED TREATMENT",
)


def is_dose_given(settings: PopulationSettings) -> pl.Expr:
    """Tell whether a row of EX is a dose of study treatment that was really given.

    Args:
        settings: the study's choices.

    Returns:
        Boolean expression over EX: the dose was given and the treatment counts.

    Example:
        >>> doses = pl.DataFrame({"EXTRT": ["A", "A", "B"], "EXDOSE": [3.0, 0.0, None]})
        >>> doses.select(is_dose_given(PopulationSettings())).to_series().to_list()
        [True, False, True]
    """
    counts = pl.col("EXTRT").is_in(settings.study_treatments) if settings.study_treatments else pl.lit(True)
    return is_given() & counts


def is_treating_dose(settings: PopulationSettings) -> pl.Expr:
    """Tell whether a row of EX is a dose that makes the patient a treated one.

    Args:
        settings: the study's choices.

    Returns:
        Boolean expression over EX: a dose of study treatment, and of one that is asked for where the study names it.

    Example:
        >>> doses = pl.DataFrame({"EXTRT": ["CYCLOPHOSPHAMIDE", "Vaccine"], "EXDOSE": [50.0, 1.0]})
        >>> doses.select(is_treating_dose(PopulationSettings(treated_with=("VACCINE",)))).to_series().to_list()
        [False, True]
    """
    if not settings.treated_with:
        return is_dose_given(settings)
    return is_dose_given(settings) & pl.col("EXTRT").str.to_uppercase().is_in(settings.treated_with)


def is_given() -> pl.Expr:
    """Tell whether a row of EX was given: its dose is not zero, or it is a placebo, whose dose always is.

    Returns:
        Boolean expression over EX; a dose that nobody wrote down was given.

    Example:
        >>> doses = pl.DataFrame({"EXTRT": ["A", "A", "A", "Placebo"], "EXDOSE": [3.0, 0.0, None, 0.0]})
        >>> doses.select(is_given()).to_series().to_list()
        [True, False, True, True]
    """
    is_placebo = pl.col("EXTRT").str.to_uppercase().str.contains("PLACEBO", literal=True)
    return pl.col("EXDOSE").is_null() | (pl.col("EXDOSE") > 0) | is_placebo


def has_arm_text(column: str) -> pl.Expr:
    """Tell whether a column of DM names an arm, rather than the absence of one.

    Args:
        column: ARMCD, ARM, ACTARMCD or ACTARM.

    Returns:
        Boolean expression over DM.

    Example:
        >>> patients = pl.DataFrame({"ARMCD": ["A", "SCRNFAIL", None]})
        >>> patients.select(has_arm_text("ARMCD")).to_series().to_list()
        [True, False, False]
    """
    code = pl.col(column).str.strip_chars().str.to_uppercase()
    return (~code.is_in(NO_ARM)).fill_null(False)


def is_fatal() -> pl.Expr:
    """Tell whether an adverse event led to death, by any of the three columns that may say so.

    Returns:
        Boolean expression over AE.

    Example:
        >>> events = pl.DataFrame({"AEOUT": ["FATAL", None], "AESDTH": [None, "N"], "AETOXGR": [None, "4"]})
        >>> events.select(is_fatal()).to_series().to_list()
        [True, False]
    """
    return (
        (pl.col("AEOUT") == "FATAL").fill_null(False)
        | (pl.col("AESDTH") == "Y").fill_null(False)
        | (pl.col("AETOXGR") == "5").fill_null(False)
    )


def is_end_of_treatment(settings: PopulationSettings) -> pl.Expr:
    """Tell whether a row of DS ends the study treatment.

    Args:
        settings: the study's choices.

    Returns:
        Boolean expression over DS.

    Example:
        >>> rows = pl.DataFrame({"DSCAT": ["DISPOSITION EVENT"] * 2, "DSSCAT": ["STUDY TREATMENT", None]})
        >>> rows.select(is_end_of_treatment(PopulationSettings())).to_series().to_list()
        [True, False]
    """
    is_disposition = (pl.col("DSCAT") == "DISPOSITION EVENT").fill_null(False)
    return is_disposition & pl.col("DSSCAT").is_in(settings.treatment_subcategories).fill_null(False)


def is_end_of_study(settings: PopulationSettings) -> pl.Expr:
    """Tell whether a row of DS ends the patient's participation; a screen failure never took part.

    Args:
        settings: the study's choices.

    Returns:
        Boolean expression over DS.

    Example:
        >>> rows = pl.DataFrame({
        ...     "DSCAT": ["DISPOSITION EVENT"] * 3,
        ...     "DSSCAT": ["STUDY PARTICIPATION", "STUDY TREATMENT", None],
        ...     "DSDECOD": ["COMPLETED", "ADVERSE EVENT", "SCREEN FAILURE"],
        ... })
        >>> rows.select(is_end_of_study(PopulationSettings())).to_series().to_list()
        [True, False, False]
    """
    is_disposition = (pl.col("DSCAT") == "DISPOSITION EVENT").fill_null(False)
    is_failure = pl.col("DSDECOD").is_in(settings.screen_failure_terms)
    return is_disposition & ~is_failure & ~is_end_of_treatment(settings)
