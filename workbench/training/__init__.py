"""Training: one function, the same on one process and on many.

`functions` checks the function and its params, `shares` brings each worker its rows, `context` is
what the function sees, `engine` runs it here or on a pool, `checkpoints` keeps its state, `models`
saves what it returned, and `trainer` is the whole of it as `train`.
"""

from workbench.tracking import register_opener
from workbench.training.checkpoints import load_checkpoint
from workbench.training.context import Context
from workbench.training.functions import unpack
from workbench.training.models import (
    CallableModel,
    ColumnsModel,
    Model,
    SklearnModel,
    TorchModel,
    load_model,
    save_model,
)
from workbench.training.trainer import train

__all__ = [
    "CallableModel",
    "ColumnsModel",
    "Context",
    "Model",
    "SklearnModel",
    "TorchModel",
    "load_checkpoint",
    "load_model",
    "save_model",
    "train",
]

register_opener("model", load_model)
register_opener("checkpoint", load_checkpoint)
register_opener("function", unpack)
