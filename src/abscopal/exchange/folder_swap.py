"""Write a folder aside, then move it into place: an interrupted run leaves nothing half-written."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from abscopal.errors import OutputError

MARK = ".abscopal-output"


@contextmanager
def writing_aside(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write into, and put it in the place of `folder` when all went well.

    An earlier output of ours is replaced as a whole; a folder that holds anything else is never touched.

    Args:
        folder: where the output belongs.

    Yields:
        The folder to write into, beside its final place.

    Raises:
        OutputError: the place is a file, holds something that is not ours, cannot be written to, or is full.

    Example:
        >>> with tempfile.TemporaryDirectory() as place:
        ...     with writing_aside(Path(place) / "report") as aside:
        ...         _ = (aside / "page.html").write_text("done")
        ...     sorted(path.name for path in (Path(place) / "report").iterdir())
        ['.abscopal-output', 'page.html']
    """
    assert_free(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise OutputError(
            "this place cannot be written to.", where=str(folder), remedy="Choose another folder with --out."
        ) from error
    try:
        yield aside
        written = "\n".join(list_files(aside))
        (aside / MARK).write_text(
            f"Written by Abscopal; replaced as a whole by the next run.\n{written}\n", encoding="utf-8"
        )
        aside.chmod(0o755)
        move_into_place(aside, folder)
    except OSError as error:
        # Some libraries tell a full disk in words alone.
        if error.errno in (errno.ENOSPC, errno.EDQUOT) or "space left" in str(error):
            raise OutputError(
                "the disk is full; nothing was written.",
                where=str(folder),
                remedy="Make room, or choose another folder with --out, and give the same command again.",
            ) from error
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def assert_free(folder: Path) -> None:
    """Refuse a place that holds anything but an earlier output of ours."""
    if folder.is_file():
        raise OutputError("this is a file, not a folder.", where=str(folder), remedy="Choose another --out.")
    if not folder.is_dir():
        return
    mark = folder / MARK
    ours = set(mark.read_text(encoding="utf-8").splitlines()) if mark.exists() else set()
    if not set(list_files(folder)) <= {*ours, MARK}:
        raise OutputError(
            "the folder holds files that Abscopal did not write.",
            where=str(folder),
            remedy="Choose another folder with --out, or empty this one.",
        )


def list_files(folder: Path) -> list[str]:
    """Every file below a folder, by its path within it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def move_into_place(aside: Path, folder: Path) -> None:
    """Replace the folder; the earlier output is put back if the move fails."""
    earlier = aside.with_name(aside.name + "-earlier")
    had_earlier = folder.exists()
    if had_earlier:
        folder.rename(earlier)
    try:
        aside.rename(folder)
    except OSError:
        if had_earlier:
            earlier.rename(folder)
        raise
    shutil.rmtree(earlier, ignore_errors=True)
