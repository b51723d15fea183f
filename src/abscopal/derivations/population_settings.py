"""The choices a study makes when it decides who is analysed and which dates frame each patient."""

from dataclasses import dataclass
from typing import Literal

from abscopal.derivations.partial_dates import ImputationRule


@dataclass(frozen=True, slots=True)
class PopulationSettings:
    """Choices behind the analysis sets and the patients' dates; each has one default and says why.

    Args:
        intention_to_treat: who is in the intention-to-treat set: those `randomised` (default), or those
            `enrolled`, for a study with one arm and no draw.
        evaluable: who counts for the primary endpoint: the `treated` (default), the `intention_to_treat`
            set, or the `response` set, which is known once lesions have been derived.
        registration_fallback: what stands for a missing date of randomisation or registration of an enrolled
            patient: `RFSTDTC` of DM (default), consent (`RFICDTC`), or `none`.
        study_treatments: the EXTRT that count as study treatment; empty means all of them.
        treated_with: of them, the EXTRT of which one dose makes a patient treated, such as a vaccine and not the
            drug that prepares for it; empty means any. The dates of treatment still follow all of them.
        randomised_terms: DSDECOD of randomisation.
        registration_terms: DSDECOD of inclusion in a study without a draw.
        screen_failure_terms: DSDECOD and ARMNRS of patients who failed screening.
        new_therapy_categories: PRCAT of a further anticancer therapy.
        new_therapy_terms: DSDECOD of a further anticancer therapy.
        treatment_subcategories: DSSCAT of the end of treatment.
        lost_terms: DSDECOD whose date is a decision about the patient, and so no proof of life.
        registration_rule: imputation of a partial date of randomisation, registration or consent.
        first_dose_rule: imputation of a partial first dose; the earliest day counts most events as emergent.
        last_dose_rule: imputation of a partial last dose.
        death_rule: imputation of a partial death; the day is never before the last date known alive.
        new_therapy_rule: imputation of a partial start of a new therapy; the earliest day censors soonest.
        last_alive_rule: imputation of a partial proof of life; the earliest day promises least.
    """

    intention_to_treat: Literal["randomised", "enrolled"] = "randomised"
    evaluable: Literal["treated", "intention_to_treat", "response"] = "treated"
    registration_fallback: Literal["RFSTDTC", "RFICDTC", "none"] = "RFSTDTC"
    study_treatments: tuple[str, ...] = ()
    treated_with: tuple[str, ...] = ()
    randomised_terms: tuple[str, ...] = ("RANDOMIZED", "RANDOMISED")
    registration_terms: tuple[str, ...] = ("REGISTERED", "ENROLLED", "INCLUDED", "ALLOCATED")
    screen_failure_terms: tuple[str, ...] = ("SCREEN FAILURE",)
    new_therapy_categories: tuple[str, ...] = (
        "SUBSEQUENT ANTICANCER THERAPY",
        "SUBSEQUENT ANTI-CANCER THERAPY",
        "NEW ANTICANCER THERAPY",
        "NEW ANTI-CANCER THERAPY",
    )
    new_therapy_terms: tuple[str, ...] = ("NEW ANTICANCER THERAPY", "NEW ANTI-CANCER THERAPY")
    treatment_subcategories: tuple[str, ...] = ("STUDY TREATMENT", "TREATMENT")
    lost_terms: tuple[str, ...] = ("LOST TO FOLLOW-UP",)
    registration_rule: ImputationRule = "first"
    first_dose_rule: ImputationRule = "first"
    last_dose_rule: ImputationRule = "last"
    death_rule: ImputationRule = "first"
    new_therapy_rule: ImputationRule = "first"
    last_alive_rule: ImputationRule = "first"
