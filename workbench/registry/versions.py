"""Versions of registered models."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import NotFound
from workbench.metadata import Artifact

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from workbench.tracking import Run

KIND = "model"

# Models by their digest, so that asking again does not load again; a version never changes.
_loaded: dict[str, Any] = {}
_KEPT = 4


@dataclass(frozen=True)
class ModelVersion:
    """One version of a registered model.

    Attributes
    ----------
    artifact : Artifact
        Kind "model".
    """

    artifact: Artifact

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.artifact.name

    @property
    def version(self) -> int:
        """1, 2, 3, … within its name."""
        return self.artifact.version

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref

    @property
    def aliases(self) -> tuple[str, ...]:
        """The aliases that point at this version now."""
        newest = workspace.current().metadata.find_artifact(self.artifact.id)
        return (newest or self.artifact).aliases

    @property
    def flavor(self) -> str:
        """How it is stored: torch, sklearn or callable."""
        return str(self.artifact.properties["flavor"])

    @property
    def signature(self) -> dict[str, Any]:
        """``{"inputs": [{"name", "type"}], "output": …}``: what it takes and gives."""
        signature: dict[str, Any] = self.artifact.properties["signature"]
        return signature

    @property
    def metrics(self) -> dict[str, float]:
        """What was measured when it was registered."""
        metrics: dict[str, float] = self.artifact.properties["metrics"]
        return metrics

    @property
    def run(self) -> Run | None:
        """The run that trained it, if one did."""
        from workbench.tracking import Run

        known = self.artifact.properties.get("run")
        return None if known is None else Run(workspace.current().metadata.execution(known))

    def load(self, *, allow_code: bool = False) -> Any:
        """Return the model itself; see `workbench.training.models`.

        Parameters
        ----------
        allow_code : bool
            Open a pickled callable too, which runs what its maker put in it.

        Raises
        ------
        InvalidInput
            If it is pickled code, and that is not allowed.
        """
        from workbench.training.models import load_model

        digest = str(self.artifact.digest)
        if digest not in _loaded:
            folder = workspace.current().blobs.local_tree(digest)
            while len(_loaded) >= _KEPT:
                _loaded.pop(next(iter(_loaded)))
            _loaded[digest] = load_model(folder, allow_code=allow_code)
        return _loaded[digest]

    def predict(
        self, rows: pd.DataFrame | Sequence[Mapping[str, Any]] | Mapping[str, Any]
    ) -> NDArray[np.float64]:
        """Return one probability a row.

        Parameters
        ----------
        rows : DataFrame, list of dict or dict
            With every column that the signature names.

        Raises
        ------
        InvalidInput
            If a column is missing or has a value that is none of its type.
        """
        asked = [rows] if isinstance(rows, Mapping) else rows
        values: NDArray[np.float64] = self.load().predict(asked)
        return values

    def set_alias(self, alias: str) -> ModelVersion:
        """Point an alias at this version, from wherever it pointed before; return this version.

        Raises
        ------
        InvalidInput
            If `alias` cannot be one.
        """
        workspace.current().metadata.set_alias(KIND, self.name, alias, self.version)
        return model(self.ref)

    def _repr_html_(self) -> str:
        facts = {
            "aliases": ", ".join(self.aliases) or "–",
            "flavor": self.flavor,
            "metrics": ", ".join(f"{key} {value:.3g}" for key, value in self.metrics.items()),
            "takes": ", ".join(
                f"{each['name']} ({each['type']})" for each in self.signature["inputs"]
            ),
            "features": str(self.artifact.properties.get("feature_service") or "–"),
        }
        rows = "".join(
            f"<tr><th style='text-align:left'>{name}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in facts.items()
        )
        return f"<p><b>{html.escape(self.ref)}</b></p><table>{rows}</table>"


def model(reference: str) -> ModelVersion:
    """Return a registered model: the newest version of ``name``, ``name@3`` or ``name@alias``.

    Raises
    ------
    NotFound
        If there is none; the hint offers near names, versions or aliases.
    """
    return ModelVersion(workspace.current().metadata.artifact(KIND, reference))


def models(name: str | None = None) -> list[ModelVersion]:
    """Return every version of a name, newest first; or, without one, each model's newest version.

    Raises
    ------
    NotFound
        If there is no model of that name.
    """
    metadata = workspace.current().metadata
    if name is None:
        return [ModelVersion(each) for each in metadata.artifacts(KIND, latest_only=True)]
    found = metadata.versions(KIND, name)
    if not found:
        raise NotFound(f"no model is named {name!r}", hint="see wb.models()")
    return [ModelVersion(each) for each in found]
