"""What was asked, the answer, with what certainty, and what the reader must know before believing it."""

import polars as pl

from abscopal.evidence.plan.decision import Decision
from abscopal.evidence.plan.usable_tables import count_rows_set_apart
from abscopal.evidence.report.blocks import Answer, Block, Notice, Section
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.sections.primary import render_not_comparable
from abscopal.evidence.report.sections.protocol_versions import render_amended_notice
from abscopal.protocol.endpoints import Endpoint

_NAMED_ASSUMPTIONS = 6


def render_summary(material: Material, *, origin: str = "") -> Section:
    """The first section: answer, assumptions in force, and what is left out.

    Args:
        material: the analysis and its voice.
        origin: a sentence on where the tables come from, shown first; empty for none.
    """
    blocks: list[Block] = []
    if origin:
        blocks.append(Notice("stop", material.say("notice.origin"), (origin,)))
    blocks += _study_mismatch(material)
    blocks.append(_answer(material))
    amended = render_amended_notice(material)
    blocks += [amended] if amended else []
    blocks += _rows_set_apart(material)
    blocks += _doubts_at_baseline(material)
    blocks += _assumptions(material)
    warning = render_not_comparable(material)
    blocks += [warning] if warning else []
    left_out = tuple(_stop_sentence(material, index) for index in range(len(material.analysis.stops)))
    if left_out:
        blocks.append(Notice("stop", material.say("notice.stops"), left_out))
    return Section("summary", material.say("summary.title"), tuple(blocks))


def _rows_set_apart(material: Material) -> list[Block]:
    counts = count_rows_set_apart(material.analysis.set_apart)
    if not counts:
        return []
    shown = ", ".join(f"{domain} {material.wording.count(count)}" for domain, count in counts.items())
    sentence = material.say("notice.set_apart_text", counts=shown)
    return [Notice("assumption", material.say("notice.set_apart"), (sentence,))]


def _doubts_at_baseline(material: Material) -> list[Block]:
    # Of any reader: a doubt about lesions concerns whoever measured them.
    doubts = material.analysis.tables.get("baseline_doubts")
    if doubts is None or doubts.is_empty():
        return []
    column = "MESSAGEFR" if material.wording.language == "fr" else "MESSAGE"
    counts = doubts.group_by("FINDING", column).agg(pl.col("USUBJID").n_unique()).sort("FINDING")
    lines = tuple(
        material.say("notice.baseline_text", count=material.wording.count(patients), doubt=message)
        for _, message, patients in counts.iter_rows()
    )
    return [Notice("assumption", material.say("notice.baseline"), lines)]


def _study_mismatch(material: Material) -> list[Block]:
    expected, found = material.analysis.plan.protocol.identity.identifier, material.analysis.study_ids
    if found == (expected,):
        return []
    sentence = material.say("notice.studyid", found=", ".join(found), expected=expected)
    return [Notice("plain", material.say("fact.tables_study"), (sentence,))]


def _answer(material: Material) -> Answer:
    endpoint, decision = material.analysis.plan.primary, material.analysis.decision
    language = material.wording.language
    lines = [
        (
            material.say("summary.question"),
            f"{endpoint.name.read(language)} — {endpoint.definition.read(language)}",
        )
    ]
    if decision is None:
        has_estimates = bool(material.analysis.estimates.of(endpoint.identifier))
        lines += _observed(material, endpoint)
        key = "summary.no_rule" if has_estimates else "summary.stopped"
        return Answer("open", (*lines, (material.say("summary.answer"), material.say(key))))
    rule = endpoint.decision_rule
    printed = rule.printed_as.read(language) if rule and rule.printed_as else ""
    text = material.say("summary.rule_text", minimum=decision.rule_minimum, n=decision.planned)
    lines.append(
        (
            material.say("summary.rule"),
            material.wording.labelled(material.arm_name(decision.arm), printed or text),
        )
    )
    lines += _observed(material, endpoint)
    lines.append((material.say("summary.answer"), _verdict(material, decision)))
    lines.append((material.say("summary.certainty"), _certainty(material, endpoint, decision)))
    if decision.early_deaths or decision.short:
        sentence = material.say(
            "summary.not_counted_text", competing=decision.early_deaths, short=decision.short
        )
        lines.append((material.say("summary.not_counted"), sentence))
    kinds = {"met": "met", "unmet": "unmet", "open": "open", "overrun": "open"}
    return Answer(kinds[decision.verdict], tuple(lines))  # type: ignore[arg-type]


def _observed(material: Material, endpoint: Endpoint) -> list[tuple[str, str]]:
    estimand = material.analysis.protocol_estimands.get(endpoint.identifier, endpoint.kind)
    shown = []
    for arm in material.analysis.arms:
        record = material.analysis.estimates.pick(endpoint.identifier, estimand, arm=arm)
        if record is not None:
            shown.append(material.wording.labelled(material.arm_name(arm), material.wording.estimate(record)))
    return [(material.say("summary.observed"), " · ".join(shown))] if shown else []


def _verdict(material: Material, decision: Decision) -> str:
    if decision.verdict == "open":
        return material.say(
            "summary.open",
            short=decision.short,
            patients=decision.counted + decision.short,
            successes=decision.successes,
            minimum=decision.minimum,
        )
    if decision.verdict == "overrun":
        return material.say(
            "summary.overrun",
            successes=decision.successes,
            minimum=decision.minimum,
            planned=decision.planned,
            counted=decision.counted,
            alpha=material.wording.percent(decision.attained_alpha),
        )
    return material.say(f"summary.{decision.verdict}", successes=decision.successes, minimum=decision.minimum)


def _certainty(material: Material, endpoint: Endpoint, decision: Decision) -> str:
    percent, rate, rule = material.wording.percent, material.wording.rate, endpoint.decision_rule
    unknown = material.say("provenance.unknown")
    nominal = [
        rate(value) if value is not None else unknown
        for value in ((rule.alpha.value, rule.power.value) if rule else (None, None))
    ]
    text = material.say(
        "summary.certainty_text",
        p0=rate(decision.p0),
        p1=rate(decision.p1),
        minimum=decision.rule_minimum,
        n=decision.planned,
        alpha=percent(decision.alpha),
        power=percent(decision.power),
        nominal_alpha=nominal[0],
        nominal_power=nominal[1],
    )
    if decision.attained_alpha is None:
        return text
    attained = material.say(
        "summary.attained_text",
        n=decision.counted,
        planned=decision.planned,
        alpha=percent(decision.attained_alpha),
        power=percent(decision.attained_power),
    )
    return f"{text} {attained}"


def _assumptions(material: Material) -> list[Block]:
    assumed = material.analysis.plan.assumed
    if not assumed:
        return []
    names = ", ".join(fact.path for fact in assumed[:_NAMED_ASSUMPTIONS])
    names += ", …" if len(assumed) > _NAMED_ASSUMPTIONS else ""
    count = len(assumed)
    return [
        Notice(
            "assumption",
            material.say("notice.assumptions", count=count),
            (material.say("notice.assumptions_text", count=count, names=names),),
        )
    ]


def _stop_sentence(material: Material, index: int) -> str:
    stop = material.analysis.stops[index]
    found = material.analysis.plan.protocol.find_endpoint(stop.endpoint)
    name = found.name.read(material.wording.language) if found else stop.endpoint
    return material.say(f"stop.{stop.code}", endpoint=name, detail=stop.detail)
