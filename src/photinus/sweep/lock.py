"""One writer per store: a lock that the operating system drops together with its process.

SQLite's own locks are held during a transaction only, and its exclusive mode shuts readers out, too, so that
nobody could look at a sweep while it runs. Hence a file beside the store, locked as a whole; it is removed
when the writer ends, and where a killed writer has left it behind it locks nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from photinus.errors import OutputError, StoreError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        # A locked byte cannot be read by others; the process number stands before it.
        os.lseek(descriptor, 1024, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def hold_lock(store: Path) -> Iterator[None]:
    """Hold the writer's lock of `store`, or refuse at once.

    Parameters
    ----------
    store : Path
        The store; its lock is the file of the same name with ``.lock`` appended.

    Raises
    ------
    StoreError
        If another writer holds the lock.
    OutputError
        If the lock cannot be made here.
    """
    path = Path(os.path.realpath(store) + ".lock")
    descriptor = _acquire(path, store)
    try:
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        if sys.platform == "win32":
            os.close(descriptor)
        with suppress(OSError):  # on Windows another process may be looking into it
            path.unlink()
        if sys.platform != "win32":
            os.close(descriptor)  # after the removal: nobody can lock the file that is about to vanish


def _acquire(path: Path, store: Path) -> int:
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise OutputError(
                f"The store {str(store)!r} cannot be written: {error.strerror}.", "Choose a place that can be written."
            ) from error
        try:
            _try_lock(descriptor)
        except (BlockingIOError, PermissionError):
            owner = os.read(descriptor, 32).decode(errors="replace").strip()
            os.close(descriptor)
            raise StoreError(
                f"The store {str(store)!r} is in use by {f'process {owner}' if owner else 'another process'}.",
                "Wait until it has ended, or use another store.",
            ) from None
        except OSError as error:
            os.close(descriptor)
            raise OutputError(
                f"The store {str(store)!r} cannot be locked: {error.strerror}.", "Put it on a local disk."
            ) from error
        # The former owner may have removed the file between our opening and our locking it.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                os.ftruncate(descriptor, 0)
                return descriptor
        os.close(descriptor)
