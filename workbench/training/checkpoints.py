"""A training's state as files: tensors in safetensors, everything else in JSON; no pickle.

A state is a tree of dicts (with string or whole-number keys), lists and tuples, whose leaves are
tensors, NumPy arrays, numbers, strings, truth values or None; a module or an optimiser in it stands
for its ``state_dict()``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput

if TYPE_CHECKING:
    import torch

TENSORS = "tensors.safetensors"
STATE = "state.json"
FORMAT = 1


def pack_checkpoint(state: Mapping[str, Any], step: int) -> dict[str, bytes]:
    """Return a checkpoint's files, by name.

    Raises
    ------
    InvalidInput
        If something in `state` cannot be kept; the message says where.
    """
    from safetensors.torch import save

    tensors: dict[str, torch.Tensor] = {}
    tree = _encode(dict(state), "state", tensors)
    content = {"format": FORMAT, "step": step, "state": tree}
    return {TENSORS: save(tensors), STATE: json.dumps(content).encode()}


def load_checkpoint(folder: Path) -> dict[str, Any]:
    """Return the state kept in a folder, with its ``step``; tensors are on the CPU."""
    return unpack_checkpoint({name: (folder / name).read_bytes() for name in (TENSORS, STATE)})


def unpack_checkpoint(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the state that `pack_checkpoint` packed, with its ``step``."""
    from safetensors.torch import load

    content = json.loads(files[STATE])
    if content["format"] != FORMAT:
        raise InvalidInput(
            f"a checkpoint of format {content['format']!r}", hint="a newer version wrote it"
        )
    state: dict[str, Any] = _decode(content["state"], load(files[TENSORS]))
    return {"step": content["step"], **state}


def _encode(value: Any, where: str, tensors: dict[str, torch.Tensor]) -> dict[str, Any]:
    import numpy as np
    import torch

    if isinstance(value, torch.Tensor):
        # A copy of its own: safetensors takes no views, and training goes on meanwhile.
        tensors[where] = value.detach().to("cpu", copy=True).contiguous()
        return {"tensor": where}
    if isinstance(value, np.ndarray):
        tensors[where] = torch.from_numpy(np.array(value, order="C"))
        return {"array": where}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return {"value": value}
    if hasattr(value, "state_dict"):
        value = value.state_dict()
    if isinstance(value, Mapping):
        for key in value:
            if type(key) not in (str, int):
                raise InvalidInput(
                    f"{where} has the key {key!r}, which a checkpoint cannot keep",
                    hint="use strings or whole numbers as keys",
                )
        return {"dict": [[k, _encode(v, f"{where}.{k}", tensors)] for k, v in value.items()]}
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_encode(v, f"{where}.{i}", tensors) for i, v in enumerate(value)]}
    raise InvalidInput(
        f"{where} is a {type(value).__name__}, which a checkpoint cannot keep",
        hint="keep tensors, arrays, numbers, strings, and dicts or lists of them",
    )


def _decode(tree: dict[str, Any], tensors: Mapping[str, torch.Tensor]) -> Any:
    ((kind, content),) = tree.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "array":
        return tensors[content].numpy()
    if kind == "dict":
        return {key: _decode(value, tensors) for key, value in content}
    if kind in ("list", "tuple"):
        items = [_decode(value, tensors) for value in content]
        return tuple(items) if kind == "tuple" else items
    return content
