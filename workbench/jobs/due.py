"""One scheduled run in a process of its own: `python -m workbench.jobs.due NAME`."""

from __future__ import annotations

import logging
import signal
import sys

from workbench.core.errors import WorkbenchError
from workbench.jobs.schedules import run_scheduled

_log = logging.getLogger("workbench.jobs")


def main(name: str) -> int:
    """Run the schedule's notebook; return 0 if it completed, 1 if it failed, 130 if interrupted."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("papermill").setLevel(logging.WARNING)
    # Interrupts end the kernel and record the job as canceled; whoever starts us may have SIGINT
    # ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        job = run_scheduled(name)
    except WorkbenchError as error:
        _log.error("%s", error)  # the message says all; the job holds the traceback
        return 1
    except KeyboardInterrupt:
        _log.info("%r was interrupted", name)
        return 130
    _log.info("%r took %s", name, job.took)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
