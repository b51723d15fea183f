"""The tables of the design pages; the terminal shows the same ones."""

from collections.abc import Sequence

from abscopal.design.alternatives import DesignOption
from abscopal.design.exploration import Exploration
from abscopal.design.toxicity_boundary import ToxicityBehaviour, ToxicityBoundaryDesign
from abscopal.evidence.design_report.reading import DesignReading
from abscopal.evidence.design_report.sentences import name_kept, read_words, write_fact
from abscopal.evidence.report.blocks import NOTHING, Cell, Table
from abscopal.evidence.report.wording import Wording


def tabulate_rates(reading: DesignReading, wording: Wording) -> Table:
    """The rule in every reading and the smallest exact one: promised and exact error rates."""
    alpha, power = reading.promises
    options: list[tuple[str, DesignOption]] = [
        ("design.rates_count" if found.kind == "count" else "design.rates_as_rate", found.option)
        for found in reading.readings
    ]
    if reading.comparison is not None:
        options.append(("design.rates_smallest", reading.comparison.smallest))
    rows = tuple(
        (
            Cell(
                wording.say(
                    key,
                    minimum=wording.count(option.design.minimum_successes),
                    n=wording.count(option.design.n),
                )
            ),
            _number(wording.number(option.exact.alpha, 4)),
            _number(NOTHING if alpha is None else wording.as_printed(alpha)),
            _number(wording.number(option.exact.power, 4)),
            _number(NOTHING if power is None else wording.as_printed(power)),
        )
        for key, option in options
    )
    names = ("rule", "alpha", "nominal", "power", "nominal")
    return Table(
        "design-rates",
        wording.say("design.rates_caption"),
        tuple(wording.say(f"design.rates_{name}") for name in names),
        rows,
        (wording.say("design.rates_note"),),
    )


def tabulate_facts(reading: DesignReading, wording: Wording) -> Table:
    """The numbers of the rule with their origins."""
    rows = tuple(
        (
            Cell(wording.say(f"design.fact.{fact.name}")),
            _number(write_fact(fact, wording)),
            Cell(wording.name("provenance", fact.provenance or "unknown")),
            Cell(fact.source or ""),
            Cell(read_words(fact.note, wording) if fact.note else ""),
        )
        for fact in reading.facts
    )
    names = ("name", "value", "origin", "source", "note")
    header = tuple(wording.say(f"design.facts_{name}") for name in names)
    return Table("design-facts", wording.say("design.facts_caption"), header, rows)


def tabulate_around(reading: DesignReading, wording: Wording) -> Table | None:
    """What the assumed uninteresting rate implies: the chance of success for rates around it."""
    found = [entry for entry in reading.readings if entry.around]
    if not found:
        return None
    header = (
        wording.say("design.around_rate"),
        *(
            wording.say(
                "design.rates_count" if entry.kind == "count" else "design.rates_as_rate",
                minimum=wording.count(entry.option.design.minimum_successes),
                n=wording.count(entry.option.design.n),
            )
            for entry in found
        ),
    )
    rows = tuple(
        (
            Cell(wording.rate(rate)),
            *(_number(wording.percent(entry.around[place][1])) for entry in found),
        )
        for place, (rate, _) in enumerate(found[0].around)
    )
    return Table("design-around", wording.say("design.around_caption"), header, rows)


def tabulate_boundary(
    design: ToxicityBoundaryDesign, *, name: str, identifier: str, wording: Wording
) -> Table:
    """The boundary as a table that a board can carry."""
    rows = tuple(
        (
            Cell(wording.count(look)),
            _number(NOTHING if limit is None else wording.count(limit)),
            _number(wording.count(look if limit is None else limit - 1)),
        )
        for look, limit in zip(design.looks, design.stop_at_or_above, strict=True)
    )
    header = tuple(wording.say(f"design.board_{column}") for column in ("look", "pause", "go_on"))
    return Table(
        f"board-{identifier}",
        wording.say("design.board_caption", name=name),
        header,
        rows,
        (wording.say("design.board_note"),),
    )


def tabulate_behaviour(
    behaviour: Sequence[ToxicityBehaviour], *, name: str, identifier: str, wording: Wording
) -> Table:
    """How often the boundary pauses the trial, and the patients expected, by true rate."""
    rows = tuple(
        (
            Cell(wording.rate(entry.rate)),
            _number(wording.percent(entry.stop)),
            _number(wording.number(entry.expected_n, 1)),
        )
        for entry in behaviour
    )
    header = tuple(wording.say(f"design.behaviour_{column}") for column in ("rate", "stop", "n"))
    return Table(f"behaviour-{identifier}", wording.say("design.behaviour_caption", name=name), header, rows)


def tabulate_exploration(found: Exploration, wording: Wording) -> Table:
    """The designs side by side."""
    rows = tuple(
        (
            Cell(wording.say(f"design.kind.{design.kind}")),
            Cell(design.written),
            _number(wording.count(design.rule.n)),
            _number(wording.number(design.exact.alpha, 4)),
            _number(wording.number(design.exact.power, 4)),
            _number(wording.number(design.exact.expected_n_p0, 1)),
            _number(wording.number(design.exact.expected_n_p1, 1)),
            _number(wording.percent(design.exact.early_stop_p0)),
            Cell(name_kept(design, wording)),
        )
        for design in found.designs
    )
    p0, p1 = wording.rate(found.p0), wording.rate(found.p1)
    header = (
        wording.say("design.explore_kind"),
        wording.say("design.explore_limits"),
        wording.say("design.explore_n"),
        wording.say("design.explore_alpha"),
        wording.say("design.explore_power"),
        wording.say("design.explore_n0", p0=p0),
        wording.say("design.explore_n1", p1=p1),
        wording.say("design.explore_pet0", p0=p0),
        wording.say("design.explore_kept"),
    )
    return Table(
        "designs",
        wording.say("design.explore_caption"),
        header,
        rows,
        (wording.say("design.explore_note"),),
    )


def _number(text: str) -> Cell:
    return Cell(text, is_number=True)
