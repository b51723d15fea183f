"""Made-up trial tables for the tests of figures, and how to read a figure back."""

import datetime as dt
from unittest import mock

import numpy as np
import polars as pl
from matplotlib.figure import Figure
from matplotlib.text import Text

from abscopal.design.single_stage import SingleStageDesign
from abscopal.design.stopping_rule import StoppingRule
from abscopal.design.toxicity_boundary import compute_toxicity_boundary
from abscopal.estimation.estimate import Estimate
from abscopal.evidence.figures.course_data import LesionCourse, Sighting
from abscopal.evidence.figures.cumulative_incidence import IncidenceValue, render_cumulative_incidence
from abscopal.evidence.figures.design_curves import DrawnRule, render_design_curves
from abscopal.evidence.figures.estimates import EstimateRow, render_estimates
from abscopal.evidence.figures.flow_boxes import compute_participant_flow
from abscopal.evidence.figures.injection_split import (
    list_category_changes,
    render_split_spider,
    render_split_waterfall,
)
from abscopal.evidence.figures.kaplan_meier import render_kaplan_meier
from abscopal.evidence.figures.lesion_response import LesionProportion, render_lesion_response
from abscopal.evidence.figures.lesion_waterfall import list_lesion_changes, render_lesion_waterfall
from abscopal.evidence.figures.operating_characteristics import render_operating_characteristics
from abscopal.evidence.figures.participant_flow import render_participant_flow
from abscopal.evidence.figures.spider import render_spider
from abscopal.evidence.figures.swimmer import render_swimmer
from abscopal.evidence.figures.toxicity_boundary import render_toxicity_boundary
from abscopal.evidence.figures.waterfall import render_waterfall

ARMS = {"it": "Into the tumour", "iv": "Into a vein"}
LONG_ARMS = {
    "it": "Injected into one tumour every three weeks at 0.3 mg/kg with an infusion of a second antibody",
    "iv": "Infused into a vein every three weeks at 3 mg/kg with an infusion of a second antibody",
}
START = dt.date(2020, 1, 1)


def day(offset: int) -> dt.date:
    return START + dt.timedelta(days=offset)


def patients(count: int, *, seed: int = 1) -> pl.DataFrame:
    """ADSL: about two thirds in the first arm."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        last = int(chance.integers(60, 1500))
        has_died, is_treated = chance.random() < 0.5, number % 7 != 6
        rows.append(
            {
                "USUBJID": f"S-{number:04d}",
                "SUBJID": f"{number:04d}",
                "TRT01P": "it" if number % 3 else "iv",
                "REFDT": START,
                "TRTSDT": START if is_treated else None,
                "EOTDT": day(min(last, 90)) if number % 4 and is_treated else None,
                "DTHDT": day(last) if has_died else None,
                "LSTALVDT": day(last),
            }
        )
    return pl.DataFrame(rows, schema_overrides={"DTHDT": pl.Date, "EOTDT": pl.Date, "TRTSDT": pl.Date})


def responses(adsl: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """ADTR sums and ADRS: every tenth patient was never measured again; patient 3 only ever grew, fast."""
    sums, answers = [], []
    for number, patient in enumerate(adsl["USUBJID"]):
        depth = -110 + (number * 37) % 160
        visits = 0 if number % 10 == 9 else 1 + number % 5
        values = [
            150.0 + 60 * v if number == 3 else max(-100.0, depth * (v + 1) / visits) for v in range(visits)
        ]
        for visit, value in enumerate([0.0, *values]):
            sums.append((patient, "SDIAM", visit, 60 * visit, value, "Y"))
        lowest = min(values, default=0.0)
        best = (
            "NE"
            if not values
            else "CR"
            if lowest <= -100
            else "PR"
            if lowest <= -30
            else "SD"
            if lowest < 20
            else "PD"
        )
        answers.append((patient, "BOR", -1, best, None))
        if best in ("CR", "PR", "PD"):
            answers.append((patient, "OVR", 1, best, day(60)))
    return (
        pl.DataFrame(sums, schema=["USUBJID", "PARAMCD", "AVISITN", "ADY", "PCHG", "ANL01FL"], orient="row"),
        pl.DataFrame(
            answers,
            schema={
                "USUBJID": pl.String,
                "PARAMCD": pl.String,
                "AVISITN": pl.Int64,
                "AVALC": pl.String,
                "ADT": pl.Date,
            },
            orient="row",
        ),
    )


def times(count: int, *, events: bool = True) -> pl.DataFrame:
    """ADTTE: distinct times, a third events, a third censored, a third competing."""
    return pl.DataFrame(
        {
            "TRT01P": ["it" if number % 3 else "iv" for number in range(count)],
            "AVAL": [40.0 + 17 * number for number in range(count)],
            "CNSR": [(number // 2) % 3 if events else 1 for number in range(count)],
        },
        schema={"TRT01P": pl.String, "AVAL": pl.Float64, "CNSR": pl.Int64},
    )


CURVE = {
    "TRT01P": pl.String,
    "TIME": pl.Float64,
    "ESTIMATE": pl.Float64,
    "LOWER": pl.Float64,
    "UPPER": pl.Float64,
}


def survival(adtte: pl.DataFrame) -> pl.DataFrame:
    """Product-limit steps with a made-up band, enough to draw."""
    rows = []
    for arm in adtte["TRT01P"].unique().sort():
        alive, mine = 1.0, adtte.filter(TRT01P=arm)
        for time in mine.filter(CNSR=0)["AVAL"].sort():
            alive *= 1 - 1 / mine.filter(pl.col("AVAL") >= time).height
            rows.append((arm, time, alive, max(alive - 0.15, 0.0), min(alive + 0.1, 1.0)))
    return pl.DataFrame(rows, schema=CURVE, orient="row")


def draw_incidence(adtte: pl.DataFrame, *, language: str, arms: dict[str, str] | None) -> Figure:
    steps = survival(adtte).with_columns(
        ESTIMATE=1 - pl.col("ESTIMATE"), LOWER=1 - pl.col("UPPER"), UPPER=1 - pl.col("LOWER")
    )
    methods = ("one_minus_kaplan_meier", "aalen_johansen", "competing")
    curves = pl.concat([steps.with_columns(METHOD=pl.lit(method)) for method in methods])
    values = [
        IncidenceValue(arm, method, Estimate(0.243, 0.118, 0.412, 0.95, 37, 9, "made up", "proportion"))
        for arm in adtte["TRT01P"].unique().sort()
        for method in ("crude", "one_minus_kaplan_meier", "aalen_johansen")
    ]
    return render_cumulative_incidence(
        adtte,
        curves,
        values,
        endpoint="Severe toxicity",
        competing="death",
        window_days=183,
        language=language,
        arms=arms,
        estimand="aalen_johansen",
    )


def course(name, lengths, *, role="TARGET", site="LIVER", injected_on=None, states=None):
    """One lesion measured every 42 days from day -5; None where it was not evaluated."""
    seen = []
    for visit, length in enumerate(lengths):
        on = 42 * visit - 5
        state = (states or {}).get(visit) or ("NOT_EVALUATED" if length is None else "MEASURED")
        seen.append(Sighting(visit, on, length, state, injected_on is not None and injected_on <= on))
    return LesionCourse(name, role, site, injected_on, tuple(seen))


def courses(count):
    """So many patients: an injected and two distant targets each; the injected one of every seventh grew fast."""
    return {
        f"{number:04d}": (
            course("T01", [30.0, 20.0, 90.0 if number % 7 == 3 else 10.0], injected_on=1),
            course("T02", [20.0, 20.0 - number % 9, 18.0]),
            course("T03", [25.0, None if number % 5 == 4 else 25.0 + number % 12], site="SKIN"),
        )
        for number in range(count)
    }


RULE = SingleStageDesign(n=38, minimum_successes=23, p0=0.5, p1=0.7)
STAGED = StoppingRule(looks=(10, 29), low=(1, 5), high=(None, 6))
BOUNDARY = compute_toxicity_boundary(
    limit=0.3, certainty=0.9, prior_a=0.5, prior_b=0.5, looks=(6, 12, 18, 24, 30, 36, 41)
)


def draw_all(count: int, *, language: str, arms: dict[str, str] | None) -> dict[str, Figure]:
    """Every figure of the house from made-up tables of so many patients."""
    adsl = patients(count)
    adtr, adrs = responses(adsl)
    adtte = times(count)
    median = Estimate(500.0, 200.0, None, 0.95, count, 3, "made up", "days")
    shown = [
        EstimateRow("Abstract", 0.226, origin="published"),
        EstimateRow(
            "Patients who could be assessed six months after the first dose", 9 / 37, 0.118, 0.412, 9, 37
        ),
    ]
    share = Estimate(0.657, 0.478, 0.809, 0.95, 35, 23, "made up", "proportion")
    counts = pl.DataFrame(
        [
            ("SCREENED", "ALL", "", count),
            ("SCREEN_FAILURE", "ALL", "", 1),
            ("SCREEN_FAILURE", "ALL", "NOT RECORDED", 1),
        ]
        + [("ENROLLED", arm, "", count) for arm in ("ALL", *sorted(adsl["TRT01P"].unique()))]
        + [("EVALUABLE", arm, "", count) for arm in sorted(adsl["TRT01P"].unique())],
        schema=["STAGE", "ARM", "DETAIL", "N"],
        orient="row",
    )
    changes = list_category_changes(courses(count))
    of_lesions, missing = list_lesion_changes(courses(count))
    flow = compute_participant_flow(counts, language=language, arms=arms)
    return {
        "participant_flow": render_participant_flow(flow, language=language),
        "kaplan_meier": render_kaplan_meier(
            adtte,
            survival(adtte),
            endpoint="Overall survival",
            language=language,
            arms=arms,
            medians={"iv": median},
        ),
        "cumulative_incidence": draw_incidence(adtte, language=language, arms=arms),
        "waterfall": render_waterfall(adtr, adrs, adsl, language=language, arms=arms),
        "spider": render_spider(adtr, adrs, adsl, language=language, arms=arms),
        "swimmer": render_swimmer(adsl, adrs, language=language, arms=arms, data_cut=day(1200)),
        "lesion_response": render_lesion_response(
            [LesionProportion("Injected lesions", "injected", share, "lesions", 35)],
            definition="diameter, 30% or more.",
            language=language,
        ),
        "waterfall_split": render_split_waterfall(changes, language=language, patients=count),
        "spider_split": render_split_spider(changes, language=language, patients=count),
        "lesion_waterfall": render_lesion_waterfall(of_lesions, language=language, missing=missing),
        "estimates": render_estimates(shown, language=language, title="Toxicity", axis_label="Patients (%)"),
        "operating_characteristics": render_operating_characteristics(
            RULE,
            language=language,
            nominal_alpha=0.1,
            observed=(28, 37),
        ),
        "toxicity_boundary": render_toxicity_boundary(
            BOUNDARY,
            name="Toxicity",
            language=language,
            path=(range(1, 29), [place // 3 for place in range(28)]),
        ),
        "design_curves": render_design_curves(
            [DrawnRule("Simon optimal", STAGED, 0), DrawnRule("Simon minimax", STAGED, 1)],
            quantity="early_stop",
            language=language,
            marked=(0.1, 0.3),
        ),
    }


FIGURES = (
    "participant_flow",
    "kaplan_meier",
    "cumulative_incidence",
    "waterfall",
    "spider",
    "swimmer",
    "lesion_response",
    "waterfall_split",
    "spider_split",
    "lesion_waterfall",
    "estimates",
    "operating_characteristics",
    "toxicity_boundary",
    "design_curves",
)


def list_drawn(figure: Figure) -> list[Text]:
    """Every text that reaches the page, in drawing order."""
    drawn: list[Text] = []
    draw = Text.draw

    def record(text: Text, *arguments: object, **options: object) -> None:
        if text.get_visible() and text.get_text().strip():
            drawn.append(text)
        draw(text, *arguments, **options)

    with mock.patch.object(Text, "draw", record):
        figure.draw_without_rendering()
    return drawn


def read_texts(figure: Figure) -> list[str]:
    """The words that reach the page."""
    return [text.get_text() for text in list_drawn(figure)]


def read_page(figure: Figure) -> str:
    """All texts as one, line breaks as spaces."""
    return " | ".join(text.replace("\n", " ") for text in read_texts(figure))
