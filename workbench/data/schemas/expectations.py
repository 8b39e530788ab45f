"""What can be expected of a column, in the words of `Schema.edit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from workbench.core.errors import InvalidInput, near
from workbench.data.schemas.features import type_of

MEASURES = ("infinity_norm", "jensen_shannon_divergence", "normalized_abs_difference")

Lengths = tuple[int | None, int | None]


class Expectations(TypedDict, total=False):
    """What can be expected of a column; None takes an expectation back.

    Attributes
    ----------
    type : str
        INT, FLOAT, STRING, BYTES, BOOL, TIME or STRUCT; another one clears what the values may be.
    values : sequence of str
        The texts that it may hold.
    shared : str
        The name of a domain of the schema, whose texts it may hold.
    minimum, maximum : float
        The range of a number, or of numbers written as text.
    numbers : str
        INT or FLOAT: a text column holds such numbers, written out.
    nan, infinity : bool
        False where they are forbidden.
    categorical : bool
        Whether whole numbers stand for categories.
    true, false : str
        How truth values are written as text.
    time : mapping
        A ``TimeDomain``: ``{"integer_format": "UNIX_SECONDS"}``.
    language : mapping
        A ``NaturalLanguageDomain``: ``{"coverage": {"min_coverage": 0.9}}``.
    image : mapping
        An ``ImageDomain``: ``{"max_image_byte_size": 1000000}``.
    url : bool
        Whether it holds addresses.
    present : float
        The least share of rows that have a value, from 0 to 1.
    count : int
        The least number of rows that have one.
    lengths : (int, int) or sequence of those
        The fewest and the most values of a list, None where open; a pair a level of nested lists.
    shape : sequence of int
        The one shape that every row has.
    tolerate : float
        The share of values that may lie outside `values`, from 0 to 1.
    unique : (int, int)
        The fewest and the most distinct values, None where open.
    environments : sequence of str
        Where the column is expected; elsewhere it must be absent.
    absent : sequence of str
        The environments in which it must be absent; it is expected in all others.
    stage : str
        The lifecycle stage; PLANNED, ALPHA, DEBUG_ONLY, DEPRECATED and DISABLED are not looked at.
    drift, skew : float or mapping of str to float
        The most that it may differ from the baseline, or from what is served: of texts L-infinity,
        of numbers Jensen-Shannon divergence, or by the name of the measure.
    """

    type: str
    values: Sequence[str] | None
    shared: str | None
    minimum: float | None
    maximum: float | None
    numbers: Literal["INT", "FLOAT"] | None
    nan: bool | None
    infinity: bool | None
    categorical: bool | None
    true: str | None
    false: str | None
    time: Mapping[str, Any] | None
    language: Mapping[str, Any] | None
    image: Mapping[str, Any] | None
    url: bool | None
    present: float | None
    count: int | None
    lengths: Lengths | Sequence[Lengths] | None
    shape: Sequence[int] | None
    tolerate: float | None
    unique: Lengths | None
    environments: Sequence[str] | None
    absent: Sequence[str] | None
    stage: str | None
    drift: float | Mapping[str, float] | None
    skew: float | Mapping[str, float] | None


def set_thresholds(
    feature: Any, comparator: str, given: float | Mapping[str, float] | None
) -> None:
    """Set how far a column may move, by the measure that suits its type or by those named."""
    limits = getattr(feature, f"{comparator}_comparator")
    if given is None:
        feature.ClearField(f"{comparator}_comparator")
        return
    if not isinstance(given, Mapping):
        text = type_of(feature) in ("STRING", "BOOL")
        given = {MEASURES[0] if text else MEASURES[1]: given}
    for name, threshold in given.items():
        if name not in MEASURES:
            raise InvalidInput(f"no measure is called {name!r}", hint=near(name, MEASURES))
        getattr(limits, name).threshold = threshold


def share(value: float, what: str) -> float:
    """Return a number from 0 to 1."""
    if not 0 <= value <= 1:
        raise InvalidInput(f"{what}={value!r} is no share", hint="give a number from 0 to 1")
    return float(value)


def fill(message: Any, given: Mapping[str, Any], what: str) -> None:
    """Fill a message by its fields' names."""
    from google.protobuf import json_format

    try:
        json_format.ParseDict(dict(given), message)
    except json_format.ParseError as error:
        fields = ", ".join(each.name for each in message.DESCRIPTOR.fields)
        raise InvalidInput(f"{what}={given!r}: {error}", hint=f"the fields are {fields}") from error
