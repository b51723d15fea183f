"""Write files aside, then move all of them into place: none is ever half-written, none is older than its neighbours."""

import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path


def replace_together(contents: Mapping[Path, str | bytes], *, outdated: Iterable[Path] = ()) -> None:
    """Write files that belong together, and remove what they make untrue.

    Every file is written whole beside its place before the first one is moved, and what is outdated is gone by
    then: on a full disk the earlier files are left as they were.

    Args:
        contents: text, written as UTF-8, or bytes by file.
        outdated: files and folders that spoke of the earlier contents.

    Raises:
        OSError: a file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     _ = (Path(place) / "page.html").write_text("of the earlier numbers")
        ...     replace_together({Path(place) / "numbers.json": "[1]"}, outdated=[Path(place) / "page.html"])
        ...     sorted(path.name for path in Path(place).iterdir())
        ['numbers.json']
    """
    parts = {file: file.with_name(f"{file.name}.part") for file in contents}
    try:
        for file, content in contents.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            parts[file].write_bytes(content.encode() if isinstance(content, str) else content)
        for path in outdated:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        for file, part in parts.items():
            part.replace(file)
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
