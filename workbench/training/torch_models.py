"""PyTorch models: a module with the transform that feeds it, saved as a graph, not as code.

``model.pt2`` (torch.export, any batch size) is opened with no class at hand; the weights lie beside
it in ``weights.safetensors``, for those who have the class and want to train on.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.data.transforms import Transform
from workbench.training.flavors import Flavored, Signature, make_signature

if TYPE_CHECKING:
    import torch

    from workbench.training.flavors import Predictions, Rows

_GRAPH, _WEIGHTS, _TRANSFORM = "model.pt2", "weights.safetensors", "transform.json"
_OUTPUTS = ("probability", "value")
_BATCH = 65_536


class TorchModel(Flavored):
    """A module called as ``module(numeric, categorical)`` on what a transform makes of rows.

    Parameters
    ----------
    module : torch.nn.Module
        Takes float32[n, `transform.width`] and int64[n, categories]; gives [n] or [n, 1], or
        [n, classes].
    transform : Transform
        Fitted.
    output : {"probability", "value"}
        With ``probability`` the module gives logits, and `predict` their sigmoid (softmax over
        classes).

    Examples
    --------
    >>> import torch
    >>> class Line(torch.nn.Module):
    ...     def forward(self, numeric, categorical):
    ...         return numeric[:, 0]
    >>> import pandas as pd
    >>> transform = Transform(numeric=["x"]).fit(pd.DataFrame({"x": [1.0, 3.0]}))
    >>> TorchModel(Line(), transform, output="value").predict([{"x": 3.0}])
    array([1.], dtype=float32)
    """

    flavor = "torch"

    def __init__(
        self, module: torch.nn.Module, transform: Transform, output: str = "probability"
    ) -> None:
        if output not in _OUTPUTS:
            raise InvalidInput(f"output cannot be {output!r}", hint="probability or value")
        if not transform.fitted:
            raise InvalidInput("the model's transform is not fitted", hint="call fit(data) on it")
        if lacking := {"numeric", "categorical"} - set(transform.outputs):
            raise InvalidInput(
                f"the model's transform has no output {min(lacking)!r}",
                hint="put its numbers, and its codes, side by side: 'numeric': concat(…)",
            )
        # A module wrapped for several workers is the same module underneath.
        self.module = getattr(module, "module", module) if _is_wrapped(module) else module
        self.transform = transform
        self.output = output
        self._saved: Path | None = None

    def own_signature(self) -> Signature:
        """Return inputs and output; types are those of any number and any text."""
        inputs = dict.fromkeys(self.transform.numeric, "float64")
        return make_signature(
            inputs | dict.fromkeys(self.transform.categorical, "string"), self.output
        )

    def predict(self, rows: Rows) -> Predictions:
        """Return a probability, or a value, a row; float32.

        Parameters
        ----------
        rows : pandas.DataFrame or sequence of mappings

        Raises
        ------
        InvalidInput
            If a column is missing, or one of numbers holds something else.
        """
        import numpy as np

        arrays = self.transform.apply(rows)
        count = len(arrays["numeric"])
        parts = [
            self._forward({name: each[start : start + _BATCH] for name, each in arrays.items()})
            for start in range(0, max(count, 1), _BATCH)
        ]
        return np.concatenate(parts)

    def files(self, types: Mapping[str, str]) -> dict[str, bytes]:
        """Return graph, weights and transform."""
        if self._saved is not None:
            return {
                name: (self._saved / name).read_bytes() for name in (_GRAPH, _WEIGHTS, _TRANSFORM)
            }
        from safetensors.torch import save

        module = copy.deepcopy(self.module).to("cpu").eval()
        weights = {
            name: tensor.detach().clone().contiguous()
            for name, tensor in module.state_dict().items()
        }
        return {
            _GRAPH: _export(module, self.transform),
            _WEIGHTS: save(weights),
            _TRANSFORM: self.transform.to_json().encode(),
        }

    @classmethod
    def open(cls, folder: Path, about: Mapping[str, Any]) -> TorchModel:
        """Open a saved model; its module is the exported graph."""
        import torch

        transform = Transform.from_json((folder / _TRANSFORM).read_text())
        graph = torch.export.load(folder / _GRAPH)
        model = cls(graph.module(), transform, about["signature"]["output"])
        model._saved = folder
        return model

    def _forward(self, arrays: Mapping[str, Any]) -> Predictions:
        import torch

        module = self.module
        if self._saved is None:
            module.eval()
        device = next((each.device for each in module.parameters()), torch.device("cpu"))
        with torch.inference_mode():
            result = module(
                torch.from_numpy(arrays["numeric"]).to(device),
                torch.from_numpy(arrays["categorical"]).to(device),
            )
            if result.ndim == 2 and result.shape[1] == 1:
                result = result[:, 0]
            if self.output == "probability":
                result = torch.sigmoid(result) if result.ndim == 1 else torch.softmax(result, 1)
            predictions: Predictions = result.float().cpu().numpy()
        return predictions


def _is_wrapped(module: torch.nn.Module) -> bool:
    from torch.nn.parallel import DistributedDataParallel

    return isinstance(module, DistributedDataParallel)


def _export(module: torch.nn.Module, transform: Transform) -> bytes:
    import torch

    batch = torch.export.Dim("batch", min=1)
    example = (
        torch.zeros(2, transform.width),
        torch.zeros(2, len(transform.sizes), dtype=torch.int64),
    )
    try:
        graph = torch.export.export(module, example, dynamic_shapes=({0: batch}, {0: batch}))
    except (torch._dynamo.exc.TorchDynamoException, RuntimeError, ValueError, TypeError) as error:
        raise InvalidInput(
            f"the module {type(module).__name__} cannot be saved as a graph: {error}",
            hint="forward(numeric, categorical) must use tensor operations for any batch size",
        ) from error
    content = io.BytesIO()
    torch.export.save(graph, content)
    return content.getvalue()
