"""The small picture of each case of the rule book, from the very text that the test runs.

The case is read and judged as the test does it: by the criterion and the settings that the test asks for. A table of
measured lesions becomes the sum of diameters against time, a list of responses becomes steps, a choice of targets
becomes bars against the smallest size allowed.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import polars as pl

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.evidence.figures.appearance import GREY, VERMILION
from abscopal.evidence.figures.course_data import (
    LesionCourse,
    SameDay,
    compute_sum_lines,
    date_assessments,
    list_course_events,
    list_lesion_courses,
)
from abscopal.evidence.figures.plain_svg import Drawing, Scale
from abscopal.evidence.figures.response_steps import DayMark, render_response_steps
from abscopal.evidence.figures.sum_course import render_sum_course
from abscopal.evidence.figures.sum_course_words import Judgements

SETTINGS = {setting.name for setting in fields(ResponseSettings)}
LEVELS = {"targets": "TRGRESP", "non_targets": "NTRGRESP"}
SPOKEN = {"TRGRESP": "target response", "NTRGRESP": "non-target response", "OVRRESP": "overall response"}
DATED = {"DTHDT": "death", "NACTDT": "new therapy"}


@dataclass(frozen=True)
class Question:
    """What a test asks of its table: by which criterion, with which settings, at which level.

    An empty criterion leaves the choice to the table: RECIST 1.1, or the criterion that tells injected lesions apart.
    """

    criterion: str
    settings: tuple[tuple[str, Any], ...]
    level: str
    dates: tuple[tuple[str, int], ...] = ()

    @property
    def caption(self) -> str:
        """The settings that are not the usual ones; empty for none."""
        return ", ".join(f"{name} = {value}" for name, value in self.settings)


def read_questions(test: ast.FunctionDef, page: str) -> list[Question]:
    """What a test asserts about its table, once for each criterion and settings.

    Args:
        test: the test.
        page: name of its file, which names the criterion where the test does not.
    """
    calls = [
        node.left
        for claim in ast.walk(test)
        if isinstance(claim, ast.Assert)
        for node in ast.walk(claim.test)
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Call)
    ]
    found: dict[tuple[Any, ...], list[Question]] = {}
    for call in calls:
        question = _read_question(call, page)
        found.setdefault((question.criterion, question.settings), []).append(question)
    # Where the overall response is asserted too, it is what the picture shows.
    return [next((asked for asked in same if asked.level == "OVRRESP"), same[0]) for same in found.values()]


def _read_question(call: ast.Call, page: str) -> Question:
    names = [criterion.name for criterion in CRITERIA]
    asked = call.func.id if isinstance(call.func, ast.Name) else ""
    said = [_read_literal(node) for node in call.args[1:]]
    words = {word.arg: _read_literal(word.value) for word in call.keywords if word.arg}
    given = [value for value in (*said, words.get("criterion"), asked) if value in names]
    given += [name for name in names[1:] if name in page]
    settings = tuple((name, value) for name, value in words.items() if name in SETTINGS)
    dates = next((tuple(value.items()) for value in said if isinstance(value, dict)), ())
    return Question(given[0] if given else "", settings, LEVELS.get(asked, "OVRRESP"), dates)


def _read_literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def render_pictures(table: str, questions: Sequence[Question]) -> list[str]:
    """The pictures of one table: one, or one for each criterion and settings that judge it otherwise.

    Args:
        table: the text of the table, as the test has it.
        questions: what the test asks about it.

    Returns:
        HTML elements, none where the table holds no response.
    """
    from spec.lesion_language import read_cells

    # Of two diameters, the longest is the one that is added up.
    plain = re.sub(r"(\d)x\d+(\.\d+)?", r"\1", table)
    header, rows = read_cells(plain)
    if header[0] != "day" or not rows:
        return []
    drawn: dict[str, str] = {}
    for question in questions or [Question("", (), "OVRRESP")]:
        if header[1:2] == ["response"]:
            picture = _draw_steps(rows, question)
        elif len(rows) == 1:
            picture = _draw_choice(plain, question)
        else:
            picture = _draw_course(plain, question)
        drawn.setdefault(picture, question.caption)
    usual = "the usual settings" if len(drawn) > 1 else ""
    return [_frame(picture, caption or usual) for picture, caption in drawn.items()]


def _frame(picture: str, caption: str) -> str:
    """White paper under the picture, whatever the colours of the page, and the settings that made it."""
    said = f'<figcaption style="font-size:.8rem;color:#444">{caption}</figcaption>' if caption else ""
    fitted = picture.replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)
    paper = "background:#fff;padding:6px;margin:0 0 1rem;width:fit-content;max-width:100%"
    return f'<figure style="{paper}">{fitted}{said}</figure>'


def _find_criterion(name: str, lesions: pl.DataFrame) -> Criterion:
    """The criterion that is asked for; else the first that suits the lesions."""
    named = next((criterion for criterion in CRITERIA if criterion.name == name), None)
    split = next((criterion for criterion in CRITERIA if _splits_by_injection(criterion)), CRITERIA[0])
    return named or (split if lesions["INJDT"].is_not_null().any() else CRITERIA[0])


def _splits_by_injection(criterion: Criterion) -> bool:
    return criterion.judge_categories is not None


def _read_courses(
    table: str, scan_on_injection_day: SameDay = "before_injection"
) -> tuple[pl.DataFrame, tuple[LesionCourse, ...]]:
    from lesion_builder import DAY_0
    from spec.lesion_language import read_lesions

    lesions = read_lesions(table)
    starts = lesions.select("USUBJID").unique().with_columns(REFDT=pl.lit(DAY_0))
    courses = list_lesion_courses(lesions, starts, first_day=0, scan_on_injection_day=scan_on_injection_day)
    return lesions, next(iter(courses.values()), ())


def _draw_course(table: str, question: Question) -> str:
    settings = ResponseSettings(**dict(question.settings))
    lesions, courses = _read_courses(
        table, dict(question.settings).get("scan_on_injection_day", "before_injection")
    )
    criterion = _find_criterion(question.criterion, lesions)
    days = date_assessments(courses)

    def date_codes(judged: pl.DataFrame, level: str) -> tuple[tuple[int, str], ...]:
        return tuple((days[visit], code) for visit, code in judged.select("AVISITN", level).iter_rows())

    overall = date_codes(criterion.derive_visit_responses(lesions, settings), question.level)
    judgements = [Judgements(f"{criterion.title}, {SPOKEN[question.level]}", overall)]
    if _splits_by_injection(criterion) and lesions["INJDT"].is_not_null().any():
        parts = criterion.derive_category_responses(lesions, settings)
        judgements = [
            Judgements(criterion.title, overall),
            *(
                Judgements(name.lower(), date_codes(parts.filter(pl.col("CATEGORY") == name), "OVRRESP"))
                for name in parts["CATEGORY"].unique(maintain_order=True)
            ),
        ]
    return render_sum_course(
        compute_sum_lines(courses),
        judgements,
        language="en",
        injections=sorted(
            {lesion.first_injection for lesion in courses if lesion.first_injection is not None}
        ),
        events=list_course_events(courses),
        subject=f"{criterion.title}." if len(judgements) > 1 else "",
    )


def _draw_steps(rows: Sequence[Sequence[str]], question: Question) -> str:
    marks = [DayMark(day, DATED[name]) for name, day in question.dates if name in DATED]
    return render_response_steps([(int(row[0]), row[1]) for row in rows], language="en", marks=marks)


def _draw_choice(table: str, question: Question) -> str:
    """Each target chosen at baseline as a bar, with the smallest size that may be chosen."""
    lesions, _ = _read_courses(table)
    targets = lesions.filter(pl.col("LSROLE") == "TARGET")
    smallest = _find_criterion(question.criterion, lesions).selection
    lengths = [(length or 0) / 10 for length in targets["LSTENTH"]]
    x = Scale(0, max([20.0, *lengths]) * 1.02, 120, 385)
    drawing = Drawing(430, 40 + 18 * targets.height)
    drawing.write((4, 12), "Targets at baseline (mm); dashed: smallest size allowed", size=10, colour=GREY)
    said = []
    for place, (name, site, is_node, length) in enumerate(
        targets.select("TULNKID", "LSLOC", "LSNODE", "LSTENTH").iter_rows()
    ):
        y = 22 + 18 * place
        what = " ".join(word for word in ("node" if is_node else "", (site or "").lower()) if word)
        drawing.write((112, y + 11), f"{name} {what}".strip(), anchor="end")
        least = (smallest.smallest_node_tenths if is_node else smallest.smallest_tenths) / 10
        written = "not measured" if length is None else f"{length / 10:g}"
        if length is not None:
            drawing.box((x(0), y + 2), (x(length / 10) - x(0), 11), fill="#56B4E9", edge="#1a1a1a")
        drawing.line((x(least), y - 1), (x(least), y + 16), colour=VERMILION, width=1.4, dash="4 2")
        drawing.write((426, y + 11), written, anchor="end")
        said.append(f"{name} {what} {written}, at least {least:g}")
    drawing.line((x(0), 20), (x(0), drawing.height - 16))
    alternative = "Targets at baseline in mm: " + "; ".join(said) + "."
    return drawing.render(alternative=alternative, language="en")
