"""Files that are whole or not there: written beside the target, then moved over it in one step."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import InvalidInputError


@contextlib.contextmanager
def replacing(path: Path, mode: int | None = None) -> Iterator[Path]:
    """A temporary path in the target's folder; on leaving without an error it becomes `path`, else it is removed.

    `mode` are its permissions; those that any new file would have, if not given.

    Raises
    ------
    InvalidInputError
        if `path` cannot be written (a folder in its place, no right, no space).
    """
    path = Path(path)
    check_writable(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask() if mode is None else mode)
        temporary.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Put `content` into `path`, as a whole."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _cannot_write(path: Path, error: OSError) -> InvalidInputError:
    why = error.strerror or str(error)
    file = next((above for above in path.parents if above.is_file()), None)
    if file is not None:
        message = f"Cannot write {path}: {file} is a file, where a folder is wanted. Name another folder."
    elif error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        message = f"Cannot write {path}: {why}. Make room there, or name a place with more."
    else:
        message = f"Cannot write {path}: {why}. Choose another file name, or free the folder."
    return InvalidInputError(message, path=str(path))


def check_writable(path: Path) -> None:
    """Raise InvalidInputError if `path` cannot be written, before long work is done for it.

    A device or a pipe is refused too: it would be replaced by a file.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InvalidInputError(f"{path} is no file. Name a file to write to.")
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir():
        raise _cannot_write(path, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
    if not os.access(above, os.W_OK | os.X_OK):
        raise _cannot_write(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
