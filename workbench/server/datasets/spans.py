"""A dataset's spans: how many rows each holds, by split, and which version brought them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from workbench.core.calls import Name, call
from workbench.data.datasets.dataset import Dataset
from workbench.metadata import Artifact, Metadata
from workbench.server import statistics
from workbench.server.datasets.recorded import Recorded
from workbench.server.imports import using
from workbench.server.tables import column, link, table

#: So many spans are drawn through time.
DRAWN = 400

_Digests = dict[str, frozenset[str]]


def spans(recorded: Recorded) -> dict[str, Any]:
    """Return the part: names, rows by split for the chart, and a row a span."""
    dataset = Dataset(recorded.dataset)
    if not recorded.dataset.properties.get("spans"):
        return {"tables": [], "spans": None, "through": None, "code": _keeping_apart(dataset)}
    splits = list(dataset.splits)
    rows = {name: dict.fromkeys(splits, 0) for name in dataset.spans}
    sizes = dict.fromkeys(rows, 0)
    for file in dataset.files:
        if file.span in rows:
            rows[file.span][file.split] += file.rows
            sizes[file.span] += file.size
    added = _added(recorded.metadata, recorded.dataset)
    heads = [column("span"), column("rows", "count")]
    heads += [column(split, "count") for split in splits] * (len(splits) > 1)
    heads += [column("size", "bytes"), column("came with"), column("made", "time")]
    listed = []
    for name, by_split in rows.items():
        version = added.get(name, recorded.dataset)
        listed.append(
            [
                name,
                sum(by_split.values()),
                *([by_split[split] for split in splits] * (len(splits) > 1)),
                sizes[name],
                link(version.ref, version.id),
                version.created_at.isoformat(),
            ]
        )
    return {
        "tables": table("Spans", heads, listed),
        "spans": {
            "names": list(rows),
            "splits": splits,
            "rows": [[by_split[split] for by_split in rows.values()] for split in splits],
        },
        "through": _through(recorded, list(rows)),
        "code": using("workbench.widgets", "SpansWidget", dataset.ref),
    }


def _keeping_apart(dataset: Dataset) -> str:
    """Return the code that keeps rows in spans from their ingest on."""
    named = {"name": dataset.name, "time": dataset.time or "…", "span": "month"}
    return call("wb.ingest", Name("source"), **named)


def _through(recorded: Recorded, names: list[str]) -> dict[str, Any] | None:
    """Return how values are spread span by span, where each span has recorded statistics."""
    from workbench.widgets.spans_data import spans_data

    known = {
        statistics.span_of(each): each.digest
        for each in reversed(recorded.statistics)  # the newest stays
    }
    digests = [known.get(name) for name in names]
    if not 1 < len(names) <= DRAWN or not all(digests):
        return None
    parts = [
        (name, statistics.stored(str(each))) for name, each in zip(names, digests, strict=True)
    ]
    return spans_data(recorded.dataset.ref, parts)


def _added(metadata: Metadata, shown: Artifact) -> dict[str, Artifact]:
    """Return, for each span, the version since which it has held exactly these files."""
    here = digests_by_span(shown)
    found = dict.fromkeys(here, shown)
    waiting = set(here)
    for version in metadata.versions("dataset", shown.name):
        if version.version >= shown.version:
            continue
        there = digests_by_span(version)
        waiting = {name for name in waiting if there.get(name) == here[name]}
        if not waiting:
            break
        found |= dict.fromkeys(waiting, version)
    return found


def digests_by_span(version: Artifact) -> _Digests:
    """Return the files of each span, by digest."""
    return _digests(version.digest) if version.digest and version.properties.get("spans") else {}


@lru_cache(maxsize=512)
def _digests(manifest: str) -> _Digests:
    from workbench import workspace
    from workbench.data.datasets.manifest import Manifest

    found: dict[str, set[str]] = {}
    for file in Manifest.of_bytes(workspace.current().blobs.read(manifest)).files:
        found.setdefault(file.span, set()).add(file.digest)
    return {span: frozenset(digests) for span, digests in found.items()}
