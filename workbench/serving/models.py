"""A model inside a serving process: loaded from its bytes, warm, and fed by the online store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.features.online.reading import open_store
from workbench.serving.inputs import Inputs
from workbench.serving.retrieval import Retrieval
from workbench.storage import BlobStore

if TYPE_CHECKING:
    from numpy.typing import NDArray

Row = dict[str, Any]

_WARM_UP = 3


@dataclass(frozen=True)
class Served:
    """A model that answers.

    Attributes
    ----------
    token : str
        Of the plan that it was loaded from.
    ref, version, flavor : str
        Of the model.
    signature : mapping
        Its inputs, each with a name and a type.
    run : callable
        From rows to one probability each.
    inputs : Inputs
    fetch : callable
        From the rows that requests give to what the online store knows of each.
    """

    token: str
    ref: str
    version: str
    flavor: str
    signature: Mapping[str, Any]
    run: Callable[[list[Row]], NDArray[Any]]
    inputs: Inputs
    fetch: Callable[[list[Row]], list[Row]]

    def predict(self, given: list[Row]) -> tuple[list[Row], list[float]]:
        """Return, for each row, all that is known of it and its probability.

        Raises
        ------
        InvalidInput
            If a row lacks a column or has a wrong value; the message names the row and the column.
        """
        found = self.fetch(given)
        many = len(given) > 1
        rows = [
            self.inputs.complete(row, known, f"instance {i}" if many else "the request")
            for i, (row, known) in enumerate(zip(given, found, strict=True))
        ]
        values = [float(value) for value in self.run(rows)]
        whole = [
            {**known, **row, **taken} for row, known, taken in zip(given, found, rows, strict=True)
        ]
        return whole, values


def load(plan: Mapping[str, Any]) -> Served:
    """Load what a plan names, and warm it up.

    Parameters
    ----------
    plan : mapping
        JSON: ``token``; ``model`` (ref, version, digest, flavor, signature, example); ``artifacts``
        (url, cache); ``retrieval`` and ``online_url``, or None where no features are looked up.

    Raises
    ------
    InvalidInput
        If the model does not answer to its own signature.
    """
    from workbench.training.models import load_model

    model = plan["model"]
    place = plan["artifacts"]
    folder = BlobStore(place["url"], Path(place["cache"])).local_tree(model["digest"])
    loaded = load_model(folder, allow_code=plan.get("allow_code", False))
    columns = {each["name"]: each["type"] for each in model["signature"]["inputs"]}
    retrieval = None
    if plan.get("retrieval"):
        retrieval = Retrieval(open_store(plan["online_url"]), plan["retrieval"])
    served = Served(
        token=plan["token"],
        ref=model["ref"],
        version=str(model["version"]),
        flavor=model["flavor"],
        signature=model["signature"],
        run=loaded.predict,
        inputs=Inputs(columns, retrieval.keys if retrieval else {}),
        fetch=retrieval.fetch if retrieval else _nothing,
    )
    _warm_up(served, model.get("example") or {})
    return served


def _warm_up(served: Served, example: Mapping[str, Any]) -> None:
    row = served.inputs.complete(
        {name: example.get(name) for name in served.inputs.names}, {}, "the model's example"
    )
    if not row:
        return
    for _ in range(_WARM_UP):
        values = served.run([row])
    wrong = served.signature["output"] == "probability" and not 0 <= float(values[0]) <= 1
    if values.shape != (1,) or wrong:
        raise InvalidInput(
            f"{served.ref} gave {values!r:.80} for one row",
            hint="a model that is served must give one number a row",
        )


def _nothing(given: list[Row]) -> list[Row]:
    return [{} for _ in given]
