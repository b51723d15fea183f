"""The exceptions of Abscopal.

    AbscopalError
    ├── UserError            the input is at fault: a sentence, exit code 2, no traceback
    │   ├── StudyError       a study folder: carries findings with file and line
    │   ├── TablesError      a table or a folder of tables
    │   ├── OptionError      an option of a command
    │   ├── OutputError      a place to write to
    │   └── Interrupted      Ctrl-C
    └── ImpossibleStateError ours: something the code promised cannot happen has happened

A message says what was found, where, and what to do. It holds no patient value, only counts.
"""

from dataclasses import dataclass


class AbscopalError(Exception):
    """Root of every exception that Abscopal raises on purpose."""


class UserError(AbscopalError):
    """The user's input is at fault; the command ends with exit code 2.

    Args:
        found: what was found, in one sentence.
        where: file, line, table or option, as a reader would look for it.
        remedy: what to do about it, in one sentence.
    """

    def __init__(self, found: str, *, where: str = "", remedy: str = "") -> None:
        self.found = found
        self.where = where
        self.remedy = remedy
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The whole message as one readable line."""
        located = f"{self.where}: {self.found}" if self.where else self.found
        return f"{located} {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in a study folder: where it is, what it is, how to mend it."""

    file: str
    line: int | None
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.message} {self.remedy}".strip()


class StudyError(UserError):
    """A study folder cannot be used; `findings` lists every mistake found."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        count = len(findings)
        noun = "mistake" if count == 1 else "mistakes"
        super().__init__(
            f"{count} {noun} in the study folder:\n" + "\n".join(f"  {finding}" for finding in findings)
        )


class TablesError(UserError):
    """A table, or a folder of tables, cannot be read or lacks what it must have."""


class OptionError(UserError):
    """An option or argument of a command has no meaning here."""


class OutputError(UserError):
    """The place to write to cannot be used."""


class Interrupted(UserError):
    """Somebody pressed Ctrl-C. Nothing is half-written: every command writes aside what it writes."""

    def __init__(self) -> None:
        super().__init__("Interrupted.", remedy="What was finished is kept; give the same command again.")


class ImpossibleStateError(AbscopalError):
    """A promise of the code was broken: this is a bug, and its traceback is wanted."""
