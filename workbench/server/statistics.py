"""What is known of the values of a record, as the table draws it; only drift is computed here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.calls import call
from workbench.core.errors import NotFound
from workbench.metadata import Artifact, Metadata

if TYPE_CHECKING:
    from workbench.data.statistics import DatasetStatistics
    from workbench.data.validation.anomalies import Anomaly
    from workbench.server.datasets.recorded import Recorded

#: So many of a dataset's statistics can be chosen from.
_CHOSEN = 100

#: What statistics were asked for beside the rows; what none of these says is of all rows.
_ASKED = ("split", "span", "by", "weight", "sample")


def first_of(
    recorded: Sequence[Artifact], dataset: Artifact
) -> tuple[Artifact, Artifact | None] | None:
    """Return which of a dataset's statistics are drawn first, and which are laid over them.

    Those of all rows if there are, else of its splits: the first one, and another.

    Parameters
    ----------
    recorded : sequence of Artifact
        The dataset's statistics, the newest first.
    dataset : Artifact
    """
    newest = _newest(recorded)
    if whole := newest.get(()):
        return whole, None
    order = list(dataset.properties.get("splits") or {})
    by_split = {
        dict(asked)["split"]: each
        for asked, each in newest.items()
        if [name for name, _ in asked] == ["split"]
    }
    splits = sorted(by_split, key=lambda name: order.index(name) if name in order else len(order))
    chosen = [by_split[name] for name in splits[:2]] or list(newest.values())[:1]
    return (chosen[0], chosen[1] if len(chosen) > 1 else None) if chosen else None


def choices(recorded: Recorded, others: Iterable[Artifact]) -> list[dict[str, Any]]:
    """Return what can be drawn on a dataset's page: its parts, and other versions as a whole."""
    newest = _newest(recorded.statistics)
    splits = list(recorded.dataset.properties.get("splits") or {})
    order = sorted(newest, key=lambda asked: _place(dict(asked), splits))
    own = [{"id": newest[each].id, "text": _label(each), "other": False} for each in order]
    by_reference: dict[str, Artifact] = {}
    for each in recorded.metadata.artifacts("statistics", recorded.dataset.name, limit=500):
        if each.digest is not None and is_whole(each):
            by_reference.setdefault(str(each.properties.get("dataset")), each)
    return own[:_CHOSEN] + [
        {"id": by_reference[version.ref].id, "text": version.ref, "other": True}
        for version in others
        if version.ref in by_reference
    ]


def chosen(identifier: str, against: str | None) -> dict[str, Any]:
    """Return recorded statistics, and others laid over them, with the code that makes them.

    Raises
    ------
    NotFound
        If an id is not that of statistics.
    """
    metadata = workspace.current().metadata
    first = _found(metadata, identifier)
    second = _found(metadata, against) if against else None
    return {"data": draw(first, second), "code": code_of(first, second)}


def draw(
    artifact: Artifact, against: Artifact | None = None, anomalies: Sequence[Anomaly] = ()
) -> dict[str, Any] | None:
    """Return stored statistics as the table draws them, with anomalies at their columns."""
    if artifact.digest is None:
        return None
    compared = None if against is None else against.digest
    return _named(_read(artifact.digest, compared, tuple(anomalies)), artifact, against)


def of_view(metadata: Metadata, view: Artifact) -> dict[str, Any] | None:
    """Return the statistics of a view's values, or None before it is first materialized."""
    kept = metadata.find_artifact(str(view.properties.get("statistics")))
    return None if kept is None else draw(kept)


def code_of(artifact: Artifact, against: Artifact | None = None) -> str:
    """Return the code that makes statistics, and draws them over others."""
    first = _making(artifact)
    if against is None:
        return first
    shown = f"StatisticsWidget(\n    {first},\n    {_making(against)},\n)"
    return f"from workbench.widgets import StatisticsWidget\n\n{shown}"


def is_whole(artifact: Artifact) -> bool:
    """Return whether statistics are of all rows, and nothing was asked for beside."""
    return not _asked(artifact)


def span_of(artifact: Artifact) -> str | None:
    """Return the span that statistics are of, if they are of all its rows and nothing else."""
    asked = dict(_asked(artifact))
    return str(asked["span"]) if list(asked) == ["span"] else None


def _making(artifact: Artifact) -> str:
    facts = artifact.properties
    return call("wb.statistics", facts.get("dataset") or artifact.name, **dict(_asked(artifact)))


def _newest(recorded: Iterable[Artifact]) -> dict[tuple[tuple[str, Any], ...], Artifact]:
    newest: dict[tuple[tuple[str, Any], ...], Artifact] = {}
    for each in recorded:
        newest.setdefault(_asked(each), each)
    return newest


def _asked(artifact: Artifact) -> tuple[tuple[str, Any], ...]:
    facts = artifact.properties
    plain = ((name, facts.get(name)) for name in _ASKED)
    return tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in plain
        if value is not None
    )


def _place(asked: dict[str, Any], splits: list[str]) -> tuple[int, int, str]:
    """Return where a choice stands: all rows, then split by split, then span by span."""
    split = asked.get("split")
    of_split = splits.index(split) + 1 if split in splits else 0
    return (len(asked) - (of_split > 0), of_split, str(asked.get("span", "")))


def _label(asked: tuple[tuple[str, Any], ...]) -> str:
    """Return what a choice is called; the empty text is all rows."""
    words = {"by": "by ", "weight": "weighed by ", "sample": "sample of "}
    return ", ".join(
        words.get(name, "") + (", ".join(value) if isinstance(value, tuple) else str(value))
        for name, value in asked
    )


def _found(metadata: Metadata, identifier: str) -> Artifact:
    artifact = metadata.find_artifact(identifier)
    if artifact is None or artifact.kind != "statistics" or artifact.digest is None:
        raise NotFound(f"no statistics have the id {identifier!r}", hint="wb.statistics makes them")
    return artifact


def _named(data: dict[str, Any], artifact: Artifact, against: Artifact | None) -> dict[str, Any]:
    """Give the figures of all rows the dataset's own name."""
    first, *others = data["datasets"]
    names = [_name(artifact, first["name"])]
    names += [_name(against, each["name"]) if against else each["name"] for each in others]
    renamed = [{**each, "name": name} for each, name in zip(data["datasets"], names, strict=True)]
    return {**data, "datasets": renamed}


def _name(artifact: Artifact, own: str) -> str:
    reference = artifact.properties.get("dataset")
    return own if reference is None or _asked(artifact) else str(reference)


@lru_cache(maxsize=64)
def _read(
    digest: str, compared: str | None = None, anomalies: tuple[Anomaly, ...] = ()
) -> dict[str, Any]:
    """Read what digests name once: the same bytes are the same statistics in any workspace."""
    from workbench.data.statistics.widget_data import statistics_data

    sets = [stored(digest), *([] if compared is None else [stored(compared)])]
    return statistics_data(sets, anomalies=anomalies)


@lru_cache(maxsize=1024)
def stored(digest: str) -> DatasetStatistics:
    """Return the statistics that a digest names, of all the rows that they are of."""
    from tensorflow_metadata.proto.v0 import statistics_pb2

    from workbench.data.statistics import Statistics

    content = workspace.current().blobs.read(digest)
    kept = statistics_pb2.DatasetFeatureStatisticsList.FromString(content)
    return Statistics.from_proto(kept).datasets[0]
