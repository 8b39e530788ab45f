"""`%%train`, `%track`, `%runs`: trying, and seeing how well it did."""

from __future__ import annotations

import ast
import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workbench.core.errors import InvalidInput
from workbench.magics.framework import Call, Magic, Parser, assignments


def _train_parser() -> Parser:
    description = "Train with the function that the cell defines, and show its curves live."
    example = "%%train --data delay_examples --workers 2 --experiment delay --param epochs=2"
    parser = Parser("%%train", description, example)
    parser.add_argument("--data", help="a dataset's reference, or a variable that holds one")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--gpus-per-worker", type=float, default=0)
    parser.add_argument("--experiment", default="default")
    parser.add_argument("--name", help="what the run is called")
    parser.add_argument("--resume", help="a run, or its id, whose checkpoint to go on from")
    parser.add_argument("--into", default="run", help="the variable that gets the run (run)")
    return parser


def _train(call: Call) -> None:
    from workbench.training import train

    given = call.arguments
    if not given.into.isidentifier():
        raise InvalidInput(f"{given.into!r} cannot be a variable", hint="write --into run")
    name = function_in(call.cell)
    shell: Any = call.shell
    shell.run_cell(call.cell, store_history=False).raise_error()
    with _live(call):
        call.shell.user_ns[given.into] = train(
            call.shell.user_ns[name],
            None if given.data is None else call.value(given.data),
            params=assignments(given.param),
            workers=given.workers,
            gpus_per_worker=given.gpus_per_worker,
            experiment=given.experiment,
            name=given.name,
            resume=None if given.resume is None else call.value(given.resume),
        )


def function_in(cell: str) -> str:
    """Return the name of the last function that a cell defines.

    Raises
    ------
    InvalidInput
        If it defines none.
    """
    try:
        statements = ast.parse(cell).body
    except SyntaxError as error:
        raise InvalidInput(
            f"the cell is not Python: {error.msg} in line {(error.lineno or 0) + 1}"
        ) from error
    names = [each.name for each in statements if isinstance(each, ast.FunctionDef)]
    if not names:
        raise InvalidInput(
            "%%train found no function in its cell", hint="write def fit(ctx, …): under it"
        )
    return names[-1]


@contextmanager
def _live(call: Call) -> Iterator[None]:
    """Show the run that the block starts, as soon as it is recorded."""
    import IPython.display

    from workbench.widgets import RunWidget
    from workbench.workspace import current

    metadata = current().metadata
    before = {each.id for each in metadata.executions("run", limit=50)}
    ended = threading.Event()
    new_handle: Any = IPython.display.DisplayHandle
    handle = new_handle()
    handle.display(_Waiting())
    shown: list[RunWidget] = []

    def watch() -> None:
        while True:
            last = ended.wait(0.2)
            new = [each for each in metadata.executions("run", limit=5) if each.id not in before]
            if new:
                shown.append(RunWidget(new[0].id))
                handle.update(shown[0])
                return
            if last:
                return

    # The copied context is how ipykernel knows which cell an output of another thread belongs to.
    context = contextvars.copy_context()
    watcher = threading.Thread(target=context.run, args=(watch,), name="train", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        for widget in shown:
            # Shown again, so that the still picture in the saved notebook is that of the end.
            widget.refresh()
            handle.update(widget)


class _Waiting:
    """What stands in the cell until the run is recorded."""

    def __repr__(self) -> str:
        return "starting"


def _track_parser() -> Parser:
    parser = Parser("%track", "Show a run's curves, live.", "%track run")
    parser.add_argument("run", nargs="?", help="a variable, or a run's id; the newest by default")
    return parser


def _track(call: Call) -> Any:
    from workbench.core.errors import NotFound
    from workbench.tracking import runs
    from workbench.widgets import RunWidget

    if call.arguments.run is not None:
        return RunWidget(call.value(call.arguments.run))
    newest = list(runs(limit=1))
    if not newest:
        raise NotFound("there are no runs yet", hint="train one with %%train")
    return RunWidget(newest[0])


def _runs_parser() -> Parser:
    parser = Parser("%runs", "List runs with params and metrics.", "%runs delay")
    parser.add_argument("experiment", nargs="?")
    parser.add_argument("--where", help='a condition, such as "metrics.auc > 0.7"')
    parser.add_argument("--limit", type=int, default=20)
    return parser


def _runs(call: Call) -> Any:
    from workbench.tracking import runs

    given = call.arguments
    return runs(given.experiment, where=given.where, limit=given.limit)


MAGICS = (
    Magic("%%train", _train_parser(), _train, ("dataset",)),
    Magic("%track", _track_parser(), _track),
    Magic("%runs", _runs_parser(), _runs),
)
