"""A transform as a torch module, saved with a model as one exported program.

What is read from text, and what scikit-learn computes, is worked out before the program, in NumPy,
from the transform's own definition, which is kept inside the program's file. All else, from the
double-precision numbers and the times on, is inside. An operation is the same function in every
lane, so the program's numbers are those of `Transform.apply`, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.transforms.columns_transform import ColumnsTransform
from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.function_transform import FunctionTransform
from workbench.data.transforms.graph import Graph
from workbench.data.transforms.lanes import ArrayLane, Batch, RowLane
from workbench.data.transforms.operations import OPS
from workbench.data.transforms.outputs import LARGEST
from workbench.data.transforms.plans import bind
from workbench.data.transforms.tensor_lane import TensorLane, as_tensor
from workbench.data.transforms.transform import Transform

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_DEFINITION = "transform.json"


class TransformModule(torch.nn.Module):
    """A fitted transform's numeric part.

    Called with what `inputs` makes of rows, by name: float64 and int64 tensors of n rows. Returns
    the outputs by name: float32 numbers and int64 codes, the bits of `Transform.apply`.

    Parameters
    ----------
    transform : Transform
        Fitted.
    """

    def __init__(self, transform: Transform) -> None:
        super().__init__()
        self._transform = _function(transform)
        graph, states = self._transform.graph, self._transform.states or {}
        self._names = {place: f"{graph.nodes[place].op}_{place}" for place in _given(graph)}
        targets = graph.outputs.values()
        self._program = bind(graph, states, TensorLane(), targets, given=self._names)
        self._host = bind(graph, states, ArrayLane(), self._names)
        self._host_row = bind(graph, states, RowLane(), self._names)
        whole = (Kind.CODE, Kind.CODES, Kind.TIME)
        self._types = [
            np.int64 if graph.nodes[place].kind in whole else np.float64 for place in self._names
        ]

    def inputs(self, rows: pd.DataFrame | Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        """Return the tensors that the module takes, of a frame, an Arrow table or rows."""
        if isinstance(rows, Sequence) and rows:
            found = [self._host_row.run(each) for each in rows]
            return {
                name: torch.from_numpy(np.array([each[place] for each in found], kind))
                for (place, name), kind in zip(self._names.items(), self._types, strict=True)
            }
        from workbench.data.datasets.sources import open_source

        columns = self._transform.columns
        pieces = (
            []
            if isinstance(rows, Sequence)
            else list(open_source(rows, columns=columns).tables(columns))
        )
        return self._of_table(_together(pieces) if pieces else _no_rows(columns))

    def example(self) -> dict[str, torch.Tensor]:
        """Return two rows of what the module takes, all 0."""
        return {
            name: torch.zeros((2, *each.shape[1:]), dtype=each.dtype)
            for name, each in self.inputs([]).items()
        }

    def _of_table(self, table: pa.Table) -> dict[str, torch.Tensor]:
        with np.errstate(all="ignore"):
            values = self._host.run(Batch(table))
        return {
            name: torch.from_numpy(np.ascontiguousarray(values[place], kind))
            for (place, name), kind in zip(self._names.items(), self._types, strict=True)
        }

    def forward(self, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return the outputs by name."""
        given = {place: inputs[name] for place, name in self._names.items()}
        values = self._program.run(None, given)
        nodes = self._transform.graph.nodes
        return {
            name: _finished(values[place], nodes[place].kind)
            for name, place in self._transform.graph.outputs.items()
        }


class _Together(torch.nn.Module):
    """A transform, and the model that takes its outputs by name."""

    def __init__(self, transform: TransformModule, model: torch.nn.Module) -> None:
        super().__init__()
        self.transform = transform
        self.model = model

    def forward(self, inputs: dict[str, torch.Tensor]) -> Any:
        return self.model(**self.transform(inputs))


class Program:
    """An exported transform, with its model; `load_program` opens one.

    Attributes
    ----------
    transform : Transform
        As it was exported.
    """

    def __init__(self, transform: Transform, module: Any) -> None:
        self.transform = transform
        self._inputs = TransformModule(transform).inputs
        self._module = module

    def __call__(self, rows: pd.DataFrame | Sequence[Mapping[str, Any]]) -> Any:
        """Return what the program makes of rows: tensors by output, or what the model returned."""
        with torch.inference_mode():
            return self._module(self._inputs(rows))


def export(transform: Transform, model: torch.nn.Module | None, path: Path) -> Path:
    """Save a fitted transform, and a model behind it, as one program for any number of rows.

    The model is called with the outputs as keyword arguments: a transform of the outputs
    ``numeric`` and ``categorical`` suits ``forward(self, numeric, categorical)``.

    Parameters
    ----------
    transform : Transform
    model : torch.nn.Module or None
        None saves the transform alone.
    path : path
        Ends in ``.pt2``.

    Raises
    ------
    InvalidInput
        If the transform is not fitted, or the model cannot be exported.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> from workbench.data import transforms as t
    >>> frame = pd.DataFrame({"x": [1.0, 3.0]})
    >>> fitted = t.Transform(lambda c: {"x": t.z_score(c["x"])}).fit(frame)
    >>> path = fitted.export(None, tempfile.mkdtemp() + "/program.pt2")
    >>> load_program(path)([{"x": 3.0}])["x"]
    tensor([1.])
    """
    features = TransformModule(transform)
    example = features.example()
    module = features if model is None else _Together(features, model)
    module.eval()
    batch = torch.export.Dim("batch", min=1)
    shapes = ({name: {0: batch} for name in example},)
    try:
        program = torch.export.export(module, (example,), dynamic_shapes=shapes, strict=False)
    except (torch._dynamo.exc.TorchDynamoException, RuntimeError, ValueError, TypeError) as error:
        raise InvalidInput(
            f"{type(model or module).__name__} cannot be saved as a graph: {error}",
            hint="forward must take the outputs by name, and use tensor operations for any batch",
        ) from error
    torch.export.save(program, path, extra_files={_DEFINITION: transform.to_json()})
    return path


def load_program(path: str | Path) -> Program:
    """Open a program that `export` saved; nothing in it runs as Python code.

    Raises
    ------
    NotFound
        If there is no such file.
    InvalidInput
        If it holds no transform.
    """
    if not Path(path).is_file():
        raise NotFound(f"there is no program at {path}")
    extra = {_DEFINITION: ""}
    program = torch.export.load(path, extra_files=extra)
    if not extra[_DEFINITION]:
        raise InvalidInput(f"{path} holds no transform", hint="save it by Transform.export")
    return Program(Transform.from_json(extra[_DEFINITION]), program.module())


def _function(transform: Transform) -> FunctionTransform:
    transform._check_fitted()
    if isinstance(transform, ColumnsTransform):
        return transform.as_function()
    return cast("FunctionTransform", transform)


def _given(graph: Graph) -> list[int]:
    """Return the nodes at the border: computed on the host, and not text."""
    found = []
    waiting, seen = list(graph.outputs.values()), set()
    while waiting:
        place = waiting.pop()
        node = graph.nodes[place]
        if place in seen or node.kind is Kind.STATE:
            continue
        seen.add(place)
        if OPS[node.op].host:
            found.append(place)
        else:
            waiting.extend(node.args)
    return sorted(found)


def _finished(x: Any, kind: Kind) -> torch.Tensor:
    if kind in (Kind.CODE, Kind.CODES):
        return as_tensor(x).to(torch.int64)
    x = as_tensor(x)
    clipped = torch.where(x < -LARGEST, -LARGEST, torch.where(x > LARGEST, LARGEST, x))
    return torch.where(torch.isnan(x), math.nan, clipped).to(torch.float32)


def _together(pieces: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(pieces)


def _no_rows(columns: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: pa.nulls(0) for name in columns})
