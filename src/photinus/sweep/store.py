"""The store of a sweep: one SQLite file, one writer, one row per point.

Every row is known by the hash of what determines it (:mod:`photinus.sweep.plan`) and carries a checksum of
all that it holds. Numbers are written as hexadecimal floats, hence exactly; nothing is pickled. Rows are
committed in batches by time: a commit reaches the disk (write-ahead log, ``synchronous=FULL``) and costs
about half a millisecond, so that a killed sweep loses a quarter of a second of finished points and no more.

``sqlite3 FILE .schema`` shows the tables, and a row reads without this library::

    coordinates   one hexadecimal float for each axis, axes sorted by name
    status        'ok' or 'failed'
    payload       one hexadecimal float (re,im if complex) for each quantity, or the reason of the failure
    seconds       what the point took
    run           which call computed it (table runs: date, versions, hash of the function's code)
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from photinus.errors import InvalidInput, OutputError, PlanMismatch, StoreError
from photinus.sweep.axes import Axis, Grid
from photinus.sweep.evaluate import Outcome, Value
from photinus.sweep.lock import hold_lock
from photinus.sweep.plan import Plan, point_keys

COMMIT_INTERVAL = 0.25
_APPLICATION = 0x50486F74  # "PHot", in the header of the file
_VERSION = 1
_HEADER = b"SQLite format 3\0"
_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (id INTEGER PRIMARY KEY, date TEXT NOT NULL, code TEXT NOT NULL, versions TEXT NOT NULL);
CREATE TABLE points (
    key BLOB NOT NULL UNIQUE, coordinates TEXT NOT NULL, status TEXT NOT NULL, payload TEXT NOT NULL,
    seconds REAL NOT NULL, run INTEGER NOT NULL, checksum BLOB NOT NULL
);
"""


class Provenance(NamedTuple):
    """Where a run comes from: its date, the hash of the function's code, the versions of what it used."""

    date: str
    code: str
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds about the points of one grid.

    Parameters
    ----------
    outcomes : list of Outcome
        One for each stored point of the grid, in no particular order.
    quantities : tuple of str or None
        The names of the quantities, in order; None as long as no point has succeeded.
    runs : tuple of Provenance
        The runs that computed these points.
    counts : tuple of int
        How many of these points each run computed.
    """

    outcomes: list[Outcome]
    quantities: tuple[str, ...] | None
    runs: tuple[Provenance, ...]
    counts: tuple[int, ...]


class Store:
    """An open store: :func:`open_store` and :func:`read_store` make one."""

    def __init__(self, path: Path, database: sqlite3.Connection):
        self._path = path
        self._database = database
        self._run: int | None = None
        self._grid: Grid | None = None
        self._keys: list[tuple[bytes, str]] = []
        self._quantities: tuple[str, ...] | None = None
        self._pending: list[tuple[Any, ...]] = []
        self._committed = float("-inf")

    @property
    def path(self) -> Path:
        """Where the store is."""
        return self._path

    # ---- what the whole store is about ----

    def plan(self) -> Plan:
        """Return the plan that the store belongs to.

        Raises
        ------
        StoreError
            If it belongs to none, since its sweep ended before it began.
        """
        text = self._meta("plan")
        if text is None:
            raise StoreError(f"The store {str(self._path)!r} is empty: its sweep never began.", "Run the sweep again.")
        return Plan.from_json(text)

    def grid(self) -> Grid:
        """Return the axes of the last call."""
        entries = json.loads(self._meta("axes") or "[]")
        axes = []
        for entry in entries:
            kind = int if entry["integer"] else float
            axes.append(Axis([kind(float.fromhex(text)) for text in entry["values"]], entry["unit"], entry["label"]))
        return Grid(tuple(entry["name"] for entry in entries), tuple(axes))

    def attributes(self) -> dict[str, Any]:
        """Return the attributes given with the last call."""
        return dict(json.loads(self._meta("attributes") or "{}"))

    def _meta(self, name: str) -> str | None:
        found = self._database.execute("SELECT value, checksum FROM meta WHERE name = ?", (name,)).fetchone()
        if found is None:
            return None
        if found[1] != _checksum(name, found[0]):
            raise StoreError(
                f"The entry {name!r} of the store {str(self._path)!r} is damaged.", "Use another store file."
            )
        return str(found[0])

    def _set_meta(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (name, value, _checksum(name, value)))

    def prepare(self, plan: Plan, grid: Grid, attributes: Mapping[str, Any]) -> None:
        """Make the store ready for the points of `plan` on `grid`; called once, before :meth:`add`.

        Raises
        ------
        PlanMismatch
            If the store belongs to another plan.
        """
        self._database.execute("BEGIN IMMEDIATE")
        if self._meta("plan") is None:
            self._set_meta("plan", plan.to_json())
        elif differences := plan.differences(self.plan()):
            raise PlanMismatch(
                f"The store {str(self._path)!r} belongs to another plan: {'; '.join(differences)}.",
                "Use another store file, or give the function and fingerprint of this one.",
            )
        entries = [
            {
                "name": name,
                "values": [float(value).hex() for value in axis.values],
                "integer": isinstance(axis.values[0], int),
                "unit": axis.unit,
                "label": axis.label,
            }
            for name, axis in zip(grid.names, grid.axes, strict=True)
        ]
        self._set_meta("axes", json.dumps(entries))
        self._set_meta("attributes", json.dumps(attributes))
        self._database.execute("COMMIT")
        self._grid = grid
        self._keys = list(point_keys(plan, grid))

    # ---- reading ----

    def read(self, plan: Plan, grid: Grid) -> Contents:
        """Return what is stored about the points of `grid`.

        Raises
        ------
        StoreError
            If a row of the store, whether of this grid or not, does not match its checksum.
        """
        quantities = self._meta("quantities")
        names = None if quantities is None else tuple(json.loads(quantities))
        index_of = {key: index for index, (key, _) in enumerate(self._keys or point_keys(plan, grid))}
        outcomes, counts = [], dict.fromkeys(self._run_numbers(), 0)
        for row in self._database.execute("SELECT * FROM points"):
            if not _is_sound(row) or row[5] not in counts:
                raise StoreError(
                    f"The row of the store {str(self._path)!r} with the coordinates {_readable(row[1])} is damaged.",
                    "Drop such rows with photinus.sweep.drop_damaged_rows(path); the same sweep then computes "
                    "them again.",
                )
            index = index_of.get(row[0])
            if index is not None:
                outcomes.append(_decode(index, row, names or ()))
                counts[row[5]] += 1
        self._quantities = names
        used = [number for number, count in counts.items() if count]
        runs = tuple(self._provenance(number) for number in used)
        return Contents(outcomes, names, runs, tuple(counts[number] for number in used))

    def _run_numbers(self) -> list[int]:
        return [number for (number,) in self._database.execute("SELECT id FROM runs ORDER BY id")]

    def _provenance(self, number: int) -> Provenance:
        query = "SELECT date, code, versions FROM runs WHERE id = ?"
        date, code, versions = self._database.execute(query, (number,)).fetchone()
        return Provenance(date, code, json.loads(versions))

    def damaged_keys(self) -> list[bytes]:
        """Return the keys of the rows that do not match their checksums."""
        runs = set(self._run_numbers())
        rows = self._database.execute("SELECT * FROM points")
        return [row[0] for row in rows if not _is_sound(row) or row[5] not in runs]

    def drop(self, keys: Sequence[bytes]) -> None:
        """Remove the rows with these keys."""
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("DELETE FROM points WHERE key = ?", ((key,) for key in keys))
        self._database.execute("COMMIT")

    # ---- writing ----

    def add(self, outcomes: Iterable[Outcome], quantities: tuple[str, ...] | None, provenance: Provenance) -> None:
        """Take finished points; they are on disk after the next commit."""
        if self._run is None:
            self._run = self._begin_run(provenance)
        if quantities is not None and self._quantities is None:
            self._database.execute("BEGIN IMMEDIATE")
            self._set_meta("quantities", json.dumps(quantities))
            self._database.execute("COMMIT")
            self._quantities = quantities
        for outcome in outcomes:
            key, coordinates = self._keys[outcome.point]
            status, payload = _encode(outcome, quantities or ())
            row = (key, coordinates, status, payload, outcome.seconds, self._run)
            self._pending.append((*row, _checksum(*row)))
        if self.seconds_to_commit() <= 0:
            self.commit()

    def _begin_run(self, provenance: Provenance) -> int:
        row = (provenance.date, provenance.code, json.dumps(provenance.versions))
        cursor = self._database.execute("INSERT INTO runs (date, code, versions) VALUES (?, ?, ?)", row)
        return int(cursor.lastrowid or 0)

    def seconds_to_commit(self) -> float:
        """Return how long the points taken so far may wait: infinitely, if there are none."""
        return self._committed + COMMIT_INTERVAL - time.monotonic() if self._pending else float("inf")

    def commit(self) -> None:
        """Write the points taken so far to disk.

        Raises
        ------
        OutputError
            If they cannot be written, such as on a full disk; those of earlier commits are safe.
        """
        if not self._pending:
            return
        try:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?, ?)", self._pending)
            self._database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise OutputError(
                f"The last {len(self._pending)} points cannot be written to {str(self._path)!r}: {error}.",
                "Make room on the disk; the same call goes on from there.",
            ) from error
        self._pending.clear()
        self._committed = time.monotonic()


@contextmanager
def open_store(path: str | os.PathLike[str]) -> Iterator[Store]:
    """Open a store for writing; make it if it does not exist.

    Parameters
    ----------
    path : path-like
        The file.

    Yields
    ------
    Store
        Committed and closed at the end, whatever happens.

    Raises
    ------
    OutputError
        If the file cannot be made or written.
    StoreError
        If the file is no sweep store, is damaged, or has another writer.
    """
    place = as_path(path)
    if place.is_dir():
        raise OutputError(f"The store {str(place)!r} is a directory.", "Give the name of a file.")
    if not place.parent.is_dir():
        raise OutputError(f"The directory {str(place.parent)!r} does not exist.", "Make it, or choose another place.")
    with hold_lock(place), _connection(place, writable=True) as database:
        store = Store(place, database)
        try:
            yield store
        finally:
            with suppress(sqlite3.Error):  # a transaction that an interrupt or a refusal has left open
                if database.in_transaction:
                    database.execute("ROLLBACK")
            store.commit()


@contextmanager
def read_store(path: str | os.PathLike[str]) -> Iterator[Store]:
    """Open an existing store for reading, also while a sweep writes it.

    Raises
    ------
    StoreError
        If the file does not exist, is no sweep store, or is damaged.
    """
    place = as_path(path)
    if not place.is_file():
        raise StoreError(f"There is no store {str(place)!r}.", "Give the file that a sweep has written.")
    with _connection(place, writable=False) as database:
        yield Store(place, database)


def drop_damaged_rows(path: str | os.PathLike[str]) -> int:
    """Remove from a store the rows that do not match their checksums, so that they are computed again.

    Parameters
    ----------
    path : path-like
        The store.

    Returns
    -------
    int
        How many rows were removed.

    Raises
    ------
    InvalidInput
        If `path` is no path.
    StoreError
        If the file does not exist, is no sweep store, is in use, or is damaged beyond its rows.
    """
    with read_store(path), open_store(path) as store:
        damaged = store.damaged_keys()
        store.drop(damaged)
    return len(damaged)


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file that the caller has named.

    Raises
    ------
    InvalidInput
        If it is none.
    """
    text = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(text, str) or "\0" in text:
        raise InvalidInput(f"{path!r} of type {type(path).__name__} is no path.", "Give the name of a file as text.")
    return Path(text)


@contextmanager
def _connection(path: Path, *, writable: bool) -> Iterator[sqlite3.Connection]:
    """Open the file after looking what it is, and turn what SQLite says into our errors."""
    _check_header(path)
    database: sqlite3.Connection | None = None
    try:
        database = _connect(path, writable)
        # Text that is not UTF-8 is for the checksum to find.
        database.text_factory = partial(str, encoding="utf-8", errors="replace")
        _check_database(path, database)
        yield database
    except sqlite3.DatabaseError as error:
        unwritable = ("readonly", "unable to open", "disk is full", "disk I/O", "locked")
        if isinstance(error, sqlite3.OperationalError) and any(word in str(error) for word in unwritable):
            raise OutputError(f"The store {str(path)!r}: {error}.", "Choose a place that can be written.") from error
        raise _damaged(path, str(error)) from error
    finally:
        if database is not None:
            database.close()


def _connect(path: Path, writable: bool) -> sqlite3.Connection:
    uri = path.absolute().as_uri()
    if not writable:
        # A reader, too, needs the shared memory of the log, and only one that may write clears it away. On a
        # read-only medium it cannot be made; without a log there is nothing to share.
        if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
            return sqlite3.connect(uri + "?mode=rw", uri=True)
        return sqlite3.connect(uri + ("?mode=ro" if Path(f"{path}-wal").exists() else "?mode=ro&immutable=1"), uri=True)
    database = sqlite3.connect(uri + "?mode=rwc", uri=True, isolation_level=None)
    try:
        # Where the log is not possible (some network file systems) SQLite keeps its journal, which is as safe.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        tables = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if not tables:  # new, or killed before its first transaction: then there is nothing in it
            marks = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {_VERSION};"
            database.executescript(f"{_SCHEMA} {marks} COMMIT;")
    except BaseException:
        database.close()
        raise
    return database


def _check_header(path: Path) -> None:
    try:
        with path.open("rb") as file:
            header = file.read(len(_HEADER))
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"The store {str(path)!r} cannot be read: {error.strerror}.", "Check the path.") from error
    if header and header != _HEADER:
        raise StoreError(
            f"The file {str(path)!r} is no sweep store: it begins with {header!r}.",
            "Move it away, or use another store.",
        )


def _check_database(path: Path, database: sqlite3.Connection) -> None:
    application = database.execute("PRAGMA application_id").fetchone()[0]
    if application != _APPLICATION:
        raise StoreError(
            f"The file {str(path)!r} is an SQLite database of another program.", "Move it away, or use another store."
        )
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version != _VERSION:
        raise StoreError(
            f"The store {str(path)!r} has format {version}, while this version of photinus knows format {_VERSION}.",
            "Use the version of photinus that wrote it, or another store.",
        )
    verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _damaged(path, verdict)


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError(
        f"The store {str(path)!r} is damaged: {' '.join(what.split())}.",
        "Restore it from a copy, or remove it and run the sweep again.",
    )


# ---- rows ----


def _checksum(*fields: bytes | str | float) -> bytes:
    """Return the hash of the fields; a row's are its columns in order, without the checksum."""
    return hashlib.blake2b(repr(fields).encode(), digest_size=8).digest()


def _is_sound(row: tuple[Any, ...]) -> bool:
    return bool(row[6] == _checksum(*row[:6]))


def _encode(outcome: Outcome, quantities: tuple[str, ...]) -> tuple[str, str]:
    values = outcome.values
    if values is None:
        return "failed", outcome.reason
    return "ok", " ".join([_encode_value(values[name]) for name in quantities])


def _encode_value(value: Value) -> str:
    return value.hex() if isinstance(value, float) else f"{value.real.hex()},{value.imag.hex()}"


def _decode(index: int, row: tuple[Any, ...], quantities: tuple[str, ...]) -> Outcome:
    if row[2] == "failed":
        return Outcome(index, None, row[3], row[4])
    decode = _decode_complex if "," in row[3] else float.fromhex
    return Outcome(index, dict(zip(quantities, map(decode, row[3].split()), strict=True)), "", row[4])


def _decode_complex(text: str) -> Value:
    real, comma, imaginary = text.partition(",")
    return complex(float.fromhex(real), float.fromhex(imaginary)) if comma else float.fromhex(real)


def _readable(coordinates: Any) -> str:
    try:
        return ", ".join(repr(float.fromhex(text)) for text in str(coordinates).split())
    except (ValueError, OverflowError):
        return repr(coordinates)
