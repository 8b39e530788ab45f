"""What a training function sees: its rows, its rank, and where its figures go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from workbench.core.errors import InvalidInput
from workbench.tracking import as_number
from workbench.training.checkpoints import pack_checkpoint
from workbench.training.shares import SharedData

if TYPE_CHECKING:
    import pandas as pd
    import torch


class Sink(Protocol):
    """Where a function's figures go; each method has done its work when it returns."""

    @property
    def stopping(self) -> bool:
        """Whether the function should end soon."""
        ...

    def check(self) -> None:
        """Raise if the function was asked to stop."""
        ...

    def log(self, metrics: Mapping[str, float], step: int | None) -> None:
        """Record metrics."""
        ...

    def checkpoint(self, files: Mapping[str, bytes], step: int) -> None:
        """Keep a checkpoint, whole or not at all."""
        ...

    def progress(self, done: int, total: int | None, text: str) -> None:
        """Record how far it is."""
        ...


@dataclass
class Context:
    """The first argument of a training function.

    Attributes
    ----------
    rank : int
        Which worker this is, from 0; worker 0's figures, checkpoints and model are kept.
    world_size : int
        How many workers there are.
    device : str
        ``cpu`` or ``cuda:0``.
    params : dict
        The params as the function gets them.
    restored : dict or None
        The state of the checkpoint that this run resumes, with its ``step``.
    """

    rank: int
    world_size: int
    device: str
    params: dict[str, object]
    restored: dict[str, Any] | None
    sink: Sink = field(repr=False)
    source: SharedData | None = field(repr=False, default=None)
    _frames: dict[tuple[object, ...], pd.DataFrame] = field(repr=False, default_factory=dict)

    def data(
        self,
        split: str | None = None,
        columns: Sequence[str] | None = None,
        *,
        share: bool | None = None,
    ) -> pd.DataFrame:
        """Return this worker's rows; read once, then kept.

        Of a split that is trained on, each worker gets an equal share: every `world_size`-th row,
        and up to ``world_size - 1`` rows at the end are left out, so that all take equally many
        steps. The splits ``validation`` and ``test`` come whole to each.

        Parameters
        ----------
        split : str, optional
            All rows when not given.
        columns : sequence of str, optional
            Only these, in this order.
        share : bool, optional
            Overrides which splits are divided.

        Raises
        ------
        InvalidInput
            If there is no such split or column, or the run has no dataset.
        """
        if self.source is None:
            raise InvalidInput("this run has no dataset", hint="give wb.train(fn, data=…)")
        divided = self.source.shared(split) if share is None else share
        key = (split, None if columns is None else tuple(columns), divided)
        if key not in self._frames:
            self._frames[key] = self.source.read(
                split, columns, rank=self.rank, world_size=self.world_size, share=divided
            )
        return self._frames[key].copy(deep=False)

    def wrap(self, module: torch.nn.Module) -> torch.nn.Module:
        """Return the module on this worker's device, its gradients averaged over all workers.

        Checkpoint and return the module itself, not what this returns.
        """
        placed = module.to(self.device)
        if self.world_size == 1:
            return placed
        from torch.nn.parallel import DistributedDataParallel

        devices = [0] if self.device.startswith("cuda") else None
        return DistributedDataParallel(placed, device_ids=devices)

    def log(self, step: int | None = None, **metrics: float) -> None:
        """Record metrics; those of worker 0 count, the others' are dropped.

        Parameters
        ----------
        step : int, optional
            One more than a metric's last step when not given.
        **metrics : float
            Anything that `float` takes.
        """
        self.sink.check()
        if self.rank == 0:
            self.sink.log({key: as_number(key, value) for key, value in metrics.items()}, step)

    def checkpoint(self, state: Mapping[str, Any], step: int) -> None:
        """Keep a state from which a later run can go on; only worker 0 writes it.

        Parameters
        ----------
        state : mapping
            Tensors, arrays, numbers, texts, and dicts or lists of them; a module or an optimiser
            stands for its ``state_dict()``. A run with ``resume=`` finds it in `restored`.
        step : int

        Raises
        ------
        InvalidInput
            If something in it cannot be kept.
        StorageFull
            If there is no room; earlier checkpoints stay.
        """
        self.sink.check()
        if self.rank == 0:
            self.sink.checkpoint(pack_checkpoint(state, step), step)

    def progress(self, done: int, total: int | None = None, text: str = "") -> None:
        """Say how far it is; cheap, as often as you like."""
        self.sink.check()
        if self.rank == 0:
            self.sink.progress(done, total, text)

    @property
    def should_stop(self) -> bool:
        """Whether the run was canceled; the other methods end the function then."""
        return self.sink.stopping
