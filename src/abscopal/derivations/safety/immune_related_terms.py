"""The editable list of immune-related terms: category, terms, and whether hormones stand in for steroids."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import dataframely as dy
import polars as pl
import yaml

from abscopal.errors import TablesError
from abscopal.tables.columns import key_text, required_text


class ImmuneRelatedTermRows(dy.Schema):
    """One row per term of the list, in capitals."""

    TERM = key_text("Term, in capitals")
    CATEGORY = required_text("Category of immune-related event")
    ENDOCRINE = dy.Bool(description="Hormones replace steroids in its treatment")


@dataclass(frozen=True, slots=True)
class ImmuneRelatedTerms:
    """A version of the list, with where it comes from.

    Args:
        version: version of the list, printed with every table that uses it.
        provenance: `published`, `second_hand` or `assumed`.
        source: what the list is based on.
        terms: the terms and their categories.
    """

    version: str
    provenance: str
    source: str
    terms: dy.DataFrame[ImmuneRelatedTermRows]


def read_immune_related_terms(path: Path | None = None) -> ImmuneRelatedTerms:
    """Read a list of immune-related terms; without a path, the one that comes with Abscopal.

    There is no consensus definition of an immune-related adverse event, so the list is a file to edit, not
    code.

    Args:
        path: a YAML file with `version`, `provenance`, `source` and `categories` (name, endocrine, terms).

    Returns:
        The list.

    Raises:
        TablesError: the file is not such a list, or a term stands in two categories.

    Reference:
        National Comprehensive Cancer Network survey of definitions, JNCCN 2020;18:1191.

    Example:
        >>> listed = read_immune_related_terms()
        >>> listed.terms.filter(pl.col("TERM") == "HYPOPHYSITIS").rows()
        [('HYPOPHYSITIS', 'Hypophysitis', True)]
    """
    bundled = resources.files("abscopal.tables") / "codelists" / "immune_related_terms.yaml"
    place = str(path) if path is not None else "immune_related_terms.yaml"
    remedy = (
        "Give `version`, `provenance`, `source` and `categories`, each with `name`, `endocrine` and `terms`."
    )
    try:
        content = (path or bundled).read_text(encoding="utf-8")
        listed = yaml.load(content, Loader=yaml.CSafeLoader)
        rows = [
            {
                "TERM": str(term).strip().upper(),
                "CATEGORY": category["name"],
                "ENDOCRINE": category["endocrine"],
            }
            for category in listed["categories"]
            for term in category["terms"]
        ]
        head = {key: str(listed[key]) for key in ("version", "provenance", "source")}
    except OSError as fault:
        raise TablesError("The list of immune-related terms cannot be opened.", where=place) from fault
    except (yaml.YAMLError, KeyError, TypeError) as fault:
        raise TablesError(
            "This is not a list of immune-related terms.", where=place, remedy=remedy
        ) from fault
    frame = pl.DataFrame(rows, schema={"TERM": pl.String, "CATEGORY": pl.String, "ENDOCRINE": pl.Boolean})
    repeated = frame.filter(pl.col("TERM").is_duplicated())["TERM"].unique().sort().to_list()
    if repeated:
        raise TablesError(
            f"Terms listed more than once: {', '.join(repeated)}.",
            where=place,
            remedy="Keep each term in one category.",
        )
    return ImmuneRelatedTerms(terms=ImmuneRelatedTermRows.validate(frame.sort("TERM")), **head)
