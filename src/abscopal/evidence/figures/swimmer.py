"""Swimmer: the time each patient spent on treatment and in follow-up, with what happened on the way."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from abscopal.evidence.figures.appearance import (
    BLACK,
    PALE_GREY,
    RESPONSE_MARKS,
    RESPONSE_NAMES,
    VERMILION,
    Caption,
    CaptionedFigure,
    Mark,
    add_note,
    choose_words,
    draw_message,
    in_months,
    list_arms,
    mark_arm,
    open_figure,
    set_month_axis,
    use_appearance,
    wrap,
)
from abscopal.evidence.typography import Language, format_count, format_date

PATIENTS_PER_PAGE = 70

_ROW_INCHES = 0.15
# The first progression is marked, confirmed later or not.
_MARKED = {"CR": "CR", "PR": "PR", "PD": "PD", "iCR": "CR", "iPR": "PR", "iUPD": "PD", "iCPD": "PD"}
_TINTS = ("#8fbfdf", "#f2b88c", "#93d1bd", "#e8c4d8", "#bdbdbd", "#f5d999")

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Time on treatment and in follow-up",
        "x": "Months since the reference date",
        "y": "Patient",
        "treated": "On treatment: {arm} (n\u00a0=\u00a0{n})",
        "treated_single": "On treatment",
        "followed": "Follow-up after treatment",
        "ongoing": "Treatment ongoing",
        "alive": "Alive at last contact",
        "death": "Death",
        "all": "n = {n} patients, longest follow-up first in each arm. ",
        "page": "Patients {first} to {last} of {n}, longest follow-up first in each arm. ",
        "cut": "Data up to {date}. ",
        "missing": "Patients without a reference date or a last date, not drawn: {n}. ",
        "empty": "No patient has both a reference date and a last date.",
        "tells": "Time on treatment and in follow-up of {shown} of {n} patients; deaths: {deaths}.",
    },
    "fr": {
        "title": "Durée du traitement et du suivi",
        "x": "Mois depuis la date de référence",
        "y": "Patient",
        "treated": "Sous traitement : {arm} (n\u00a0=\u00a0{n})",
        "treated_single": "Sous traitement",
        "followed": "Suivi après le traitement",
        "ongoing": "Traitement en cours",
        "alive": "Vivant aux dernières nouvelles",
        "death": "Décès",
        "all": "n = {n} patients, du plus long au plus court suivi dans chaque bras. ",
        "page": "Patients {first} à {last} sur {n}, du plus long au plus court suivi dans chaque bras. ",
        "cut": "Données jusqu’au {date}. ",
        "missing": "Patients sans date de référence ou de dernières nouvelles, non représentés : {n}. ",
        "empty": "Aucun patient n’a à la fois une date de référence et une dernière date.",
        "tells": "Durée du traitement et du suivi de {shown} patients sur {n} ; décédés : {deaths}.",
    },
}


def render_swimmer(
    adsl: pl.DataFrame,
    adrs: pl.DataFrame,
    *,
    language: Language,
    arms: Mapping[str, str] | None = None,
    data_cut: dt.date | None = None,
    response: str = "OVR",
    page: int = 1,
) -> CaptionedFigure:
    """Draw each patient's time on treatment and in follow-up, with responses, progression and death.

    A patient is on treatment from the first dose to the end of treatment; without an end date, to the last
    date known, with an arrow. Marked: first CR, first PR and first PD by visit, death, alive at last contact.

    Args:
        adsl: the patients, one row each: USUBJID, SUBJID, TRT01P, REFDT, TRTSDT, EOTDT, DTHDT, LSTALVDT.
        adrs: ADRS rows of one reader and criterion: USUBJID, PARAMCD, AVALC, ADT.
        language: `en` or `fr`.
        arms: arm identifier to label, in the order to draw.
        data_cut: last day that counts; nothing is drawn after it. None for no limit.
        response: PARAMCD of the response by visit in `adrs`.
        page: which page of 70 patients to draw, from 1; the first holds the longest follow-up.

    Returns:
        A figure 7.2 inches wide, as high as its patients need.
    """
    words = choose_words(_WORDS, language=language)
    swimmers = _derive_swimmers(adsl, data_cut)
    labels = list_arms(swimmers["TRT01P"].to_list(), arms)
    order = {arm: position for position, arm in enumerate(labels)}
    first = (page - 1) * PATIENTS_PER_PAGE
    shown = (
        swimmers.sort("END", "USUBJID", descending=[True, False])
        .slice(first, PATIENTS_PER_PAGE)
        .with_columns(ORDER=pl.col("TRT01P").replace_strict(order, default=0, return_dtype=pl.Int64))
        .sort("ORDER", "END", "USUBJID", descending=[False, True, False])
    )
    with use_appearance():
        figure = open_figure(height=2.0 + _ROW_INCHES * max(shown.height, 4), language=language)
        figure.caption = _caption(shown, adsl.height, words, language)
        if shown.is_empty():
            draw_message(figure, words["empty"])
            return figure
        axes = figure.add_subplot()
        for position, row in enumerate(shown.iter_rows(named=True)):
            _draw_patient(axes, row, position)
        _draw_responses(axes, shown, adrs, response)
        axes.set_ylim(max(shown.height, 4) - 0.4, -0.6)
        axes.set_yticks(range(shown.height), shown["SUBJID"].to_list(), fontsize=6.5)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_ylabel(words["y"])
        longest = in_months(max(30.0, *shown["END"]) * 1.03)
        axes.set_xlabel(words["x"])
        set_month_axis(axes, longest_months=longest, language=language)
        _draw_legend(figure, shown, labels, words, language)
        add_note(figure, _note(swimmers, shown, adsl.height, first, data_cut, words, language))
        return figure


def _derive_swimmers(adsl: pl.DataFrame, data_cut: dt.date | None) -> pl.DataFrame:
    limit = pl.lit(data_cut, dtype=pl.Date)

    def until(column: str) -> pl.Expr:
        return pl.min_horizontal(pl.col(column), limit) if data_cut else pl.col(column)

    died = pl.col("DTHDT").is_not_null() & ((pl.col("DTHDT") <= limit) if data_cut else pl.lit(True))
    last = pl.coalesce(until("DTHDT"), until("LSTALVDT"), until("EOTDT"))
    start = pl.col("REFDT")
    arm = pl.col("TRT01P").fill_null("") if "TRT01P" in adsl.columns else pl.lit("")
    stopped = pl.col("EOTDT").is_not_null() & ((pl.col("EOTDT") <= limit) if data_cut else pl.lit(True))
    return (
        adsl.with_columns(LAST=last)
        .filter(start.is_not_null(), pl.col("LAST").is_not_null(), pl.col("LAST") >= start)
        .select(
            "USUBJID",
            pl.col("SUBJID") if "SUBJID" in adsl.columns else pl.col("USUBJID").alias("SUBJID"),
            "REFDT",
            TRT01P=arm,
            END=(pl.col("LAST") - start).dt.total_days().cast(pl.Float64),
            FIRSTDOSE=(pl.col("TRTSDT") - start).dt.total_days().cast(pl.Float64),
            ENDDOSE=(pl.min_horizontal(pl.coalesce(until("EOTDT"), "LAST"), "LAST") - start)
            .dt.total_days()
            .cast(pl.Float64),
            DIED=died,
            ONGOING=pl.col("TRTSDT").is_not_null() & ~stopped & ~died,
        )
    )


def _draw_patient(axes: Axes, row: Mapping[str, Any], position: int) -> None:
    end = in_months(float(row["END"]))
    axes.barh(position, end, height=0.62, color=PALE_GREY, edgecolor="none")
    if row["FIRSTDOSE"] is not None:
        start, stop = in_months(float(row["FIRSTDOSE"])), in_months(float(row["ENDDOSE"]))
        arm = int(row["ORDER"])
        axes.barh(
            position,
            max(stop - start, 0.05),
            left=start,
            height=0.62,
            color=_TINTS[arm % len(_TINTS)],
            edgecolor=BLACK,
            linewidth=0.4,
            hatch=mark_arm(arm).hatch,
        )
    if row["DIED"]:
        axes.plot(end, position, marker="s", color=BLACK, markersize=4.5, zorder=5)
    elif row["ONGOING"]:
        axes.plot(end, position, marker=">", color=BLACK, markersize=6, zorder=5, clip_on=False)
    else:
        axes.plot(end, position, marker="|", color=BLACK, markersize=7, markeredgewidth=1.4, zorder=5)


def _draw_responses(axes: Axes, shown: pl.DataFrame, adrs: pl.DataFrame, response: str) -> None:
    places = shown.select("USUBJID", "REFDT", "END").with_row_index("POSITION")
    firsts = (
        adrs.filter(pl.col("PARAMCD") == response, pl.col("AVALC").is_in(list(_MARKED)))
        .join(places, on="USUBJID", how="inner")
        .with_columns(
            pl.col("AVALC").replace_strict(_MARKED), DAY=(pl.col("ADT") - pl.col("REFDT")).dt.total_days()
        )
        .filter(pl.col("DAY").is_not_null(), pl.col("DAY") <= pl.col("END"))
        .group_by("POSITION", "AVALC")
        .agg(pl.col("DAY").min())
        .sort("POSITION", "AVALC")
    )
    for position, code, day in firsts.iter_rows():
        axes.plot(in_months(day), position, **_response_style(RESPONSE_MARKS[code]), zorder=4)


def _response_style(mark: Mark) -> dict[str, Any]:
    size = {"*": 8.5, "X": 6.0}.get(mark.marker, 5.5)
    return {
        "marker": mark.marker,
        "markersize": size,
        "markerfacecolor": mark.colour,
        "markeredgecolor": BLACK if mark.colour != VERMILION else "#5c2600",
        "markeredgewidth": 0.6,
        "linestyle": "none",
    }


def _draw_legend(
    figure: CaptionedFigure,
    shown: pl.DataFrame,
    labels: Mapping[str, str],
    words: Mapping[str, str],
    language: Language,
) -> None:
    def blank(count: int) -> list[Line2D]:
        return [Line2D([], [], linestyle="none", label=" ") for _ in range(count)]

    lengths: list[Patch] = []
    for position, (arm, label) in enumerate(labels.items()):
        n = format_count(shown.filter(TRT01P=arm).height, language=language)
        text = words["treated"].format(arm=label, n=n) if label else words["treated_single"]
        lengths.append(
            Patch(
                facecolor=_TINTS[position % len(_TINTS)],
                hatch=mark_arm(position).hatch,
                edgecolor=BLACK,
                linewidth=0.4,
                label=wrap(text, width=38),
            )
        )
    lengths.append(Patch(facecolor=PALE_GREY, label=words["followed"]))
    responses = [
        Line2D([], [], **_response_style(RESPONSE_MARKS[code]), label=RESPONSE_NAMES[language][code])
        for code in ("CR", "PR", "PD")
    ]
    ends = [
        Line2D([], [], marker=marker, color=BLACK, markersize=size, linestyle="none", label=words[name])
        for marker, name, size in (("s", "death", 4.5), (">", "ongoing", 6.0), ("|", "alive", 7.0))
    ]
    rows = max(len(lengths), 3)
    columns = [*lengths, *blank(rows - len(lengths)), *responses, *blank(rows - 3), *ends, *blank(rows - 3)]
    figure.legend(handles=columns, loc="outside upper left", ncols=3, columnspacing=1.2)


def _note(
    swimmers: pl.DataFrame,
    shown: pl.DataFrame,
    total: int,
    first: int,
    data_cut: dt.date | None,
    words: Mapping[str, str],
    language: Language,
) -> str:
    count = format_count(swimmers.height, language=language)
    if shown.height == swimmers.height:
        note = words["all"].format(n=count)
    else:
        note = words["page"].format(
            first=format_count(first + 1, language=language),
            last=format_count(first + shown.height, language=language),
            n=count,
        )
    if swimmers.height < total:
        note += words["missing"].format(n=format_count(total - swimmers.height, language=language))
    if data_cut:
        note += words["cut"].format(date=format_date(data_cut, language=language))
    return note.strip()


def _caption(shown: pl.DataFrame, total: int, words: Mapping[str, str], language: Language) -> Caption:
    return Caption(
        words["title"],
        words["tells"].format(
            shown=format_count(shown.height, language=language),
            n=format_count(total, language=language),
            deaths=format_count(int(shown["DIED"].sum()), language=language),
        ),
    )
