"""A toxicity boundary: the events at which a trial pauses, with the path of the trial on it."""

from collections.abc import Sequence

from abscopal.design.toxicity_boundary import ToxicityBoundaryDesign, find_crossing
from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    VERMILION,
    Caption,
    CaptionedFigure,
    choose_words,
    open_figure,
    set_count_axis,
    use_appearance,
)
from abscopal.evidence.typography import Language, format_count, format_number, format_percent

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Toxicity boundary: {name}",
        "rule": "Pause when P(rate > {limit}) > {certainty}",
        "x": "Evaluable patients",
        "y": "Patients with the event",
        "pause": "pause",
        "go_on": "go on",
        "tells": "{rule}; prior beta({a}, {b}). Pause at {limits}.",
        "one": "{events} or more of {look}",
        "path": "The trial: {events} of {evaluable} evaluable patients had the event.",
        "crossed": "It crossed the boundary at the look at {look} patients.",
        "not_crossed": "It crossed the boundary at none of its looks.",
        "label": "The trial",
        "label_boundary": "Pause at a look at or above",
        "none": "no look pauses",
    },
    "fr": {
        "title": "Borne de toxicité : {name}",
        "rule": "Pause si P(taux > {limit}) > {certainty}",
        "x": "Patients évaluables",
        "y": "Patients avec l’événement",
        "pause": "pause",
        "go_on": "poursuite",
        "tells": "{rule} ; loi a priori bêta({a} ; {b}). Pause à {limits}.",
        "one": "{events} ou plus sur {look}",
        "path": "L’essai : {events} patients évaluables sur {evaluable} ont eu l’événement.",
        "crossed": "Il a franchi la borne à l’analyse de {look} patients.",
        "not_crossed": "Il n’a franchi la borne à aucune de ses analyses.",
        "label": "L’essai",
        "label_boundary": "Pause à une analyse à partir de",
        "none": "aucune analyse n’entraîne de pause",
    },
}


def render_toxicity_boundary(
    boundary: ToxicityBoundaryDesign,
    *,
    name: str,
    language: Language,
    path: tuple[Sequence[int], Sequence[int]] | None = None,
) -> CaptionedFigure:
    """Draw the events at which a trial pauses, look by look, and what the trial observed.

    Args:
        boundary: the boundary.
        name: what is counted, in the language of the figure.
        language: `en` or `fr`.
        path: evaluable patients, and events among them; None before the trial.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> from abscopal.design.toxicity_boundary import compute_toxicity_boundary
        >>> boundary = compute_toxicity_boundary(
        ...     limit=0.3, certainty=0.9, prior_a=0.5, prior_b=0.5, looks=(6, 12))
        >>> figure = render_toxicity_boundary(boundary, name="severe events", language="en")
        >>> figure.caption.description
        'Pause when P(rate > 30%) > 90%; prior beta(0.5, 0.5). Pause at 4 or more of 6, 6 or more of 12.'
    """
    words = choose_words(_WORDS, language=language)
    looks = [
        (look, limit)
        for look, limit in zip(boundary.looks, boundary.stop_at_or_above, strict=True)
        if limit is not None
    ]
    limits = ", ".join(
        words["one"].format(
            events=format_count(limit, language=language), look=format_count(look, language=language)
        )
        for look, limit in looks
    )
    rule = words["rule"].format(
        limit=_percent(boundary.limit, language), certainty=_percent(boundary.certainty, language)
    )
    description = words["tells"].format(
        rule=rule,
        a=_plain(boundary.prior_a, language),
        b=_plain(boundary.prior_b, language),
        limits=limits or words["none"],
    )
    with use_appearance():
        figure = open_figure(height=4.0, language=language)
        figure.caption = Caption(
            words["title"].format(name=name), description, _tell_path(boundary, path, words, language)
        )
        axes = figure.add_subplot()
        highest = max([limit for _, limit in looks] + list(path[1] if path else ()) + [1])
        top = highest * 1.18 + 1
        for look in boundary.looks:
            axes.axvline(look, color=GREY, linewidth=0.6, linestyle=(0, (1.2, 2.4)), zorder=0)
        if looks:
            places, counts = zip(*looks, strict=True)
            axes.vlines(places, counts, top, color=VERMILION, linewidth=5, alpha=0.25, zorder=1)
            axes.plot(
                places,
                counts,
                color=VERMILION,
                marker="s",
                markersize=6,
                linestyle=(0, (1.2, 1.6)),
                linewidth=1.2,
                label=words["label_boundary"],
                zorder=3,
            )
            for look, limit in looks if len(looks) <= 15 else looks[:: -(-len(looks) // 12)]:
                axes.annotate(
                    f"≥{format_count(limit, language=language)}",
                    (look, limit),
                    xytext=(-5, 5),
                    textcoords="offset points",
                    ha="right",
                    va="bottom",
                    fontsize=8,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
                )
        if path and len(path[0]):
            axes.step(
                [0, *path[0]],
                [0, *path[1]],
                where="post",
                color=BLUE,
                linewidth=2.0,
                label=words["label"],
                zorder=4,
            )
            axes.plot(path[0][-1], path[1][-1], marker="o", color=BLUE, markersize=6, zorder=5)
            crossed = find_crossing(boundary, evaluable=path[0], events=path[1])
            if crossed is not None:
                events = path[1][list(path[0]).index(crossed)]
                axes.plot(crossed, events, marker="X", color=BLACK, markersize=11, zorder=6)
        axes.set(xlim=(0, boundary.n + 0.5), ylim=(0, top), xlabel=words["x"], ylabel=words["y"])
        axes.set_title(rule)
        set_count_axis(axes, language=language)
        set_count_axis(axes, language=language, axis="y")
        axes.legend(loc="upper left", frameon=True, facecolor="white", framealpha=0.9, edgecolor="none")
        return figure


def _tell_path(
    boundary: ToxicityBoundaryDesign,
    path: tuple[Sequence[int], Sequence[int]] | None,
    words: dict[str, str],
    language: Language,
) -> tuple[str, ...]:
    if not path or not len(path[0]):
        return ()
    crossed = find_crossing(boundary, evaluable=path[0], events=path[1])
    told = words["path"].format(
        events=format_count(path[1][-1], language=language),
        evaluable=format_count(path[0][-1], language=language),
    )
    if crossed is None:
        return (told, words["not_crossed"])
    return (told, words["crossed"].format(look=format_count(crossed, language=language)))


def _percent(share: float, language: Language) -> str:
    decimals = 0 if abs(share * 100 - round(share * 100)) < 1e-9 else 1
    return format_percent(share, language=language, decimals=decimals)


def _plain(value: float, language: Language) -> str:
    decimals = len(f"{value:.4f}".rstrip("0").split(".")[1])
    return format_number(value, language=language, decimals=decimals)
