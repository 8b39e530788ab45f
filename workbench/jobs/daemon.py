"""The scheduler: `python -m workbench.jobs.daemon`.

It claims what is due in the database, so that of several schedulers one runs each, and runs each in
a process of its own. A notebook that is still running when it is due again is left out once, never
run twice at a time.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime

from workbench import workspace as _workspace
from workbench.core.errors import NotFound
from workbench.core.files import atomic_write
from workbench.jobs.cron import Cron
from workbench.jobs.schedules import owner_name, release_dead_claims
from workbench.metadata import PARENT_VARIABLE

_log = logging.getLogger("workbench.jobs")

# A cron field is a minute, so this is soon enough, and an idle scheduler costs next to nothing.
_TICK = 1.0
# How often claims of schedulers that died are looked for.
_SWEEP_TICKS = 60
# How long interrupted jobs may take to end before they are killed.
_GRACE = 25.0


@dataclass
class Scheduler:
    """Runs what is due, until it is told to stop."""

    owner: str = field(default_factory=owner_name)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def tick(self, now: datetime) -> list[str]:
        """Collect the jobs that ended, start those due at `now`, and return their names."""
        self._collect(now)
        metadata = _workspace.current().metadata
        started = []
        for record in metadata.claim_due(now, self.owner):
            command = [sys.executable, "-m", "workbench.jobs.due", record.name]
            environment = _workspace.current().settings.environment()
            _log.info("starting %r, due at %s", record.name, record.next_at)
            self.running[record.name] = subprocess.Popen(
                command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL
            )
            # Moved on now, not at its end: a scheduler that dies meanwhile must not start it a
            # second time.
            following = Cron(record.cron, record.timezone).after(now)
            metadata.update_schedule(record.name, next_at=following)
            started.append(record.name)
        return started

    def _collect(self, now: datetime) -> None:
        for name, process in list(self.running.items()):
            if process.poll() is None:
                continue
            del self.running[name]
            _log.info("%r ended with %s at %s", name, process.returncode, now)
            self._release(name)

    def _release(self, name: str) -> None:
        try:
            _workspace.current().metadata.update_schedule(name, owner=None)
        except NotFound:
            _log.info("%r was deleted while it ran", name)

    def stop(self) -> None:
        """Interrupt the jobs that run, let them end, and give their schedules back."""
        for process in self.running.values():
            process.send_signal(signal.SIGINT)
        for name, process in self.running.items():
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._release(name)
        self.running.clear()


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(message)s"
    )
    # A job may have started us; what we run is no part of that job.
    os.environ.pop(PARENT_VARIABLE, None)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    workspace = _workspace.current()
    scheduler = Scheduler()
    atomic_write(workspace.home / "run" / "jobs.ready", b"")
    _log.info("the scheduler of %s is ready", workspace.home)
    count = 0
    while not stopping.is_set():
        try:
            if count % _SWEEP_TICKS == 0:
                for name in release_dead_claims():
                    _log.info("%r was held by a scheduler that died; it is free again", name)
            scheduler.tick(workspace.clock.now())
        except Exception:  # noqa: BLE001  # a process border: a scheduler that ends runs nothing
            _log.exception("this round failed; the next one tries again")
        count += 1
        stopping.wait(_TICK)
    scheduler.stop()
    _log.info("stopped")


if __name__ == "__main__":
    main()
