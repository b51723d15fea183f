"""Where a report comes from: hashes of every input, versions of everything that computed, settings in force."""

import datetime as dt
import hashlib
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from abscopal.evidence.plan.settings_in_force import SettingInForce

PACKAGES = (
    "abscopal",
    "polars",
    "dataframely",
    "numpy",
    "scipy",
    "lifelines",
    "matplotlib",
    "pydantic",
    "jinja2",
)


@dataclass(frozen=True, slots=True)
class Input:
    """One file that was read: its name, its SHA-256, its rows where it is a table."""

    name: str
    sha256: str
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything needed to make the same report again. No time of day is kept: the same inputs give the same bytes."""

    study: str
    study_hash: str
    cut_off: dt.date | None
    inputs: tuple[Input, ...]
    versions: tuple[tuple[str, str], ...]
    settings: tuple[SettingInForce, ...]


def compute_sha256(content: bytes) -> str:
    """Compute the SHA-256 of some bytes.

    Example:
        >>> compute_sha256(b"abscopal")[:8]
        '443be761'
    """
    return hashlib.sha256(content).hexdigest()


def list_versions(packages: Iterable[str] = PACKAGES) -> tuple[tuple[str, str], ...]:
    """List the versions of the language and of the packages that make numbers or pictures.

    Args:
        packages: distribution names.

    Returns:
        Name and version of each; a package that is not installed is left out.
    """
    found = [("python", platform.python_version())]
    for name in packages:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def list_provenance_content(provenance: Provenance) -> Mapping[str, object]:
    """Turn the provenance into the content of provenance.json.

    Args:
        provenance: of one report.

    Returns:
        Plain values, in a fixed order.
    """
    return {
        "study": provenance.study,
        "study_sha256": provenance.study_hash,
        "cut_off": provenance.cut_off.isoformat() if provenance.cut_off else None,
        "inputs": [
            {"file": item.name, "sha256": item.sha256, "rows": item.rows} for item in provenance.inputs
        ],
        "versions": dict(provenance.versions),
        "settings": [
            {
                "room": setting.room,
                "name": setting.name,
                "value": setting.value,
                "origin": setting.origin,
                "source": setting.source,
            }
            for setting in provenance.settings
        ],
    }
