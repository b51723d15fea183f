"""Which planned doses are given: what toxicity stops or holds, and which lesions a needle may enter that day.

Our readings: an event holds every drug, whatever it is held to come from; a dose that is held is missed and never
given later.
"""

import numpy as np
from numpy.typing import NDArray

from abscopal.protocol.text import Text
from abscopal.rehearsal.arm_plans import PlannedDose
from abscopal.rehearsal.engine.cohort import Cohort, give_doses, read_state
from abscopal.rehearsal.mild_events import MildEvents, find_ongoing
from abscopal.rehearsal.random_numbers import PLACES, draw_uniforms
from abscopal.rehearsal.virtual_patients import VirtualPatients

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MM_OF_ONE_ML = 12.407  # diameter of a sphere of 1 mL
MEAN_SEVERE_DAYS = 30.0
NEVER_STOPS = 99
MOST_MILD_GRADE = 2
TREATED_BEYOND = Text(en="treatment goes on after progression", fr="le traitement continue après progression")
STOPPED_AT = Text(
    en="no dose is given after the day of a scan that shows progression",
    fr="aucune dose n’est donnée après le jour d’une imagerie qui montre une progression",
)


def tell_limits(*, is_beyond: bool) -> Text:
    """Say how doses depend on toxicity and on progression.

    Args:
        is_beyond: whether treatment goes on after a progression that the trial has seen.

    Example:
        >>> tell_limits(is_beyond=True).en.split(", and ")[1]
        'treatment goes on after progression (our readings).'
    """
    then = TREATED_BEYOND if is_beyond else STOPPED_AT
    return Text(
        en="Doses: a related toxicity stops or holds the drugs at the grades of the study file; a held dose is missed "
        f"and never given later, and {then.en} (our readings).",
        fr="Doses\u00a0: une toxicité imputable arrête ou suspend les produits aux grades du fichier d’étude\u00a0; "
        f"une dose suspendue est omise, jamais rattrapée, et {then.fr} (nos lectures).",
    )


def tell_not_injectable(share: float) -> tuple[Text, ...]:
    """Say how many virtual patients have no lesion to inject on the first day, where there are any.

    Args:
        share: share of those who have one.

    Example:
        >>> tell_not_injectable(0.97)[0].en.split(" have ")[0]
        'Lesions: 3.0% of virtual patients'
        >>> tell_not_injectable(1.0)
        ()
    """
    if share > 0.9995:
        return ()
    none = 100 * (1 - share)
    decimal = f"{none:.1f}".replace(".", ",")
    return (
        Text(
            en=f"Lesions: {none:.1f}% of virtual patients have none as large on the first day as the study asks of one "
            "to inject: they enter all the same, and are injected once one has grown (our reading).",
            fr=f"Lésions\u00a0: {decimal}\u00a0% des patients virtuels n’en ont aucune aussi grande au premier jour "
            "que l’étude le demande pour l’injecter\u00a0; ils entrent pourtant, et sont injectés dès que l’une a "
            "grandi (notre lecture).",
        ),
    )


def compute_diameter(volume_ml: Floats) -> Floats:
    """Diameter in mm of a sphere of a volume in mL.

    Example:
        >>> compute_diameter(np.array([1.0, 8.0])).round(1).tolist()
        [12.4, 24.8]
    """
    return np.asarray(MM_OF_ONE_ML * np.cbrt(volume_ml))


def draw_severe_days(numbers: NDArray[np.int64], *, arm_key: int) -> Floats:
    """Draw how long the severe toxicity of each patient lasts, in days: exponential, thirty on average (ours).

    Args:
        numbers: numbers of the patients.
        arm_key: key of the study, the draw and the arm.

    Returns:
        Days.
    """
    place = 1 + PLACES.index("severe_event")
    chance = draw_uniforms(arm_key, numbers, purpose="operations", count=2, place=place)
    return np.asarray(-MEAN_SEVERE_DAYS * np.log(chance[:, 1]))


def is_held_by_mild_events(dose: PlannedDose) -> bool:
    """Whether an event of grade 1 or 2 can hold a dose."""
    return dose.hold_at_grade is not None and dose.hold_at_grade <= MOST_MILD_GRADE


def compute_withheld(
    dose: PlannedDose,
    *,
    severe_day: Floats,
    severe_days: Floats,
    grade: NDArray[np.int64],
    mild: MildEvents | None = None,
) -> Flags:
    """Say in whom toxicity stops or holds a dose, as `conduct.dosing` decides it for events of one grade each.

    Args:
        dose: the dose.
        severe_day: day on which the severe toxicity began; infinite where it has not by then.
        severe_days: how long it lasts.
        grade: its grade.
        mild: events of grade 1 or 2; needed only where such an event can hold the dose.

    Returns:
        Whether the dose is withheld from each patient.

    Example:
        >>> dose = PlannedDose("a", "b", "A", "INTRAVENOUS", 21.0, 1.0, "flat", None, stop_at_grade=4, hold_at_grade=3)
        >>> compute_withheld(dose, severe_day=np.array([9.0, 9.0, 9.0, 30.0]),
        ...     severe_days=np.array([20.0, 5.0, 5.0, 5.0]), grade=np.array([3, 3, 4, 4])).tolist()
        [True, False, True, False]
    """
    has_begun = severe_day <= dose.day
    lasts = np.floor(severe_day + severe_days) >= dose.day
    is_stopped = grade >= (dose.stop_at_grade or NEVER_STOPS)
    is_held = (grade >= (dose.hold_at_grade or NEVER_STOPS)) & lasts
    withheld = np.asarray(has_begun & (is_stopped | is_held), dtype=np.bool_)
    if mild is not None and dose.hold_at_grade is not None and is_held_by_mild_events(dose):
        withheld |= find_ongoing(mild, dose.day, from_grade=dose.hold_at_grade)
    return withheld


def compute_injectable(
    volume_ml: Floats, dose: PlannedDose, *, within_reach: int | NDArray[np.int64], smallest_seen_mm: float
) -> Flags:
    """Say which lesions a dose may be injected into: within reach, still seen, and as large as the study asks.

    Args:
        volume_ml: patient by lesion, on the day.
        dose: the dose.
        within_reach: how many lesions a needle reaches, in all patients or in each; they come first.
        smallest_seen_mm: diameter below which a lesion is no longer seen.

    Returns:
        Patient by lesion.
    """
    exact = compute_diameter(volume_ml)
    # As in the clinic: a diameter in tenths of a millimetre, a volume in hundredths of a cm³.
    tenths = np.rint(exact * 10)
    hundredths = np.rint(np.pi / 6 * (tenths / 10) ** 3 / 10)
    is_reached = np.arange(volume_ml.shape[1]) < np.asarray(within_reach)[..., None]
    is_large = (tenths >= round(dose.smallest_mm * 10)) & (hundredths >= round(dose.smallest_ml * 100))
    return np.asarray(is_reached & is_large & (exact >= smallest_seen_mm), dtype=np.bool_)


def give_planned_dose(
    cohort: Cohort, dose: PlannedDose, patients: VirtualPatients, given: Flags, *, smallest_seen_mm: float
) -> Flags:
    """Give one administration to those who receive it; an injected dose is shared equally among lesions.

    Args:
        cohort: the patients as they are on that day.
        dose: the administration.
        patients: the same patients, with weights and numbers of lesions.
        given: whether each of them is to receive it.
        smallest_seen_mm: diameter below which a lesion is no longer seen.

    Returns:
        Patient by lesion, which lesions are injected; none where the dose goes elsewhere.
    """
    injected = np.zeros((len(patients.numbers), patients.lesions), dtype=np.bool_)
    amount = dose.dose * (patients.weight_kg if dose.basis == "per_kg" else 1.0) * given
    if dose.route == "INTRATUMORAL":
        volume = read_state(cohort, "T")
        injected = given[:, None] & compute_injectable(
            volume, dose, within_reach=patients.injected, smallest_seen_mm=smallest_seen_mm
        )
    if dose.kind is None:
        return injected
    if dose.route == "INTRATUMORAL":
        share = amount / np.maximum(injected.sum(axis=1), 1)
        give_doses(cohort, dose.kind, np.where(injected, share[:, None], 0.0))
    else:
        give_doses(cohort, dose.kind, np.broadcast_to(amount, len(patients.numbers)).copy())
    return injected
