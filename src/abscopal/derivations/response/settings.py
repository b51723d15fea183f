"""Every ambiguous rule of response as a named setting: default, source and alternatives."""

from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_origin

from abscopal.errors import OptionError

WORKING_GROUP = "EORTC RECIST questions and answers (recist.eortc.org)"
GUIDELINE = "RECIST 1.1 (doi:10.1016/j.ejca.2008.10.026)"
OURS = "our choice, for the site to replace"
OUR_READING = "our reading of itRECIST (doi:10.1200/JCO.19.02985), whose details are unchecked"


def _setting(
    default: Any, *, en: str, fr: str, source: str, alternatives: str, choices: tuple[Any, ...] = ()
) -> Any:
    """One setting; `choices` names values worth trying where the type does not already enumerate them."""
    told = {"en": en, "fr": fr, "source": source, "alternatives": alternatives, "choices": choices}
    return field(default=default, metadata=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSettings:
    """The readings of the response rules that a study freezes before its first patient.

    Each field carries its meaning in English and French, the source of its default and the
    alternatives; `list_settings` reads them out for a report.

    Example:
        >>> ResponseSettings().confirm_min_days
        28
        >>> ResponseSettings(carry_response=False).carry_response
        False

    Raises:
        OptionError: a value has no meaning for its setting.
    """

    carry_response: bool = _setting(
        True,
        en="A partial response lasts until progression: later growth short of progression stays PR",
        fr="Une réponse partielle dure jusqu’à la progression : une reprise moindre reste RP",
        source=f"{WORKING_GROUP}: 100/70/70/80 mm is PR throughout",
        alternatives="false: plain arithmetic against baseline, 80 mm is SD",
    )
    cr_reappearance: Literal["pd", "arithmetic"] = _setting(
        "pd",
        en="Disease seen again after a complete response of the patient",
        fr="Maladie de nouveau visible après une réponse complète du patient",
        source=f"{GUIDELINE}, section 4.4; {WORKING_GROUP}",
        alternatives="arithmetic: the sum alone decides",
    )
    cr_then_less: Literal["SD_or_PD", "PR"] = _setting(
        "SD_or_PD",
        en="Best response when a complete response is followed by less than complete response",
        fr="Meilleure réponse quand une réponse complète est suivie d’une réponse moindre",
        source=f"{GUIDELINE}, Table 3, footnote",
        alternatives="PR: the first CR is read again as PR",
    )
    missing_target_pd: Literal["if_proved", "never"] = _setting(
        "if_proved",
        en="Progression while a target is missing",
        fr="Progression alors qu’une cible manque",
        source=f"{GUIDELINE}, section 4.4",
        alternatives="never: a visit with a missing target is NE",
    )
    nt_partial_ne: Literal["NE", "judge_seen"] = _setting(
        "NE",
        en="Non-target response when one non-target is not evaluated and none progresses",
        fr="Réponse des non-cibles quand l’une n’est pas évaluée et qu’aucune ne progresse",
        source=OURS,
        alternatives="judge_seen: NON-CR/NON-PD when disease is seen in the others",
    )
    tumour_markers: Literal["required_if_recorded", "ignored"] = _setting(
        "required_if_recorded",
        en="Raised tumour markers (a non-target at location TUMOUR MARKER) must be normal for CR",
        fr="Des marqueurs tumoraux élevés (non-cible de localisation TUMOUR MARKER) doivent se normaliser",
        source=f"{GUIDELINE}, section 4.3.3",
        alternatives="ignored: markers play no part",
    )
    visit_date: Literal["earliest_if_progression", "earliest", "latest"] = _setting(
        "earliest_if_progression",
        en="Date of a response when its scans were made on several days",
        fr="Date d’une réponse quand ses examens ont été faits sur plusieurs jours",
        source=OURS,
        alternatives="earliest; latest (the default dates a progression early, any other response late)",
    )
    visit_gap_days: int = _setting(
        28,
        en="Days between scans of one visit number beyond which they are two assessments",
        fr="Jours entre des examens d’un même numéro de visite au-delà desquels ils font deux évaluations",
        source=OURS,
        alternatives="any number of days; a very large one joins whatever shares a visit number",
        choices=(7, 28, 365),
    )
    confirmation_required: bool = _setting(
        False,
        en="A response must be confirmed before it is carried and before its duration counts",
        fr="Une réponse doit être confirmée avant d’être maintenue et comptée en durée",
        source=f"{GUIDELINE}, section 4.6: only in non-randomised trials with response as primary endpoint",
        alternatives="true, by the protocol",
    )
    confirm_min_days: int = _setting(
        28,
        en="Days between a response and the assessment that confirms it, at least",
        fr="Jours entre une réponse et l’évaluation qui la confirme, au moins",
        source=f"{GUIDELINE}, section 4.6: not less than 4 weeks",
        alternatives="any number of days",
        choices=(28, 42),
    )
    max_ne_between: int = _setting(
        1,
        en="Assessments that may be NE between a response and its confirmation",
        fr="Évaluations NE permises entre une réponse et sa confirmation",
        source="the default of the analysis package admiralonco; " + OURS,
        alternatives="0, 2 ...",
        choices=(0, 1, 2),
    )
    accept_one_sd_between_pr: bool = _setting(
        False,
        en="One SD between two PR does not undo the confirmation",
        fr="Une MS entre deux RP ne défait pas la confirmation",
        source="the default of admiralonco; the guideline's frequently asked questions accept it",
        alternatives="true",
    )
    sd_min_days: int = _setting(
        42,
        en="Days from the reference date before stable disease counts, at least, without adding one",
        fr="Jours depuis la date de référence avant qu’une maladie stable compte, au moins, sans ajouter un",
        source=f"{GUIDELINE}, section 4.7: fixed by the protocol, usually 6 to 8 weeks",
        alternatives="any number of days",
        choices=(28, 42, 56),
    )
    pd_max_days: int | None = _setting(
        None,
        en="A progression later than this, with nothing evaluable before it, is NE as best response",
        fr="Une progression plus tardive, sans rien d’évaluable avant elle, est NE comme meilleure réponse",
        source=OURS,
        alternatives="a number of days, such as 84",
        choices=(None, 84),
    )
    missing_as_ne: bool = _setting(
        True,
        en="A patient without any assessment has NE as best response",
        fr="Un patient sans aucune évaluation a NE comme meilleure réponse",
        source=OURS,
        alternatives="false: MISSING",
    )
    truncate_at_new_therapy: bool = _setting(
        True,
        en="Assessments after the start of a new anticancer therapy do not count",
        fr="Les évaluations après le début d’un nouveau traitement anticancéreux ne comptent pas",
        source=OURS,
        alternatives="false: they count",
    )
    plus_one_day: bool = _setting(
        False,
        en="A duration counts its first day (last minus first plus one)",
        fr="Une durée compte son premier jour (dernier moins premier plus un)",
        source=OURS,
        alternatives="true, by the analysis plan",
    )
    baseline_days_after_reference: int = _setting(
        0,
        en="Days after the reference date up to which a scan may still be baseline",
        fr="Jours après la date de référence jusqu’auxquels un examen peut encore être initial",
        source=OURS,
        alternatives="any number of days",
        choices=(0, 7),
    )
    baseline_max_age_days: int = _setting(
        28,
        en="Age of a baseline scan at the reference date beyond which a warning is given",
        fr="Âge d’un examen initial à la date de référence au-delà duquel un avertissement est donné",
        source=f"{GUIDELINE}, section 3.2: not more than 4 weeks before treatment",
        alternatives="any number of days; the scan is used all the same",
        choices=(28, 42),
    )
    scan_date_imputation: Literal["first", "middle", "last"] = _setting(
        "last",
        en="Day given to a scan whose date is known only to the month or year",
        fr="Jour donné à un examen dont on ne connaît que le mois ou l’année",
        source="the convention of admiralonco",
        alternatives="first; middle",
    )

    scan_on_injection_day: Literal["before_injection", "after_injection"] = _setting(
        "before_injection",
        en="A scan made on the day of a lesion's first injection precedes it: the lesion is still non-injected",
        fr="Un examen fait le jour de la première injection d’une lésion la précède : la lésion est encore "
        "non injectée",
        source=OUR_READING,
        alternatives="after_injection: on that day the lesion is already injected",
    )
    category_reference: Literal["matched_set", "last_pre_injection"] = _setting(
        "matched_set",
        en="Baseline and nadir of the injected and of the non-injected sum: from the history of the very "
        "lesions that are in the category now",
        fr="Valeur initiale et nadir de la somme injectée et de la somme non injectée : d’après l’histoire des "
        "lésions mêmes qui sont à présent dans la catégorie",
        source=OUR_READING,
        alternatives="last_pre_injection: an injected lesion counts from its last size before injection",
    )
    category_progression: Literal["apart", "forces_overall"] = _setting(
        "apart",
        en="Progression of the injected or of the non-injected sum alone leaves the overall response to the "
        "combined sum",
        fr="La progression de la seule somme injectée ou non injectée laisse la réponse globale à la somme "
        "combinée",
        source=OUR_READING,
        alternatives="forces_overall: it is progression of the patient",
    )
    injected_new_lesion: Literal["stays_new", "leaves_non_injected"] = _setting(
        "stays_new",
        en="A new lesion that is injected later still counts against the non-injected response",
        fr="Une nouvelle lésion injectée par la suite compte toujours contre la réponse non injectée",
        source=OUR_READING,
        alternatives="leaves_non_injected: from its injection on it counts only in the overall response",
    )
    category_best_until: Literal["own_progression", "patient_progression"] = _setting(
        "own_progression",
        en="Best injected and best non-injected response count assessments up to the progression of that category",
        fr="Les meilleures réponses injectée et non injectée comptent les évaluations jusqu’à la progression de "
        "cette catégorie",
        source=OUR_READING,
        alternatives="patient_progression: up to the first progression of the patient",
    )
    after_progression: Literal["not_counted", "counted"] = _setting(
        "not_counted",
        en="By itRECIST, assessments after the first progression are derived and shown, and do not count towards "
        "the best response",
        fr="Selon itRECIST, les évaluations après la première progression sont dérivées et montrées, et ne "
        "comptent pas dans la meilleure réponse",
        source=OUR_READING,
        alternatives="counted: the best response looks at the whole follow-up",
    )
    lesion_injected: Literal["ever", "at_start"] = _setting(
        "ever",
        en="Lesion-level response: a lesion counts as injected when it was injected before any of its scans",
        fr="Réponse par lésion : une lésion compte comme injectée si elle l’a été avant l’un de ses examens",
        source=OURS,
        alternatives="at_start: when it was injected before the first assessment; one injected later counts as "
        "non-injected, by its scans before injection",
    )
    lesions_counted: Literal["baseline", "with_new"] = _setting(
        "baseline",
        en="Lesion-level response counts the targets measured at baseline",
        fr="La réponse par lésion compte les cibles mesurées au bilan initial",
        source=OURS,
        alternatives="with_new: new lesions that are measured too, from their first measurement",
    )
    lesion_not_evaluable: Literal["in_denominator", "left_out"] = _setting(
        "in_denominator",
        en="Lesion-level response: a lesion that cannot be told stays in the denominator",
        fr="Réponse par lésion : une lésion dont on ne peut rien dire reste au dénominateur",
        source=OURS,
        alternatives="left_out: it is left out",
    )

    def __post_init__(self) -> None:
        for setting in fields(self):
            value, kind = getattr(self, setting.name), setting.type
            choices = get_args(kind) if get_origin(kind) is Literal else ()
            if choices and value not in choices:
                raise OptionError(
                    f"'{value}' is not a reading that this setting knows.",
                    where=f"response setting {setting.name}",
                    remedy=f"Choose one of: {', '.join(choices)}.",
                )
            if kind in (int, int | None) and value is not None and value < 0:
                raise OptionError(
                    f"{value} is below zero.",
                    where=f"response setting {setting.name}",
                    remedy="Give a number of days or assessments, zero or more.",
                )


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """One setting as a report prints it."""

    name: str
    value: str
    default: str
    en: str
    fr: str
    source: str
    alternatives: str


def list_settings(settings: ResponseSettings) -> list[SettingInForce]:
    """List every setting with the value in force, its default, its source and its alternatives.

    Args:
        settings: the settings of a study.

    Returns:
        One entry per setting, in the order of the rules.

    Example:
        >>> listed = list_settings(ResponseSettings(sd_min_days=56))
        >>> [entry.name for entry in listed if entry.value != entry.default]
        ['sd_min_days']
    """
    return [
        SettingInForce(
            name=setting.name,
            value=str(getattr(settings, setting.name)),
            default=str(setting.default),
            en=setting.metadata["en"],
            fr=setting.metadata["fr"],
            source=setting.metadata["source"],
            alternatives=setting.metadata["alternatives"],
        )
        for setting in fields(settings)
    ]
