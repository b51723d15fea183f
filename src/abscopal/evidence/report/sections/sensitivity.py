"""What hangs on a reading: every setting read otherwise, one at a time, and what then changes."""

import polars as pl

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.criterion import Criterion
from abscopal.evidence.plan.lesions import list_lesion_definitions
from abscopal.evidence.plan.readings import ALL_ARMS
from abscopal.evidence.plan.sensitivity import (
    BY_SETTING,
    DECIDED_BY_BEST,
    DECISIONS,
    EFFECTS,
    IN_FORCE,
    LESIONS_BY_SETTING,
    POPULATION,
    SENSITIVITY,
    changes_something,
)
from abscopal.evidence.report.blocks import Block, Cell, Notice, Prose, Section, Table
from abscopal.evidence.report.material import Material

COLUMNS = ("reading", "changed", "best", "confirmed", "rate", "progressed", "moved")
OF_KINDS = {"injected": "INJCHANGED", "non_injected": "NINJCHANGED"}


def render_sensitivity(material: Material) -> Section | None:
    """The chapter on sensitivity, where responses were derived."""
    effects = material.analysis.tables.get(EFFECTS)
    if effects is None or effects.is_empty():
        return None
    blocks: list[Block] = [Prose(material.say("sensitivity.lead"))]
    blocks.append(Notice("plain", material.say("sensitivity.answer"), _conclusions(material, effects)))
    for criterion in CRITERIA:
        of_criterion = effects.filter(pl.col("CRITERION") == criterion.name)
        if of_criterion.height:
            blocks.append(_table(material, criterion, of_criterion))
    lesions = material.analysis.tables.get(LESIONS_BY_SETTING)
    if lesions is not None and lesions.height:
        blocks.append(_lesion_table(material, lesions))
    return Section("sensitivity", material.say("sensitivity.title"), tuple(blocks))


def _conclusions(material: Material, effects: pl.DataFrame) -> tuple[str, ...]:
    """What hangs on a reading under each criterion, then the decision of the trial."""
    counted = material.analysis.tables[BY_SETTING].join(
        material.analysis.tables["adsl"].filter(pl.col(POPULATION) == "Y").select("USUBJID"),
        on="USUBJID",
        how="semi",
    )
    said = []
    for criterion in CRITERIA:
        rows = counted.filter(pl.col("CRITERION") == criterion.name)
        if rows.is_empty():
            continue
        best = rows.filter(pl.col("BESTRESP") != pl.col("ALTBEST"))
        moved = rows.filter(pl.col("PDDT").ne_missing(pl.col("ALTPDDT")))
        told = {
            "criterion": material.wording.name("criterion", criterion.name),
            "readings": rows.select("SETTING", "CHOICE").n_unique(),
            "total": rows["USUBJID"].n_unique(),
        }
        if best.is_empty() and moved.is_empty():
            said.append(material.say("sensitivity.none", **told))
        else:
            settings = pl.concat([best, moved])["SETTING"].unique().sort().to_list()
            told |= {"best": best["USUBJID"].n_unique(), "moved": moved["USUBJID"].n_unique()}
            said.append(material.say("sensitivity.some", settings=", ".join(settings), **told))
    return (*said, _decision(material))


def _decision(material: Material) -> str:
    primary, decision = material.analysis.plan.primary, material.analysis.decision
    if primary.kind in {"durable_benefit", "progression_free", "lesion_response"}:
        return material.say("sensitivity.decision_not_read")
    if primary.kind not in DECIDED_BY_BEST:
        return material.say("sensitivity.decision_elsewhere")
    table = material.analysis.tables.get(DECISIONS)
    if decision is None or table is None:
        return material.say("sensitivity.decision_absent")
    turned = table.filter("TURNED")
    if turned.is_empty():
        return material.say("sensitivity.decision_same", count=table.height)
    names = ", ".join(
        f"{row['SETTING']} = {row['CHOICE']} ({row['SUCCESSES']})" for row in turned.iter_rows(named=True)
    )
    return material.say("sensitivity.decision_turned", minimum=decision.minimum, names=names)


def _table(material: Material, criterion: Criterion, effects: pl.DataFrame) -> Table:
    wording = material.wording
    changing = effects.filter(changes_something())
    quiet = effects.filter(~changes_something())
    base = effects.row(0, named=True)
    kinds = OF_KINDS if _knows_kinds(material, criterion) else {}
    first = (
        Cell(material.say("sensitivity.in_force")),
        *(Cell("") for _ in range(3)),
        _rate(material, criterion, IN_FORCE),
        Cell(wording.count(base["PROGRESSED"], base["PATIENTS"]), is_number=True),
        *(Cell("") for _ in range(1 + len(kinds))),
    )
    rows = [
        (
            Cell(wording.labelled(row["SETTING"], f"{row['VALUE']} → {row['CHOICE']}")),
            Cell(wording.count(row["CHANGED"], row["ASSESSMENTS"]), is_number=True),
            Cell(wording.count(row["BESTCHANGED"], row["PATIENTS"]), is_number=True),
            Cell(wording.count(row["CONFCHANGED"], row["PATIENTS"]), is_number=True),
            _rate(material, criterion, f"{row['SETTING']} = {row['CHOICE']}"),
            Cell(wording.count(row["ALTPROGRESSED"], row["PATIENTS"]), is_number=True),
            Cell(wording.count(row["PDMOVED"], row["PATIENTS"]), is_number=True),
            *(Cell(wording.count(row[name], row["PATIENTS"]), is_number=True) for name in kinds.values()),
        )
        for row in changing.iter_rows(named=True)
    ]
    names = ", ".join(
        f"{row['SETTING']} = {row['CHOICE']}" for row in quiet.sort("SETTING", "CHOICE").iter_rows(named=True)
    )
    notes = [material.say("sensitivity.note")]
    if names:
        notes.append(material.say("sensitivity.quiet", count=quiet.height, names=names))
    return Table(
        f"sensitivity-{criterion.name}".replace("_", "-"),
        material.say("sensitivity.caption", criterion=wording.name("criterion", criterion.name)),
        tuple(material.say(f"sensitivity.column_{name}") for name in (*COLUMNS, *kinds)),
        (first, *rows),
        tuple(notes),
        is_long=len(rows) > 12,
    )


def _knows_kinds(material: Material, criterion: Criterion) -> bool:
    """Whether injected and other lesions are told apart: by the criterion, and by the log of injections."""
    return criterion.judge_categories is not None and "adlr" in material.analysis.tables


def _lesion_table(material: Material, lesions: pl.DataFrame) -> Table:
    """How many injected and non-injected lesions respond under the readings that change one of these numbers."""
    wording = material.wording
    changes = (pl.col("RESPONDED") != pl.col("ALTRESPONDED")) | (pl.col("LESIONS") != pl.col("ALTLESIONS"))
    definitions = list_lesion_definitions(material.analysis.plan.protocol.lesions.lesion_response)
    names_of_definitions = {found.parameter: material.definition_name(found) for found in definitions}
    changing = lesions.filter(changes)
    quiet = lesions.join(changing, on=["SETTING", "CHOICE"], how="anti").select("SETTING", "CHOICE").unique()
    rows = [
        (
            Cell(wording.labelled(row["SETTING"], f"{row['VALUE']} → {row['CHOICE']}")),
            Cell(names_of_definitions[row["PARAMCD"]]),
            Cell(
                material.say("sensitivity.kind_injected" if row["INJFL"] == "Y" else "sensitivity.kind_other")
            ),
            Cell(wording.count(row["RESPONDED"], row["LESIONS"]), is_number=True),
            Cell(wording.count(row["ALTRESPONDED"], row["ALTLESIONS"]), is_number=True),
        )
        for row in changing.iter_rows(named=True)
    ]
    names = ", ".join(
        f"{row['SETTING']} = {row['CHOICE']}" for row in quiet.sort("SETTING", "CHOICE").to_dicts()
    )
    notes = (material.say("sensitivity.lesions_quiet", count=quiet.height, names=names),) if names else ()
    return Table(
        "sensitivity-lesions",
        material.say("sensitivity.lesions_caption"),
        tuple(
            material.say(f"sensitivity.column_{name}")
            for name in ("reading", "definition", "kind", "now", "then")
        ),
        tuple(rows),
        notes,
        is_long=len(rows) > 12,
    )


def _rate(material: Material, criterion: Criterion, estimand: str) -> Cell:
    endpoint = f"{SENSITIVITY}_{criterion.name}"
    return material.cell(material.find(endpoint, estimand, population=POPULATION, arm=ALL_ARMS))
