"""Read a study: by the name of a bundled one, or from a folder or file of one's own."""

import datetime
import difflib
import importlib.resources
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from abscopal.errors import Finding, StudyError
from abscopal.protocol.amendments import AmendmentPathError, apply_changes, list_versions
from abscopal.protocol.checks import check_protocol
from abscopal.protocol.document import Document, KeyPath, compute_content_hash, read_document
from abscopal.protocol.mistakes import build_part
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.syntax import explain_unopened

PROTOCOL_FILE = "protocol.yml"


@dataclass(frozen=True, slots=True)
class Study:
    """A study that has been read and found free of mistakes.

    Args:
        name: name of the folder.
        folder: where patients.yml, published.yml and scenarios stand.
        file: the study file itself.
        protocol: the body of the study file, before amendments; see `list_versions`.
        document: plain content of the study file.
        document_hash: SHA-256 of what the file says, whatever its layout.
    """

    name: str
    folder: Path
    file: Path
    protocol: StudyProtocol
    document: dict[str, Any]
    document_hash: str

    def list_versions(self, *, until: datetime.date | None = None) -> tuple[StudyProtocol, ...]:
        """Give the versions of the protocol in order of date, those after the data cut left out."""
        return list_versions(self.document, until=until) if self.protocol.amendments else (self.protocol,)


def list_bundled_studies() -> dict[str, Path]:
    """List the studies that come with the software.

    Returns:
        Folder of each, by name.
    """
    root = Path(str(importlib.resources.files("abscopal"))) / "studies"
    return {file.parent.name: file.parent for file in sorted(root.glob(f"*/{PROTOCOL_FILE}"))}


def find_study_file(name_or_path: str | Path) -> Path:
    """Find the study file of a bundled name, a folder or a file.

    Args:
        name_or_path: bundled name, folder that holds protocol.yml, or the file itself.

    Returns:
        The study file.

    Raises:
        StudyError: nothing is there, and the known names are listed; or it may not be read.
    """
    bundled = list_bundled_studies()
    if str(name_or_path) in bundled:
        return bundled[str(name_or_path)] / PROTOCOL_FILE
    path = Path(name_or_path)
    try:
        for file in (path, path / PROTOCOL_FILE):
            if file.is_file():
                return file
        is_folder = path.is_dir()
    except OSError as error:
        raise StudyError([explain_unopened(error, path)]) from error
    if is_folder:
        message, remedy = f"The folder holds no {PROTOCOL_FILE}.", "Copy one from a bundled study."
    else:
        nearest = difflib.get_close_matches(str(name_or_path), bundled, n=1)
        hint = f"Did you mean {nearest[0]}? " if nearest else ""
        message = "There is no such study."
        remedy = f"{hint}Known: {', '.join(bundled) or 'none'}; or give a folder."
    raise StudyError([Finding(str(name_or_path), None, message, remedy)])


def _place_on_line(content: Any, line: int, path: KeyPath = ()) -> dict[KeyPath, int]:
    items = content.items() if isinstance(content, dict) else enumerate(content)
    places: dict[KeyPath, int] = {}
    for step, item in items:
        places[(*path, step)] = line
        if isinstance(item, dict | list):
            places |= _place_on_line(item, line, (*path, step))
    return places


def check_amendments(document: Document) -> list[Finding]:
    """Check that every amended version is itself a study file without mistakes.

    Args:
        document: a study file whose body is right.

    Returns:
        Findings, on the line of the amendment at fault.
    """
    content = document.content
    for position, amendment in enumerate(content.get("amendments", [])):
        place: KeyPath = ("amendments", position, "changes")
        said, line = f"amendment {amendment['version']}", document.find_line(place) or 1
        try:
            content = apply_changes(content, amendment["changes"])
        except AmendmentPathError as error:
            line = document.find_line((*place, error.path)) or line
            return [Finding(document.file, line, f"{said}: {error}", "Correct the path.")]
        amended = Document(document.file, content, _place_on_line(content, line))
        protocol, findings = build_part(amended, StudyProtocol)
        if protocol is not None:
            findings = check_protocol(protocol, amended)
        if findings:
            return [replace(finding, message=f"{said}: {finding.message}") for finding in findings]
    return []


def check_study_file(file: Path) -> tuple[StudyProtocol | None, Document | None, list[Finding]]:
    """Collect every mistake of a study file: syntax first, then form, then meaning.

    Args:
        file: the study file.

    Returns:
        The protocol and the document when they could be read, and the findings.
    """
    try:
        document = read_document(file)
    except StudyError as error:
        return None, None, error.findings
    protocol, findings = build_part(document, StudyProtocol)
    if protocol is not None:
        findings = check_protocol(protocol, document)
    if protocol is not None and not findings:
        findings = check_amendments(document)
    return protocol, document, findings


def read_study(name_or_path: str | Path) -> Study:
    """Read a study that must be free of mistakes.

    Args:
        name_or_path: bundled name, folder, or study file.

    Returns:
        The study.

    Raises:
        StudyError: with every mistake found, each with file and line.
    """
    file = find_study_file(name_or_path)
    protocol, document, findings = check_study_file(file)
    if protocol is None or document is None or findings:
        raise StudyError(findings)
    return Study(
        name=file.parent.name if file.name == PROTOCOL_FILE else file.stem,
        folder=file.parent,
        file=file,
        protocol=protocol,
        document=document.content,
        document_hash=compute_content_hash(document.content),
    )
