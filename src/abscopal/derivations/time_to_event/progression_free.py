"""Progression-free survival: from the start to progression or death, under a named set of censoring rules."""

import dataframely as dy
import polars as pl

from abscopal.derivations.time_to_event.accepted_assessments import (
    derive_deciding_assessments,
    derive_deciding_readers,
)
from abscopal.derivations.time_to_event.censoring_rules import FDA_A, CensoringRules
from abscopal.derivations.time_to_event.progression_or_death import derive_progression_or_death
from abscopal.derivations.time_to_event.time_rows import (
    AnalysisSet,
    Counting,
    StartDate,
    derive_starting_patients,
    derive_time_rows,
)
from abscopal.tables.adam.adrs import ResponseAnalysis
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.adam.adtte import TimeToEvent


def derive_progression_free_survival(
    adrs: dy.DataFrame[ResponseAnalysis],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    ruleset: CensoringRules = FDA_A,
    criterion: str = "recist_1_1",
    reader: str | None = None,
    analysis_set: AnalysisSet = "ITTFL",
    start: StartDate = "REFDT",
    counting: Counting = "elapsed_days",
    parameter: str = "PFS",
    label: str = "Progression-free survival",
) -> dy.DataFrame[TimeToEvent]:
    """Count the time from the start to progression or death.

    Progression is dated as the overall response is: to the first scan that shows it, and to the first
    appearance of a new lesion that is confirmed later. Where it must be confirmed (iRECIST) the event is the
    first unconfirmed progression of the series that is confirmed later or that nothing lifts. Clinical
    progression without images is no event.

    Args:
        adrs: responses by assessment.
        adsl: patients.
        ruleset: the censoring rules, such as FDA_A or TREATMENT_POLICY.
        criterion: name of the response criterion.
        reader: whose readings decide; none takes the accepted reader of each patient.
        analysis_set: whose time is counted.
        start: where time starts.
        counting: days elapsed since the start, or one more.
        parameter: PARAMCD, such as PFS or IPFS.
        label: PARAM, the parameter in words.

    Returns:
        One row per patient of the set whose start is known (PARAMCD `parameter`). READER is empty for a patient
        without any assessment. SRCSEQ of a row that rests on ADRS is its AVISITN.

    Reference:
        FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2007), appendix 3,
        table A.

    Example:
        >>> from datetime import date
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2"], "SUBJID": ["1", "2"], "SITEID": "10", "SEX": "F",
        ...     "ITTFL": "Y", "REFDT": date(2024, 1, 1), "NACTDT": [None, date(2024, 3, 1)],
        ... })], how="diagonal"))
        >>> adrs = ResponseAnalysis.validate(pl.concat([ResponseAnalysis.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P1", "P2", "P2"], "READER": "A",
        ...     "CRITERION": "recist_1_1", "PARAMCD": "OVR", "PARAM": "Overall", "AVISITN": [1, 2, 1, 2],
        ...     "ADT": [date(2024, 2, 26), date(2024, 4, 22)] * 2, "AVALC": ["SD", "PD"] * 2})],
        ...     how="diagonal_relaxed"), cast=True)
        >>> derive_progression_free_survival(adrs, adsl).select("USUBJID", "AVAL", "CNSR", "REASON").rows()
        [('P1', 112.0, 0, None), ('P2', 56.0, 1, 'NEW_THERAPY')]
    """
    patients = derive_starting_patients(adsl, analysis_set=analysis_set, start=start)
    if ruleset.baseline_from == "response_set":
        outside = adsl.filter(pl.col("RESPFL") == "N").select("USUBJID", OUTSIDE=pl.lit(True))
        patients = patients.join(outside, on="USUBJID", how="left").with_columns(
            NOBASELINE=pl.col("OUTSIDE").fill_null(False)
        )
    readers = derive_deciding_readers(adrs, criterion=criterion, reader=reader)
    assessments = derive_deciding_assessments(
        adrs, readers, criterion=criterion, rules=ruleset, therapies=adsl
    )
    decided = derive_progression_or_death(patients, assessments, rules=ruleset)
    return derive_time_rows(
        decided,
        parameter=parameter,
        label=label,
        ruleset=ruleset.name,
        counting=counting,
    )
