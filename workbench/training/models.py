"""Saving and opening models of every flavor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.core.errors import InvalidInput, NotFound, near
from workbench.training.callable_models import CallableModel
from workbench.training.flavors import FLAVOR, Flavored, Model, read_flavor, write_flavor
from workbench.training.sklearn_models import ColumnsModel, SklearnModel
from workbench.training.torch_models import TorchModel

__all__ = [
    "CallableModel",
    "ColumnsModel",
    "Model",
    "SklearnModel",
    "TorchModel",
    "as_model",
    "load_model",
    "pack_model",
    "save_model",
]

_OPENERS: dict[str, Any] = {
    TorchModel.flavor: TorchModel.open,
    SklearnModel.flavor: SklearnModel.open,
    ColumnsModel.flavor: ColumnsModel.open,
    CallableModel.flavor: CallableModel.open,
}


def as_model(thing: object) -> Model:
    """Return `thing` as a model: itself, or a scikit-learn estimator or a callable wrapped.

    Raises
    ------
    InvalidInput
        If it is neither.
    """
    if isinstance(thing, (TorchModel, SklearnModel, ColumnsModel, CallableModel)):
        return thing
    if hasattr(thing, "get_params") and hasattr(thing, "predict"):
        return SklearnModel(thing)
    if hasattr(thing, "state_dict"):
        raise InvalidInput(
            f"the module {type(thing).__name__} comes without the transform that feeds it",
            hint="return wb.TorchModel(module, transform)",
        )
    if isinstance(thing, Model):
        return thing
    if callable(thing):
        return CallableModel(thing)
    raise InvalidInput(
        f"a {type(thing).__name__} is no model",
        hint="return wb.TorchModel(module, transform), a scikit-learn estimator or a function",
    )


def pack_model(model: Model, types: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """Return a model's files by name, `flavor.json` among them."""
    known = types or {}
    return {**model.files(known), FLAVOR: write_flavor(model, known)}


def save_model(
    model: object, folder: str | Path, types: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Save a model in a folder.

    Parameters
    ----------
    model : Model, scikit-learn estimator or callable
    folder : path
        Made if it is not there.
    types : mapping of str to str, optional
        The types of the columns that it was trained on.

    Returns
    -------
    dict
        The content of its `flavor.json`: flavor, signature.

    Raises
    ------
    InvalidInput
        If it cannot be saved.
    """
    target = Path(folder)
    files = pack_model(as_model(model), types)
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (target / name).write_bytes(content)
    return read_flavor(target)


def load_model(folder: str | Path, *, allow_code: bool = False) -> Model:
    """Open a saved model.

    Parameters
    ----------
    folder : path
    allow_code : bool
        Open a pickled callable too, which runs what its maker put in it.

    Raises
    ------
    InvalidInput
        If the folder holds no model, or one that only `allow_code` opens.
    NotFound
        If its flavor is unknown.
    """
    about = read_flavor(Path(folder))
    flavor = about["flavor"]
    if flavor not in _OPENERS:
        raise NotFound(f"no flavor {flavor!r} of models", hint=near(flavor, _OPENERS))
    options = {"allow_code": allow_code} if flavor == CallableModel.flavor else {}
    model: Model = _OPENERS[flavor](Path(folder), about, **options)
    if isinstance(model, Flavored):
        model.saved_signature = about["signature"]
    return model
