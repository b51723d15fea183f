"""Where the lesions are, and each patient by themselves: lesions, injections, responses and why each was made."""

from typing import Literal

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.followed_lesions import MARKER_LOCATION
from abscopal.evidence.figures.body_map import render_body_map
from abscopal.evidence.figures.body_sites import count_sites, find_place
from abscopal.evidence.figures.course_data import (
    LesionCourse,
    compute_sum_lines,
    date_assessments,
    list_course_events,
)
from abscopal.evidence.figures.lesion_courses import (
    PanelFrame,
    render_course_legend,
    render_lesion_course,
)
from abscopal.evidence.figures.sum_course import render_sum_course
from abscopal.evidence.figures.sum_course_words import Judgements
from abscopal.evidence.patient_courses import (
    BEST,
    MOST_DRAWN,
    OVERALL,
    ExplainedResponse,
    PatientCourse,
    list_courses,
    list_patient_courses,
)
from abscopal.evidence.plan.injection_log import is_log_missing
from abscopal.evidence.report.blocks import (
    Block,
    Cell,
    Drawings,
    Notice,
    Patient,
    PatientList,
    Prose,
    Section,
    Table,
    row_of,
)
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.sections.method import explain_rule
from abscopal.evidence.report.wording import typeset_french

"""Beyond it a page would be too heavy to open; ADTR and ADRS hold everyone."""


def render_sites(material: Material) -> Section | None:
    """The map of lesions by site, and the same as a table; none where nobody knows which were injected."""
    if is_log_missing(material.analysis.stops):
        return None
    sites = count_sites(list_courses(material.analysis), language=material.wording.language)
    if not sites:
        return None
    rows = [
        row_of(
            site.place.name,
            [
                Cell(_with_patients(material, site.injected), is_number=True),
                Cell(_with_patients(material, site.distant), is_number=True),
                Cell(material.wording.count(site.new), is_number=True),
                Cell(material.wording.number(site.millimetres, 1), is_number=True),
            ],
        )
        for site in sites
    ]
    header = tuple(material.say(f"sites.{name}") for name in ("first", "injected", "distant", "new", "sum"))
    table = Table(
        "sites",
        material.say("sites.caption"),
        header,
        tuple(rows),
        (material.say("sites.note"),),
        is_long=True,
    )
    return Section("sites", material.say("sites.title"), (*material.figure("body_map"), table))


def _with_patients(material: Material, count: tuple[int, int]) -> str:
    lesions, patients = count
    written = material.wording.count(lesions)
    return f"{written} ({material.wording.count(patients)})" if lesions else written


def render_patients(material: Material) -> Section | None:
    """Each patient folded up: the sum with its responses, each lesion, where they are, and the reasons."""
    patients = list_patient_courses(material.analysis, language=material.wording.language)
    if not patients:
        return None
    legend = render_course_legend(
        language=material.wording.language, has_injection_log=not is_log_missing(material.analysis.stops)
    )
    shown = [
        _render_patient(material, patient, legend, number)
        for number, patient in enumerate(patients[:MOST_DRAWN], start=1)
    ]
    blocks: list[Block] = [Prose(material.say("patients.lead"))]
    if len(patients) > MOST_DRAWN:
        left = material.wording.count(len(patients) - MOST_DRAWN)
        blocks.append(
            Notice("stop", material.say("notice.stops"), (material.say("patients.left", count=left),))
        )
    words = (material.say("patients.find"), material.say("patients.shown"), material.say("patients.open"))
    blocks.append(PatientList(tuple(shown), *words))
    return Section("patients", material.say("patients.title"), tuple(blocks))


def _render_patient(material: Material, patient: PatientCourse, legend: str, number: int) -> Patient:
    language = material.wording.language
    identifier = f"patient-{number}"
    lesions = [lesion for lesion in patient.lesions if lesion.site != MARKER_LOCATION]
    days = sorted({day for own in patient.injections.values() for day in own})
    course = render_sum_course(
        compute_sum_lines(lesions),
        _name_judgements(material, patient),
        language=language,
        injections=days,
        events=list_course_events(lesions),
        subject=material.say("patients.subject", name=patient.label),
    )
    sites = render_body_map(
        count_sites({patient.label: lesions}, language=language), language=language, labels="lesions"
    )
    frame = PanelFrame.around(lesions, injections=days)
    panels = [
        render_lesion_course(
            lesion,
            frame=frame,
            language=language,
            site=_name_site(material, lesion),
            injections=patient.injections.get(lesion.name, ()),
        )
        for lesion in lesions
    ]
    blocks: list[Prose | Drawings | Table | Notice] = [
        *list_notices(material, patient),
        Drawings((course,) if is_log_missing(material.analysis.stops) else (course, sites)),
        Drawings((legend,)),
        Drawings(tuple(panels), "lesion"),
    ]
    if patient.responses:
        blocks.append(_table_responses(material, patient, identifier))
    blocks.append(_table_lesions(material, patient, identifier))
    return Patient(identifier, patient.label, _summarise(material, patient, lesions), tuple(blocks))


def list_notices(material: Material, patient: PatientCourse) -> list[Notice]:
    """Say which rows of this patient were not used, and what would be questioned about the lesions.

    Args:
        material: the report.
        patient: what the page shows.

    Returns:
        A notice for each of the two; none where there is nothing to say.
    """
    rows = tuple(
        material.wording.labelled(
            f"{apart.table} {', '.join(map(str, apart.rows))}",
            explain_rule(material, apart.rule, apart.message),
        )
        for apart in patient.set_apart
    )
    is_french = material.wording.language == "fr"
    doubts = tuple(typeset_french(doubt) if is_french else doubt for doubt in patient.doubts)
    told = (("patients.set_apart", rows), ("patients.doubts", doubts))
    return [Notice("assumption", material.say(title), items) for title, items in told if items]


def _name_judgements(material: Material, patient: PatientCourse) -> list[Judgements]:
    """The overall responses of each criterion, then those of its parts, such as injected lesions."""
    titles = {criterion.name: criterion.title for criterion in CRITERIA}
    return [
        Judgements(
            titles.get(criterion, criterion)
            if parameter == OVERALL
            else material.wording.name("part", parameter.removeprefix(OVERALL)),
            codes,
        )
        for (criterion, parameter), codes in patient.list_codes().items()
    ]


def _name_site(material: Material, lesion: LesionCourse) -> str:
    return find_place(lesion.site, language=material.wording.language).name if lesion.site else ""


def _summarise(material: Material, patient: PatientCourse, lesions: list[LesionCourse]) -> str:
    parts = [material.arm_name(patient.arm)] if patient.arm else []
    parts += [
        material.say(
            "patients.best",
            criterion=material.wording.name("criterion", response.criterion),
            code=response.code,
        )
        for response in patient.responses
        if response.parameter == "BOR"
    ]
    injected = sum(lesion.is_injected for lesion in lesions)
    kind: Literal["lesions", "lesions_injected"] = "lesions_injected" if injected else "lesions"
    parts.append(
        material.say(
            f"patients.{kind}",
            count=material.wording.count(len(lesions)),
            injected=material.wording.count(injected),
        )
    )
    return " · ".join(parts)


def _table_responses(material: Material, patient: PatientCourse, identifier: str) -> Table:
    rows = []
    for response in patient.responses:
        named = material.wording.name("criterion", response.criterion)
        rows.append(
            (
                Cell(_name_moment(material, response)),
                Cell(named),
                Cell(_explain(material, response)),
            )
        )
    header = tuple(material.say(f"patients.{name}") for name in ("moment", "criterion", "why"))
    caption = material.say("patients.responses", name=patient.label)
    return Table(f"{identifier}-responses", caption, header, tuple(rows))


def _name_moment(material: Material, response: ExplainedResponse) -> str:
    if response.assessment < 0:
        known = next(
            (best for best in sorted(BEST, key=len, reverse=True) if response.parameter.startswith(best)),
            BEST[0],
        )
        return material.say(f"patients.{known}")
    date = material.wording.day(response.date)
    if response.day is None:
        return date
    return material.say("patients.day", date=date, day=material.wording.count(response.day))


def _explain(material: Material, response: ExplainedResponse) -> str:
    """The sentence; of a part of the lesions, behind the name of the part."""
    sentence = response.sentence or response.code
    if material.wording.language == "fr":
        sentence = typeset_french(sentence)
    beginning = next((b for b in (OVERALL, *reversed(BEST)) if response.parameter.startswith(b)), "")
    part = response.parameter.removeprefix(beginning)
    if not part:
        return sentence
    named = material.wording.name("part", part)
    return material.wording.labelled(response.label if named == part else named, sentence)


def _table_lesions(material: Material, patient: PatientCourse, identifier: str) -> Table:
    """Every lesion at every assessment, in millimetres or in words: what the panels draw."""
    days = date_assessments(patient.lesions)
    rows = []
    for lesion in patient.lesions:
        seen_at = {sighting.assessment: sighting for sighting in lesion.sightings}
        cells = [
            Cell(_name_site(material, lesion)),
            Cell(material.say(f"role.{lesion.role}")),
            Cell("" if lesion.first_injection is None else material.wording.count(lesion.first_injection)),
        ]
        for visit in days:
            seen = seen_at.get(visit)
            if seen is None:
                cells.append(Cell(""))
            elif seen.millimetres is not None and seen.state == "MEASURED":
                cells.append(Cell(material.wording.number(seen.millimetres, 1), is_number=True))
            else:
                cells.append(Cell(material.say(f"lesion_state.{seen.state}")))
        rows.append(row_of(lesion.name, cells))
    header = (
        *(material.say(f"patients.{name}") for name in ("lesion", "site", "role", "injected_on")),
        *(material.say("patients.day_only", day=material.wording.count(days[visit])) for visit in days),
    )
    caption = material.say("patients.lesions_caption", name=patient.label)
    return Table(f"{identifier}-lesions", caption, header, tuple(rows))
