"""The few kinds of column that every table shares, bounded so that a wrong unit shows."""

import re

import dataframely as dy

# SDTM dates: ISO 8601, cut where unknown, or with a hyphen for an unknown year or month (SDTMIG 3.4, 4.4.2).
PARTIAL_DATE = re.compile(
    r"^--(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$|^\d{4}(---\d{2}|-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
    r"(T([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$"
)


def key_text(description: str) -> dy.String:
    """A text that is part of the row's key."""
    return dy.String(primary_key=True, min_length=1, description=description)


def required_text(description: str) -> dy.String:
    """A text that is never null."""
    return dy.String(min_length=1, description=description)


def text(description: str) -> dy.String:
    """A text that may be null."""
    return dy.String(nullable=True, description=description)


def flag(description: str) -> dy.String:
    """A CDISC flag: Y, N or null."""
    return dy.String(nullable=True, regex="^[YN]$", description=f"{description} (Y, N or empty)")


def date_text(description: str) -> dy.String:
    """A date as SDTM holds it: ISO 8601 text, possibly partial."""
    return dy.String(
        nullable=True,
        regex=PARTIAL_DATE.pattern,
        description=f"{description} (ISO 8601; may be partial, such as 2024-03)",
    )


def date(description: str) -> dy.Date:
    """A calendar date that may be null."""
    return dy.Date(nullable=True, description=description)


def imputed(description: str) -> dy.String:
    """An ADaM imputation flag: D the day was imputed, M month and day, Y the whole date."""
    return dy.String(
        nullable=True, regex="^[DMY]$", description=f"{description} (D day imputed, M month and day, Y all)"
    )


def sequence(description: str = "Sequence number, unique within patient and domain") -> dy.Int64:
    """The --SEQ of an SDTM row."""
    return dy.Int64(primary_key=True, min=0, description=description)


def visit_number(description: str = "Visit number; decimals are unplanned visits") -> dy.Float64:
    """VISITNUM."""
    return dy.Float64(nullable=True, min=-1000, max=1_000_000, description=description)


def study_day(description: str) -> dy.Int64:
    """A study day: 1 is the reference date, there is no day 0."""
    return dy.Int64(nullable=True, min=-40_000, max=40_000, description=description)


def number(description: str, *, low: float, high: float) -> dy.Float64:
    """A bounded number that may be null."""
    return dy.Float64(nullable=True, min=low, max=high, description=f"{description} ({low:g} to {high:g})")


def millimetres(description: str) -> dy.Float64:
    """A length or a sum of lengths in millimetres."""
    return number(description, low=0, high=5000)
