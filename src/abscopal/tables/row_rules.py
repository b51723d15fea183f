"""What one row must be, whatever the other rows: cells of the right kind, real dates, a whole key."""

import dataframely as dy
import polars as pl

from abscopal.tables.setting_apart import ROW, list_rows

NUMBER_SENTENCE = "{kind} is expected in {column} and something else was found; correct the cell."
DATE_SENTENCE = (
    "{column} is not a calendar date written as 2024-03-02 (or, when partly unknown, 2024-03 or 2024); "
    "correct the cell."
)
SCHEMA_SENTENCES = {
    "primary_key": (
        "duplicate_key",
        "another row has the same key ({key}); both are set apart: number the rows again, or remove one.",
    ),
    "nullability": ("missing_value", "{column} is empty and must not be; fill it in."),
    "regex": ("unknown_code", "{column} is not one of the codes allowed: {description}."),
    "min_length": ("missing_value", "{column} is empty and must not be; fill it in."),
    "min": ("out_of_range", "{column} is below what is possible: {description}; check its unit."),
    "max": ("out_of_range", "{column} is above what is possible: {description}; check its unit."),
}


def split_unreadable_cells(
    frame: pl.DataFrame, schema: type[dy.Schema], *, domain: str
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Turn each cell into the kind of its column; rows where that fails are set apart.

    Args:
        frame: rows of one domain, any kinds, with `ROW`.
        schema: the schema of the domain.
        domain: the domain, lower case.

    Returns:
        The rows that could be read, and the listings of the others.
    """
    casts, broken = [], {}
    for name, column in schema.columns().items():
        if isinstance(column, dy.String):
            as_text = read_text(frame, name)
            # In SUPP-- an empty key has a meaning; everywhere else an empty text is an absent value.
            keeps_empty = column.primary_key and not column.min_length
            casts.append(
                as_text.fill_null("") if keeps_empty else pl.when(as_text != "").then(as_text).alias(name)
            )
            if name.endswith("DTC"):
                broken[name] = ("impossible_date", DATE_SENTENCE.format(column=name))
        else:
            number = read_number(frame, name, column.dtype)
            casts.append(number.alias(name))
            kind = "a whole number" if column.dtype.is_integer() else "a number"
            broken[name] = ("not_a_number", NUMBER_SENTENCE.format(column=name, kind=kind))
    read = frame.select(*casts, ROW)
    listings, faults = [], pl.Series(ROW, [], dtype=pl.Int64)
    for name, (rule, sentence) in broken.items():
        faulty = find_faulty(frame, read, name, rule)
        if faulty.height:
            listings.append(list_rows(faulty, domain=domain, rule=rule, message=sentence))
            faults = faults.append(faulty[ROW].cast(pl.Int64))
    return read.filter(~pl.col(ROW).is_in(faults.implode())), listings


def read_number(frame: pl.DataFrame, name: str, kind: pl.DataType) -> pl.Expr:
    """Read a column as numbers; what is not one, or not a whole one where one is due, becomes null."""
    if frame.schema[name].is_integer():
        return pl.col(name).cast(kind, strict=False)
    written = pl.col(name).str.strip_chars() if frame.schema[name] == pl.String else pl.col(name)
    number = written.cast(pl.Float64, strict=False)
    # Casting 2.5 to an integer would say 2, and the words nan and inf would pass for numbers.
    sound = (number == number.floor()) & number.is_finite() if kind.is_integer() else number.is_finite()
    return pl.when(sound).then(number).cast(kind, strict=False)


def read_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    """Read a column as text; a transport file holds grade 3 as 3.0, which says 3."""
    if not frame.schema[name].is_float():
        return pl.col(name).cast(pl.String).str.strip_chars()
    return pl.col(name).fill_nan(None).cast(pl.String).str.replace(r"\.0$", "")


def find_faulty(frame: pl.DataFrame, read: pl.DataFrame, name: str, rule: str) -> pl.DataFrame:
    """The rows whose cell could not be read."""
    if rule == "not_a_number":
        if frame.schema[name] == pl.Null:
            return frame.clear()
        absent_number = frame[name].fill_nan(None) if frame.schema[name].is_float() else frame[name]
        written = absent_number.cast(pl.String).str.strip_chars().fill_null("") != ""
        return frame.filter(written & read[name].is_null())
    day = read[name].str.slice(0, 10)
    whole = day.str.contains(r"^\d{4}-\d{2}-\d{2}$")
    real = day.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    return frame.filter(whole.fill_null(value=False) & ~real)


def split_by_schema(
    frame: pl.DataFrame, schema: type[dy.Schema], *, domain: str
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Set apart the rows that break a rule of the schema.

    Args:
        frame: rows of the right kinds, with `ROW`.
        schema: the schema of the domain.
        domain: the domain, lower case.

    Returns:
        The rows that keep every rule, and one listing per rule that some break.
    """
    _, failures = schema.filter(frame.drop(ROW), cast=True)
    broken = failures.counts()
    if not broken:
        return frame, []
    details = failures.details()
    listings = []
    for rule in broken:
        rows = find_rows_failing(frame, details, schema, rule)
        name, message = describe_schema_rule(rule, schema)
        listings.append(list_rows(rows, domain=domain, rule=name, message=message))
    faults = pl.concat(listings)["ROW"].implode()
    return frame.filter(~pl.col(ROW).is_in(faults)), listings


def find_rows_failing(
    frame: pl.DataFrame, details: pl.DataFrame, schema: type[dy.Schema], rule: str
) -> pl.DataFrame:
    """The rows of a frame that fail one rule of its schema."""
    failing = details.filter(pl.col(rule).cast(pl.String) == "invalid").select(schema.column_names())
    return frame.join(failing.unique(), on=schema.column_names(), how="semi", nulls_equal=True)


def describe_schema_rule(rule: str, schema: type[dy.Schema]) -> tuple[str, str]:
    """Name a schema's rule as the reference names it, with its sentence."""
    column, _, kind = rule.rpartition("|")
    name, sentence = SCHEMA_SENTENCES.get(kind or rule, (rule, f"the rule {rule} of this table is broken."))
    description = (schema.columns()[column].description or "") if column in schema.columns() else ""
    return name, sentence.format(column=column, description=description, key=", ".join(schema.primary_key()))
