"""Text and tokens; the function of one value is the whole definition, in every lane."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.operations.registry import Params, op

_BETWEEN = "\x1f"  # the unit separator of ASCII


@op("number_text", Kind.TEXT, host=True)
def _number_text(lane: Any, params: Params) -> Callable[..., Any]:
    return lane.text_of  # type: ignore[no-any-return]  # a lane's own


@op("lower", Kind.TEXT, host=True)
def _lower(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda text: lane.of_text(lambda word: word and word.lower(), text)


@op("strip", Kind.TEXT, host=True)
def _strip(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda text: lane.of_text(lambda word: word and word.strip(), text)


@op("slice", Kind.TEXT, host=True)
def _slice(lane: Any, params: Params) -> Callable[..., Any]:
    part = slice(params["start"], params["stop"])
    return lambda text: lane.of_text(lambda word: word and word[part], text)


@op("fill_text", Kind.TEXT, host=True)
def _fill(lane: Any, params: Params) -> Callable[..., Any]:
    instead = params["text"]
    return lambda text: lane.of_text(lambda word: instead if word is None else word, text)


@op("fill_most_frequent", Kind.TEXT, host=True)
def _fill_most_frequent(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    instead = state["words"][0]
    return lambda text: lane.of_text(lambda word: instead if word is None else word, text)


@op("split", Kind.TOKENS, host=True)
def _split(lane: Any, params: Params) -> Callable[..., Any]:
    separator = params["separator"]
    return lambda text: lane.of_text(
        lambda word: None if word is None else tuple(word.split(separator)), text
    )


@op("length", host=True)
def _length(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda text: lane.number_of(
        lambda value: math.nan if value is None else float(len(value)), text
    )


@op("text_missing", host=True)
def _text_missing(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda text: lane.number_of(lambda value: 1.0 if value is None else 0.0, text)


@op("text_equals", host=True)
def _equals(lane: Any, params: Params) -> Callable[..., Any]:
    wanted = params["text"]
    return lambda text: lane.number_of(
        lambda word: math.nan if word is None else float(word == wanted), text
    )


@op("contains", host=True)
def _contains(lane: Any, params: Params) -> Callable[..., Any]:
    wanted = params["text"]
    return lambda text: lane.number_of(
        lambda value: math.nan if value is None else float(wanted in value), text
    )


@op("to_number", host=True)
def _to_number(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda text: lane.number_of(_parsed, text)


def _parsed(word: str | None) -> float:
    try:
        value = math.nan if word is None else float(word)
    except ValueError:
        return math.nan  # what is no number is missing, as documented
    return value if value - value == 0 else math.nan


@op("cross", Kind.TEXT, host=True)
def _cross(lane: Any, params: Params) -> Callable[..., Any]:
    return lambda *texts: lane.of_texts(_joined, *texts)


def _joined(*words: str | None) -> str | None:
    # ("1", "23") and ("12", "3") are two pairs, whatever the words hold.
    escaped = [
        word.replace("\\", "\\\\").replace(_BETWEEN, f"\\{_BETWEEN}")
        for word in words
        if word is not None
    ]
    return _BETWEEN.join(escaped) if len(escaped) == len(words) else None


@op("tf_idf", Kind.VECTOR, host=True)
def _tf_idf(lane: Any, params: Params, state: Any) -> Callable[..., Any]:
    idf = [float(each) for each in state["idf"]]
    places = {word: place for place, word in enumerate(state["words"])}

    def weigh(tokens: tuple[str, ...] | None) -> list[float]:
        row = [0.0] * len(idf)
        for token in tokens or ():
            place = places.get(token)
            if place is not None:
                row[place] += 1.0
        row = [count * weight for count, weight in zip(row, idf, strict=True)]
        if params["norm"]:
            length = math.sqrt(sum(each * each for each in row if each))
            row = [each / length for each in row] if length else row
        return row

    return lambda tokens: lane.vector_of(weigh, tokens)
