"""Which reading of an ambiguous response rule this trial fixes; the names are those of the derivations."""

from typing import Literal

from abscopal.protocol.part import Part
from abscopal.protocol.provenance import Sourced, fact


class ResponseChoices(Part):
    """Readings of the response rules that this trial fixes; what is absent keeps its default."""

    carry_response: Sourced[bool] = fact("Partial response lasts until progression, whatever the arithmetic.")
    cr_reappearance: Sourced[Literal["pd", "arithmetic"]] = fact(
        "What disease seen again after complete response means: pd, or what the sum alone says."
    )
    cr_then_less: Sourced[Literal["SD_or_PD", "PR"]] = fact(
        "Best response when complete response is followed by less."
    )
    missing_target_pd: Sourced[Literal["if_proved", "never"]] = fact(
        "Whether progression may be called while a target is missing."
    )
    nt_partial_ne: Sourced[Literal["NE", "judge_seen"]] = fact(
        "Response of non-target lesions of which some were not seen."
    )
    tumour_markers: Sourced[Literal["required_if_recorded", "ignored"]] = fact(
        "Whether raised tumour markers must be normal for complete response."
    )
    visit_date: Sourced[Literal["earliest_if_progression", "earliest", "latest"]] = fact(
        "Date of a response whose scans were made on several days."
    )
    visit_gap_days: Sourced[int] = fact(
        "Days between scans of one visit number beyond which they are two assessments."
    )
    confirmation_required: Sourced[bool] = fact("Whether a response must be confirmed.")
    confirm_min_days: Sourced[int] = fact("Least days between a response and its confirmation.")
    max_ne_between: Sourced[int] = fact("Not-evaluable assessments allowed before the confirmation.")
    accept_one_sd_between_pr: Sourced[bool] = fact(
        "Whether one stable disease may stand between two responses."
    )
    sd_min_days: Sourced[int] = fact("Least days from the reference date for stable disease.")
    pd_max_days: Sourced[int] = fact(
        "Day beyond which a progression with nothing before it is not evaluable."
    )
    missing_as_ne: Sourced[bool] = fact("Whether a patient without assessment counts as not evaluable.")
    truncate_at_new_therapy: Sourced[bool] = fact("Whether assessments after a new therapy are left out.")
    baseline_days_after_reference: Sourced[int] = fact(
        "Days after the reference date a scan may still be baseline."
    )
    baseline_max_age_days: Sourced[int] = fact(
        "Age of a baseline scan beyond which a warning is given, in days."
    )
    scan_date_imputation: Sourced[Literal["first", "middle", "last"]] = fact(
        "Day given to a partial scan date."
    )
    irecist_early_days: Sourced[int] = fact(
        "Days after unconfirmed progression before which none is confirmed."
    )
    irecist_early_tolerance_days: Sourced[int] = fact("Tolerance on that number of days.")
    irecist_days_from: Sourced[Literal["first_iupd", "last_iupd"]] = fact(
        "From which unconfirmed progression of a series those days are counted."
    )
    irecist_late_days: Sourced[int] = fact("Days after unconfirmed progression beyond which it is late.")
    irecist_bridge_ne: Sourced[bool] = fact("Whether a not-evaluable assessment may stand within a block.")
    irecist_reference: Sourced[Literal["smallest", "first"]] = fact(
        "The sum of the series of unconfirmed progression over which a rise of 5 mm confirms."
    )
    irecist_iupd_between_responses: Sourced[bool] = fact(
        "Whether two responses confirm each other with unconfirmed progression between them."
    )
    new_lesion_reset_percent: Sourced[float] = fact(
        "Growth of new lesions that re-triggers progression, percent."
    )
    new_lesion_reset_mm: Sourced[float] = fact("Growth of new lesions that re-triggers progression, mm.")
    new_lesion_isd_resets: Sourced[bool] = fact(
        "Whether stable disease lifts unconfirmed progression beside a new lesion that stays unchanged."
    )
    new_lesion_missing: Sourced[Literal["unresolved", "unchanged"]] = fact(
        "What a known new lesion is that a later scan does not mention."
    )
    pfs_rule: Sourced[Literal["fda_a", "treatment_policy"]] = fact(
        "Named set of censoring rules of progression-free survival."
    )
    interval_days: Sourced[int] = fact("Days between planned tumour assessments.")
    window_days: Sourced[int] = fact("Tolerance on that interval, in days.")
    max_missed: Sourced[int] = fact("Missed assessments before progression after which time is censored.")
    plus_one_day: Sourced[bool] = fact("Whether durations count their first day.")
    scan_on_injection_day: Sourced[Literal["before_injection", "after_injection"]] = fact(
        "Whether a scan on the day of a lesion's first injection precedes it."
    )
    category_reference: Sourced[Literal["matched_set", "last_pre_injection"]] = fact(
        "Reference of the injected and of the non-injected sum."
    )
    category_progression: Sourced[Literal["apart", "forces_overall"]] = fact(
        "Whether progression of one of these sums is progression of the patient."
    )
    injected_new_lesion: Sourced[Literal["stays_new", "leaves_non_injected"]] = fact(
        "Whether a new lesion that is injected still counts against the non-injected response."
    )
    category_best_until: Sourced[Literal["own_progression", "patient_progression"]] = fact(
        "Whose progression ends the best response of injected and of non-injected lesions."
    )
    after_progression: Sourced[Literal["not_counted", "counted"]] = fact(
        "Whether assessments after progression count towards the best response, by itRECIST."
    )
    lesion_injected: Sourced[Literal["ever", "at_start"]] = fact(
        "When a lesion counts as injected, in lesion-level response."
    )
    lesions_counted: Sourced[Literal["baseline", "with_new"]] = fact(
        "Whether lesion-level response counts new lesions."
    )
    lesion_not_evaluable: Sourced[Literal["in_denominator", "left_out"]] = fact(
        "What becomes of lesions that cannot be told, where a definition does not say."
    )
