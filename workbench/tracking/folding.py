"""From journals into the metadata database: twice a second while runs write, and at their end.

Folding the same lines twice is harmless (a point is known by run, key, step and time), so nothing
has to be remembered across a crash: a journal left behind is folded from its start, and removed.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from workbench.core.errors import NotFound, WorkbenchError
from workbench.metadata import Metadata
from workbench.tracking.journal import SUFFIX, read_journal

EVERY = 0.5
_log = logging.getLogger(__name__)


def folder_of(metadata: Metadata) -> Path:
    """Return where the journals of a workspace lie."""
    return metadata.home / "journal"


class Fold:
    """The folding of one journal of this process, and where it stands."""

    def __init__(self, metadata: Metadata, path: Path, extra: Callable[[], None]) -> None:
        self._metadata = metadata
        self._path = path
        self._extra = extra
        self._offset = 0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Fold what is new; raises as `Metadata.add_metrics`, and then tries the same again."""
        with self._lock:
            while True:
                points, end = read_journal(self._path, self._offset)
                if points:
                    self._metadata.add_metrics(points)
                if end == self._offset:
                    break
                self._offset = end
        self._extra()


class Folder:
    """The thread of this process that folds the journals of its runs; it ends with the last one."""

    def __init__(self) -> None:
        self._folds: set[Fold] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, fold: Fold) -> None:
        """Fold this journal from now on."""
        with self._lock:
            self._folds.add(fold)
            if self._thread is None or not self._thread.is_alive():
                self._wake.clear()
                self._thread = threading.Thread(
                    target=self._work, name="workbench-fold", daemon=True
                )
                self._thread.start()

    def remove(self, fold: Fold) -> None:
        """Fold this journal no more."""
        with self._lock:
            self._folds.discard(fold)
            if not self._folds:
                self._wake.set()

    def fold_all(self) -> None:
        """Fold every journal now; what the database does not take stays in its journal."""
        with self._lock:
            folds = list(self._folds)
        for fold in folds:
            try:
                fold()
            except WorkbenchError as error:
                # Nothing is lost: the journal keeps it, and the next round tries again.
                _log.debug("metrics wait in their journal: %s", error)

    def _work(self) -> None:
        while True:
            self._wake.wait(EVERY)
            with self._lock:
                if not self._folds:
                    self._thread = None
                    return
            self.fold_all()


folder = Folder()
atexit.register(folder.fold_all)


def fold_left_behind(metadata: Metadata) -> int:
    """Fold, and remove, the journals of runs that have ended; return how many there were.

    A run whose process was killed is marked as failed first.
    """
    journals = list(folder_of(metadata).glob(f"*{SUFFIX}"))
    if not journals:
        return 0
    metadata.reap()
    done = 0
    for path in journals:
        try:
            ended = metadata.execution(path.name.removesuffix(SUFFIX)).state != "running"
        except NotFound:  # of another database that shared this home; not ours to judge
            continue
        if ended:
            Fold(metadata, path, lambda: None)()
            path.unlink(missing_ok=True)
            done += 1
    return done
