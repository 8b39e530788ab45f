"""The papermill engine that runs our jobs, and says a word about each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbclient.exceptions import CellExecutionError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.log import logger

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

    from workbench.jobs.execution import _Work

#: The name under which papermill knows the engine.
ENGINE = "workbench"


def kernel_manager(kernel: str, specs: KernelSpecManager) -> AsyncKernelManager:
    """Return a manager of a kernel that is not started yet."""
    from jupyter_client.manager import AsyncKernelManager

    return AsyncKernelManager(kernel_name=kernel, kernel_spec_manager=specs)


class _Client(PapermillNotebookClient):  # type: ignore[misc]  # papermill ships no types
    """Papermill's client; it tells `work` about its cells and stops between two when asked."""

    def __init__(self, manager_of_notebook: Any, work: _Work, **options: Any) -> None:
        super().__init__(manager_of_notebook, **options)
        self._work = work
        work.total = sum(map(_runs, self.nb.cells))
        self.on_cell_execute = self._cell_starts
        self.on_cell_executed = self._cell_ends

    def start_new_kernel_client(self, **options: Any) -> Any:
        self._work.kernel_started(self.km.provisioner.pid)
        return super().start_new_kernel_client(**options)

    def _cell_starts(self, cell: NotebookNode, cell_index: int) -> None:
        if self._work.stopping.is_set():
            raise CellExecutionError("", "KeyboardInterrupt", "stopped before this cell")
        self._work.cell_started(cell)

    def _cell_ends(
        self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]
    ) -> None:
        self._work.cell_ended(cell, failed=execute_reply["content"]["status"] == "error")


class _Engine(NBClientEngine):  # type: ignore[misc]  # papermill ships no types
    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        work: _Work,
        manager: AsyncKernelManager,
        start_timeout: int = 60,
        **_: Any,
    ) -> None:
        client = _Client(
            nb_man,
            work,
            km=manager,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            timeout=None,
            log=logger,
        )
        with work.log.open("ab") as log:
            # What the kernel's process itself prints, beside its cells' outputs, must not reach our
            # own output.
            client.execute(
                env=work.environment, cwd=str(work.folder), stdout=log, stderr=log, cleanup_kc=True
            )


def _runs(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


papermill_engines.register(ENGINE, _Engine)
# Parameters are checked before papermill sees them; its own reading of the cell knows fewer ways to
# write one.
logger.addFilter(lambda record: not record.getMessage().startswith("Passed unknown parameter"))
