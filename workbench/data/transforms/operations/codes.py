"""Whole numbers for embeddings and one-hot columns; 0 always says missing or unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.data.hashing import stable_hash
from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.numerics import is_missing
from workbench.data.transforms.operations.registry import OPS, Params, op


@op(
    "vocabulary",
    Kind.CODE,
    host=True,
    size=lambda params, state: 1 + len(state["words"]) + params["oov_buckets"],
)
def _vocabulary(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    codes: dict[str | None, int] = {word: code for code, word in enumerate(state["words"], 1)}
    buckets, first = params["oov_buckets"], 1 + len(codes)
    find = codes.get

    def code(word: str | None) -> int:
        known = find(word)
        if known is not None:
            return known
        return first + stable_hash(word) % buckets if buckets and word is not None else 0

    return lambda text: lane.code_of(code, text)


@op("hash_bucket", Kind.CODE, host=True, size=lambda params: 1 + params["buckets"])
def _hash_bucket(lane: Any, params: Params) -> Callable[..., Any]:
    buckets, seed = params["buckets"], params["seed"]
    return lambda text: lane.code_of(
        lambda word: 0 if word is None else 1 + stable_hash(word, seed) % buckets, text
    )


@op("hash64", Kind.CODE, host=True)
def _hash64(lane: Any, params: Params) -> Callable[..., Any]:
    seed = params["seed"]
    return lambda text: lane.code_of(
        lambda word: 0 if word is None else stable_hash(word, seed) - 2**63, text
    )


def _bucketized(lane: Any, edges: Any) -> Callable[..., Any]:
    table = lane.table([float(each) for each in edges])

    def code(x: Any) -> Any:
        place = lane.search(table, lane.where(is_missing(x), 0.0, x), right=True)
        return lane.where(is_missing(x), 0, place + 1)

    return code


@op("bucketize_at", Kind.CODE, size=lambda params: 2 + len(params["edges"]))
def _bucketize_at(lane: Any, params: Params) -> Callable[..., Any]:
    return _bucketized(lane, params["edges"])


@op("bucketize", Kind.CODE, size=lambda params, state: 2 + len(_edges(state)))
def _bucketize(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    return _bucketized(lane, _edges(state))


def _edges(state: Any) -> list[float]:
    return sorted(set(state["values"]))


@op("one_hot", Kind.VECTOR)
def _one_hot(lane: Any, params: Params, *states: Any) -> Callable[..., Any]:
    size = OPS[params["of"]].count(params["params"], *states)
    return lambda code: lane.one_hot(code, size)
