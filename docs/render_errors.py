"""Write the page of errors by making each mistake and printing what the software answers."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from abscopal.design.exploration import explore_designs
from abscopal.errors import UserError
from abscopal.exchange.folder_swap import writing_aside
from abscopal.exchange.table_folders import read_tables
from abscopal.protocol.reading import read_study
from abscopal.tables.admission import admit_tables

HERE = Path(__file__).parent
GENERATED = HERE / "_generated"
BUNDLED = "nivipit"
DM = "STUDYID,USUBJID,SUBJID,SITEID,SEX,COUNTRY,AGE\nS1,P1,1,C1,F,FRA,61\n"


def read_and_admit(folder: Path) -> None:
    """Read a folder as a read-out does."""
    admit_tables(read_tables(folder).tables, ctcae_version=None)


def read_misspelt_study(folder: Path) -> None:
    """Read a bundled study in which one key is misspelt."""
    text = read_study(BUNDLED).file.read_text(encoding="utf-8")
    (folder / "protocol.yml").write_text(
        text.replace("planned_patients:", "planned_patient:", 1), encoding="utf-8"
    )
    read_study(folder)


def write_over_foreign_files(folder: Path) -> None:
    """Write into a folder that holds somebody's work."""
    (folder / "thesis.txt").write_text("", encoding="utf-8")
    with writing_aside(folder):
        pass


def write_file(name: str, content: bytes) -> Callable[[Path], None]:
    """Put DM and one file into the folder, then read it."""

    def make_mistake(folder: Path) -> None:
        (folder / "dm.csv").write_text(DM, encoding="utf-8")
        (folder / name).write_bytes(content)
        read_and_admit(folder)

    return make_mistake


CASES: tuple[tuple[str, Callable[[Path], None], str], ...] = (
    ("A study that is not there", lambda folder: void(read_study("nivpit")), "`abscopal check nivipit`"),
    ("A misspelt key in the study file", read_misspelt_study, "`planned_patients:`"),
    ("A folder without tables", read_and_admit, "one file a domain: `dm.csv`, `tr.csv` ..."),
    ("No table of patients", write_file("dm.csv", b""), "a `dm.csv` with a header and a row per patient"),
    (
        "A column that must be there",
        write_file("ae.csv", b"USUBJID,AETERM\nP1,rash\n"),
        "`STUDYID,USUBJID,AESEQ,AETERM,AEDECOD`",
    ),
    (
        "A line with a cell too many",
        write_file("ae.csv", b"USUBJID,AETERM\nP1,rash, itching\n"),
        '`P1,"rash, itching"`',
    ),
    (
        "Text that is not UTF-8",
        write_file("ae.csv", "USUBJID,AETERM\nP1,fièvre\n".encode("latin-1")),
        "save as *CSV UTF-8*",
    ),
    (
        "A SAS transport file cut short",
        write_file("tr.xpt", b"HEADER RECORD*******LIBRARY HEADER RECORD!!!"),
        "copy it again",
    ),
    (
        "Dataset-JSON that breaks off",
        write_file("tr.json", b'{"datasetJSONVersion": "1.1.0", "rows": [['),
        "copy it again",
    ),
    ("Two files for one table", write_file("DM.txt", DM.encode()), "keep one of the two"),
    (
        "Rates that no design can tell apart",
        lambda _: void(explore_designs(0.5, 0.3, alpha=0.05, power=0.8)),
        "`abscopal design explore --p0 0.3 --p1 0.5`",
    ),
    ("A folder that is not ours", write_over_foreign_files, "`--out report/`, a new or an empty folder"),
)


def void(_: object) -> None:
    """Take a value and drop it."""


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder whose name is the same on every run, so that the page does not change."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "tables"
        folder.mkdir()
        yield folder


def render_case(title: str, make_mistake: Callable[[Path], None], repair: str) -> str:
    """One mistake: the message, then the repair."""
    with own_folder() as folder:
        try:
            make_mistake(folder)
        except UserError as error:
            message = error.sentence.replace(str(folder), "tables").replace(str(folder.parent) + "/", "")
        else:
            raise AssertionError(f"{title}: no message was given")
    return f"## {title}\n\n```text\n{message}\n```\n\nRepaired: {repair}.\n"


def main() -> None:
    """Write the page."""
    GENERATED.mkdir(exist_ok=True)
    page = "\n".join(render_case(*case) for case in CASES)
    (GENERATED / "errors.inc").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
