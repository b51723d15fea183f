"""Admit collected tables: rows that break a rule are set apart, listed, never used, never lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import dataframely as dy
import polars as pl

from abscopal.errors import TablesError
from abscopal.tables.cross_table_rules import CROSS_TABLE_RULES, LESION_LENGTHS, number_rows
from abscopal.tables.row_rules import split_by_schema, split_unreadable_cells
from abscopal.tables.sdtm import DOMAINS, SupplementalQualifiers
from abscopal.tables.setting_apart import ROW, list_rows, make_empty_listing
from abscopal.tables.tabulation import Tabulation

SCHEMAS: dict[str, type[dy.Schema]] = {**DOMAINS, "supp": SupplementalQualifiers}


@dataclass(frozen=True, slots=True)
class AdmissionRule:
    """A rule by which a row may be set apart, for the reference."""

    name: str
    sentence: str


ADMISSION_RULES = (
    AdmissionRule("not_a_number", "a cell of a number column holds something else."),
    AdmissionRule("impossible_date", "a date does not exist, such as 2024-02-31."),
    AdmissionRule("duplicate_key", "two rows have the same key; both are set apart."),
    AdmissionRule("missing_value", "a cell that must be filled is empty."),
    AdmissionRule(
        "unknown_code", "a cell holds a code that the column does not allow, or a date that is not ISO 8601."
    ),
    AdmissionRule("out_of_range", "a number lies outside what is possible."),
    *(AdmissionRule(rule.name, rule.sentence) for rule in CROSS_TABLE_RULES),
    AdmissionRule(
        "other_ctcae_version",
        "the event is graded by another version of CTCAE than the study's; versions are never pooled.",
    ),
)


@dataclass(frozen=True, slots=True)
class Admission:
    """What was admitted and what was not.

    Args:
        tabulation: the tables to work with.
        set_apart: one row per broken rule and row: DOMAIN, RULE, MESSAGE, USUBJID, SEQ, ROW (from 1).
        absent_columns: by domain, the columns that the source lacks and that are filled with nothing.
        ignored_columns: by domain, the columns that no schema knows.
        notices: doubts about a whole table, in sentences.
        read_rows: by domain, the number of rows that came in.
    """

    tabulation: Tabulation
    set_apart: pl.DataFrame
    absent_columns: Mapping[str, tuple[str, ...]]
    ignored_columns: Mapping[str, tuple[str, ...]]
    notices: tuple[str, ...]
    read_rows: Mapping[str, int]


def admit_tables(
    raw: Mapping[str, pl.DataFrame],
    *,
    ctcae_version: str | None,
    earlier_ctcae: Sequence[tuple[date, str | None]] = (),
) -> Admission:
    """Check collected tables row by row and against each other.

    Args:
        raw: tables by domain (any case); cells may all be text. SUPPAE, SUPPTU ... are joined as supp.
        ctcae_version: the version of CTCAE that the study grades by; None when it is unknown.
        earlier_ctcae: where the protocol changed it, the versions before and the day on which each gave way to
            the next: an event must be graded by the version in force on the day it began.

    Returns:
        The tables admitted, and every row set apart.

    Raises:
        TablesError: DM is absent, a table lacks a column it must have, or a table is unknown.
    """
    gathered = gather_tables(raw)
    listings: list[pl.DataFrame] = []
    absent: dict[str, tuple[str, ...]] = {}
    ignored: dict[str, tuple[str, ...]] = {}
    sound: dict[str, pl.DataFrame] = {}
    for name, frame in number_rows(gathered).items():
        completed, absent[name], ignored[name] = complete_columns(frame, SCHEMAS[name], domain=name)
        readable, unreadable = split_unreadable_cells(completed, SCHEMAS[name], domain=name)
        sound[name], broken = split_by_schema(readable, SCHEMAS[name], domain=name)
        listings += unreadable + broken
    sound, at_odds = split_across_tables(sound)
    listings += at_odds
    sound, graded_otherwise = split_other_ctcae_versions(sound, ctcae_version, earlier_ctcae)
    listings += graded_otherwise
    return Admission(
        tabulation=Tabulation.validate({name: frame.drop(ROW) for name, frame in sound.items()}, cast=True),
        set_apart=pl.concat([make_empty_listing(), *listings]).sort("DOMAIN", "ROW", "RULE"),
        absent_columns={name: columns for name, columns in absent.items() if columns},
        ignored_columns={name: columns for name, columns in ignored.items() if columns},
        notices=tuple(note_doubts(sound, ctcae_version, earlier_ctcae)),
        read_rows={name: frame.height for name, frame in gathered.items()},
    )


def split_across_tables(
    tables: Mapping[str, pl.DataFrame],
) -> tuple[dict[str, pl.DataFrame], list[pl.DataFrame]]:
    """Set apart the rows that contradict another row or another table.

    Args:
        tables: rows that are sound in themselves, by lower-case domain, with `ROW`; DM among them.

    Returns:
        The rows that are left, and one listing per rule and domain that some break.
    """
    sound, listings = dict(tables), []
    for rule in CROSS_TABLE_RULES:
        for name, rows in rule.find_broken(sound).items():
            if rows.height:
                listings.append(list_rows(rows, domain=name, rule=rule.name, message=rule.sentence))
                sound[name] = sound[name].filter(~pl.col(ROW).is_in(rows[ROW].implode()))
    return sound, listings


def gather_tables(raw: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Name tables in lower case and columns in capitals; join the supplemental tables."""
    tables: dict[str, pl.DataFrame] = {}
    for name, frame in raw.items():
        names = [column.strip().upper() for column in frame.columns]
        if twice := sorted({column for column in names if names.count(column) > 1}):
            raise TablesError(
                f"the column {', '.join(twice)} is there twice, capitals and spaces apart.",
                where=f"table {name.upper()}",
                remedy="Keep one of them.",
            )
        capitals = frame.rename(dict(zip(frame.columns, names, strict=True)))
        domain = "supp" if name.lower().startswith("supp") else name.lower()
        if domain in tables and domain != "supp":
            raise TablesError("this table is given twice.", where=name.upper(), remedy="Give it once.")
        if domain not in SCHEMAS:
            known = ", ".join(sorted(SCHEMAS)).upper()
            raise TablesError("this table is not known.", where=name, remedy=f"Known tables: {known}.")
        if domain == "supp":
            capitals = capitals.select(pl.all().cast(pl.String))
        tables[domain] = (
            pl.concat([tables[domain], capitals], how="diagonal_relaxed") if domain in tables else capitals
        )
    if "dm" not in tables:
        raise TablesError(
            "the table of patients, DM, is missing.", where="tables", remedy="Add dm to the folder."
        )
    if tables["dm"].is_empty():
        raise TablesError(
            "the table of patients has no row.",
            where="table DM",
            remedy="Export DM again, with its patients.",
        )
    return tables


def complete_columns(
    frame: pl.DataFrame, schema: type[dy.Schema], *, domain: str
) -> tuple[pl.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """Fill in the columns that may be absent, drop those nobody knows, refuse a table without its key."""
    columns = schema.columns()
    missing = [name for name in columns if name not in frame.columns]
    needed = [name for name in missing if not columns[name].nullable and name != "DOMAIN"]
    if needed:
        plural = "columns" if len(needed) > 1 else "column"
        raise TablesError(
            f"the {plural} {', '.join(needed)} must be there and cannot be found.",
            where=f"table {domain.upper()}",
            remedy="Add them to the file, with the names that CDISC gives them in capitals.",
        )
    filled = frame.with_columns(
        pl.lit(domain.upper() if name == "DOMAIN" else None, dtype=pl.String).alias(name) for name in missing
    )
    unknown = tuple(name for name in frame.columns if name not in columns and name != ROW)
    return filled.select(*columns, ROW), tuple(missing), unknown


def split_other_ctcae_versions(
    tables: dict[str, pl.DataFrame],
    version: str | None,
    earlier: Sequence[tuple[date, str | None]] = (),
) -> tuple[dict[str, pl.DataFrame], list[pl.DataFrame]]:
    """Set apart adverse events graded by another version of CTCAE than the study's, or by one unreadable."""
    versions = [*(asked for _, asked in earlier), version]
    if "ae" not in tables or all(asked is None for asked in versions):
        return tables, []
    changes = [day for day, _ in earlier]
    periods = zip([None, *changes], [*changes, None], versions, strict=True)
    is_right = pl.any_horizontal(_is_graded_in(*period) for period in periods)
    other = tables["ae"].filter(pl.col("AETOXVER").is_not_null() & ~is_right)
    if not other.height:
        return tables, []
    named = list(dict.fromkeys(asked for asked in versions if asked is not None))
    wanted = named[0] if len(named) == 1 else "the one in force on the day it began"
    message = (
        f"the event is graded by another version of CTCAE than {wanted}, the study's; "
        f"grade it again by {wanted}."
    )
    listing = list_rows(other, domain="ae", rule="other_ctcae_version", message=message)
    kept = tables["ae"].filter(~pl.col(ROW).is_in(other[ROW].implode()))
    return {**tables, "ae": kept}, [listing]


def _is_graded_in(first: date | None, end: date | None, version: str | None) -> pl.Expr:
    """Whether an event may have begun in a period, and is graded by its version; a partial start may be in two."""
    start = pl.col("AESTDTC").str.extract(r"^(\d{4}(?:-\d{2}(?:-\d{2})?)?)")
    length = start.str.len_chars()
    has_begun = pl.lit(True) if first is None else start >= pl.lit(first.isoformat()).str.head(length)
    last = None if end is None else (end - timedelta(days=1)).isoformat()
    is_before_end = pl.lit(True) if last is None else start <= pl.lit(last).str.head(length)
    if version is None:
        is_graded = pl.lit(True)
    else:
        # The version is the last number of texts such as "NCI CTCAE v4.03"; one without is not the study's.
        written = pl.col("AETOXVER").str.extract(r"(\d+(?:\.\d+)?)\D*$").cast(pl.Float64, strict=False)
        is_graded = written.eq_missing(float(version))
    return (has_begun & is_before_end).fill_null(True) & is_graded


def note_doubts(
    tables: Mapping[str, pl.DataFrame],
    ctcae_version: str | None,
    earlier_ctcae: Sequence[tuple[date, str | None]] = (),
) -> list[str]:
    """Doubts that concern a whole table rather than a row."""
    notices = []
    if "ae" in tables:
        events = tables["ae"]
        unstated = events.filter(pl.col("AETOXVER").is_null() & pl.col("AETOXGR").is_not_null()).height
        if unstated:
            assumed = (
                f"read as {ctcae_version}, the study's" if ctcae_version else "unknown, as is the study's"
            )
            if any(version != ctcae_version for _, version in earlier_ctcae):
                assumed = "read as the one in force on the day each began"
            notices.append(
                f"{unstated} graded adverse events do not state their version of CTCAE: {assumed}."
            )
        versions = events["AETOXVER"].drop_nulls().n_unique()
        if ctcae_version is None and versions > 1:
            notices.append(
                f"adverse events follow {versions} versions of CTCAE and the study states none: "
                "grades must not be pooled."
            )
    if "tr" in tables:
        notices += note_doubts_of_results(tables["tr"], identified="tu" in tables)
    return notices


def note_doubts_of_results(results: pl.DataFrame, *, identified: bool) -> list[str]:
    """Doubts about the measurements: readers, units, lesions that no table names."""
    notices = []
    patients = results.group_by("USUBJID").agg(
        READERS=pl.struct("TREVAL", "TREVALID").n_unique(), ACCEPTED=(pl.col("TRACPTFL") == "Y").any()
    )
    ambiguous = patients.filter(pl.col("READERS") > 1, ~pl.col("ACCEPTED")).height
    if ambiguous:
        readers = results.select("TREVAL", "TREVALID").unique().height
        notices.append(
            f"{readers} readers measured the lesions and, for {ambiguous} of {patients.height} patients, none is "
            "marked as accepted (TRACPTFL): the study file must name the reader whose record is accepted."
        )
    unit = pl.coalesce("TRSTRESU", "TRORRESU")
    unmarked = results.filter(
        pl.col("TRTESTCD").is_in(LESION_LENGTHS) & pl.col("TRSTRESN").is_not_null() & unit.is_null()
    ).height
    if unmarked:
        notices.append(f"{unmarked} lengths state no unit (TRSTRESU): read as millimetres.")
    if results.height and not identified:
        notices.append(
            "lesions are measured (TR) and no table identifies them (TU): the link could not be checked."
        )
    return notices
