"""What can be judged, and on what: models and rows in every form in which they are given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.metadata import Artifact

if TYPE_CHECKING:
    import pandas as pd

    from workbench.training.models import Model


@dataclass(frozen=True)
class Subject:
    """A model to be judged.

    Attributes
    ----------
    name, title : str
        What the evaluation is called, and the model's reference.
    model : Model
    reads : tuple of Artifact
    run : str or None
        The run's id, when its model is not registered (or not only) but taken from it.
    """

    name: str
    title: str
    model: Model
    reads: tuple[Artifact, ...] = ()
    run: str | None = None


@dataclass(frozen=True)
class Material:
    """Rows to judge on.

    Attributes
    ----------
    title, split, label : str
    time : str or None
    frame : DataFrame
    reads : tuple of Artifact
    """

    title: str
    split: str
    label: str
    time: str | None
    frame: pd.DataFrame
    reads: tuple[Artifact, ...] = ()


def subject(model: Any) -> Subject:
    """Return a model in the form in which it is judged.

    Raises
    ------
    NotFound
        If a reference means no model.
    InvalidInput
        If `model` cannot predict.
    """
    from workbench.training.models import as_model, load_model

    space = workspace.current()
    if isinstance(model, str):
        artifact = space.metadata.artifact("model", model)
        loaded = load_model(space.blobs.local_tree(str(artifact.digest)))
        return Subject(artifact.name, artifact.ref, loaded, (artifact,))
    known = getattr(model, "artifact", None)
    if isinstance(known, Artifact) and hasattr(model, "load"):
        return Subject(known.name, known.ref, model.load(), (known,))
    if hasattr(model, "model") and hasattr(model, "id"):
        loaded = model.model
        saved = space.metadata.find_artifact(model.properties["model_artifact"])
        reads = () if saved is None else (saved,)
        return Subject(model.name, f"run {model.name}", loaded, reads, model.id)
    return Subject(type(model).__name__, type(model).__name__, as_model(model))


def material(data: Any, split: str, label: str | None) -> Material:
    """Return the rows to judge on.

    Raises
    ------
    NotFound
        If a reference means no dataset.
    InvalidInput
        If there is no label.
    """
    import pandas as pd

    from workbench.data.datasets import dataset

    if isinstance(data, pd.DataFrame):
        times = [str(name) for name in data if isinstance(data[name].dtype, pd.DatetimeTZDtype)]
        truth = _label(label, None, data, "the frame")
        return Material("a frame", "all", truth, times[0] if len(times) == 1 else None, data)
    source = dataset(data) if isinstance(data, str) else data
    frame = source.to_pandas(split=split)
    truth = _label(label, source.label, [column.name for column in source.columns], source.ref)
    return Material(source.ref, split, truth, source.time, frame, (source.artifact,))


def _label(given: str | None, own: str | None, columns: Iterable[Any], where: str) -> str:
    label = given or own
    known = [str(column) for column in columns]
    if label is None:
        raise InvalidInput(f"{where} has no label", hint="say which column is the truth: label=…")
    if label not in known:
        raise InvalidInput(f"{where} has no column {label!r}", hint=near(label, known))
    return label
