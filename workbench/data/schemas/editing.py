"""How each expectation of a column is written into a schema; the table at the end lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.core.errors import InvalidInput, near
from workbench.data.schemas.expectations import (
    Expectations,
    Lengths,
    fill,
    set_thresholds,
    share,
)
from workbench.data.schemas.features import type_of


def edit_feature(proto: Any, feature: Any, column: str, changes: Expectations) -> None:
    """Change what a schema expects of one of its features.

    Raises
    ------
    InvalidInput
        If there is no such expectation, or it does not fit the column's type.
    """
    for name in changes:
        if name not in _EDITS:
            raise InvalidInput(
                f"nothing called {name!r} can be expected of a column", hint=near(name, _EDITS)
            )
    # In the table's order: a type comes before what depends on it.
    for name, edit in _EDITS.items():
        if name in changes:
            edit(proto, feature, column, changes[name])  # type: ignore[literal-required]


def set_range(message: Any, given: Lengths | None, what: str) -> None:
    """Set ``min`` and ``max`` of a message from a pair."""
    low, high = _pair(given, what)
    message.SetInParent()
    for name, value in (("min", low), ("max", high)):
        if value is None:
            message.ClearField(name)
        else:
            setattr(message, name, value)


def _pair(given: Any, what: str) -> Lengths:
    pair = (None, None) if given is None else tuple(given)
    if len(pair) != 2 or not all(each is None or isinstance(each, int) for each in pair):
        raise InvalidInput(f"{what}={given!r} is no range", hint="give two whole numbers or None")
    if pair[0] is not None and pair[1] is not None and pair[0] > pair[1]:
        raise InvalidInput(f"{what}={given!r} is empty", hint="the lower bound comes first")
    return pair


def _type(proto: Any, feature: Any, column: str, given: str) -> None:
    from tensorflow_metadata.proto.v0 import schema_pb2

    types = {
        "INT": schema_pb2.INT,
        "FLOAT": schema_pb2.FLOAT,
        "STRING": schema_pb2.BYTES,
        "BYTES": schema_pb2.BYTES,
        "BOOL": schema_pb2.INT,
        "TIME": schema_pb2.INT,
        "STRUCT": schema_pb2.STRUCT,
    }
    if given not in types:
        raise InvalidInput(f"there is no type {given!r}", hint=f"the types are {', '.join(types)}")
    if type_of(feature) != given:
        which = feature.WhichOneof("domain_info")
        if which is not None:
            feature.ClearField(which)
        feature.ClearField("distribution_constraints")
    feature.type = types[given]
    if given == "BOOL":
        feature.bool_domain.SetInParent()
    elif given == "TIME" and not feature.HasField("time_domain"):
        feature.time_domain.integer_format = schema_pb2.TimeDomain.UNIX_MICROSECONDS


def _values(proto: Any, feature: Any, column: str, given: Sequence[str] | None) -> None:
    if given is None:
        _clear(feature, "string_domain", "domain")
        feature.ClearField("distribution_constraints")
        return
    _check_text(feature, column, "give minimum= or maximum=")
    feature.string_domain.name = column
    feature.string_domain.value[:] = list(dict.fromkeys(given))


def _shared(proto: Any, feature: Any, column: str, given: str | None) -> None:
    if given is None:
        _clear(feature, "domain")
        return
    _check_text(feature, column, "only texts have a domain of values")
    known = [each.name for each in proto.string_domain]
    if given not in known:
        raise InvalidInput(
            f"the schema has no domain {given!r}",
            hint=near(given, known) if known else "make it: schema.add_domain(name, values)",
        )
    feature.domain = given


def _check_text(feature: Any, column: str, hint: str) -> None:
    if type_of(feature) != "STRING":
        raise InvalidInput(f"{column!r} holds numbers", hint=hint)


def _clear(feature: Any, *domains: str) -> None:
    which = feature.WhichOneof("domain_info")
    if which in domains:
        feature.ClearField(which)


def _numbers(proto: Any, feature: Any, column: str, given: str | None) -> None:
    _check_text(feature, column, "minimum= and maximum= are enough for numbers")
    if given is None:
        _clear(feature, "int_domain", "float_domain")
    elif given in ("INT", "FLOAT"):
        getattr(feature, f"{given.lower()}_domain").SetInParent()
    else:
        raise InvalidInput(f"numbers={given!r} are none", hint="say INT or FLOAT")


def _range_domain(feature: Any, column: str) -> Any:
    """Return the domain that holds a column's range, of numbers or of numbers written as text."""
    which = feature.WhichOneof("domain_info")
    if which in ("int_domain", "float_domain"):
        return getattr(feature, which)
    kind = type_of(feature)
    if kind not in ("INT", "FLOAT"):
        raise InvalidInput(
            f"{column!r} holds {kind or 'nothing yet'}, which has no range", hint="give values="
        )
    return feature.int_domain if kind == "INT" else feature.float_domain


def _bound(name: str) -> Callable[[Any, Any, str, float | None], None]:
    def edit(proto: Any, feature: Any, column: str, given: float | None) -> None:
        domain = _range_domain(feature, column)
        if given is None:
            domain.ClearField(name)
        elif domain.DESCRIPTOR.name == "IntDomain":
            if not -(2**63) <= given < 2**63:
                raise InvalidInput(f"{given!r} is no 64-bit number", hint="leave the range open")
            setattr(domain, name, int(given))
        else:
            setattr(domain, name, given)

    return edit


def _float_rule(name: str) -> Callable[[Any, Any, str, bool | None], None]:
    def edit(proto: Any, feature: Any, column: str, given: bool | None) -> None:
        if type_of(feature) != "FLOAT" and feature.WhichOneof("domain_info") != "float_domain":
            raise InvalidInput(
                f"{column!r} holds {type_of(feature) or 'nothing yet'}, never NaN or infinity",
                hint="only FLOAT does",
            )
        setattr(feature.float_domain, name, given is False)

    return edit


def _categorical(proto: Any, feature: Any, column: str, given: bool | None) -> None:
    if type_of(feature) != "INT":
        raise InvalidInput(f"{column!r} holds no whole numbers", hint="texts are categories anyway")
    feature.int_domain.is_categorical = bool(given)


def _truth(name: str) -> Callable[[Any, Any, str, str | None], None]:
    def edit(proto: Any, feature: Any, column: str, given: str | None) -> None:
        _check_text(feature, column, "only texts are compared to a word for true or false")
        if given is None:
            feature.bool_domain.ClearField(name)
        else:
            setattr(feature.bool_domain, name, given)

    return edit


def _domain(name: str, field: str) -> Callable[[Any, Any, str, Mapping[str, Any] | None], None]:
    def edit(proto: Any, feature: Any, column: str, given: Mapping[str, Any] | None) -> None:
        _clear(feature, field)
        if given is not None:
            domain = getattr(feature, field)
            domain.SetInParent()
            fill(domain, given, name)

    return edit


def _url(proto: Any, feature: Any, column: str, given: bool | None) -> None:
    _clear(feature, "url_domain")
    if given:
        _check_text(feature, column, "an address is a text")
        feature.url_domain.SetInParent()


def _present(proto: Any, feature: Any, column: str, given: float | None) -> None:
    if given is None:
        feature.presence.ClearField("min_fraction")
    else:
        feature.presence.min_fraction = share(given, "present")


def _count(proto: Any, feature: Any, column: str, given: int | None) -> None:
    if given is None:
        feature.presence.ClearField("min_count")
    else:
        feature.presence.min_count = given


def _lengths(proto: Any, feature: Any, column: str, given: Any) -> None:
    if given is None:
        which = feature.WhichOneof("shape_type")
        if which is not None:
            feature.ClearField(which)
    elif any(isinstance(each, (tuple, list)) for each in given):
        del feature.value_counts.value_count[:]
        for pair in given:
            set_range(feature.value_counts.value_count.add(), pair, "lengths")
    else:
        set_range(feature.value_count, given, "lengths")


def _shape(proto: Any, feature: Any, column: str, given: Sequence[int] | None) -> None:
    feature.ClearField("shape")
    if given is not None:
        feature.shape.SetInParent()
        for size in given:
            if size < 1:
                raise InvalidInput(f"shape={given!r} has no room", hint="sizes are above zero")
            feature.shape.dim.add(size=size)


def _tolerate(proto: Any, feature: Any, column: str, given: float | None) -> None:
    if given is None:
        feature.ClearField("distribution_constraints")
    else:
        mass = 1.0 - share(given, "tolerate")
        feature.distribution_constraints.min_domain_mass = mass


def _unique(proto: Any, feature: Any, column: str, given: Lengths | None) -> None:
    if given is None:
        feature.ClearField("unique_constraints")
        return
    low, high = _pair(given, "unique")
    # TFDV takes a bound that is not set for 0, so both are written.
    feature.unique_constraints.min = low or 0
    feature.unique_constraints.max = 2**31 - 1 if high is None else high


def _environments(proto: Any, feature: Any, column: str, given: Sequence[str] | None) -> None:
    wanted = list(given or ())
    known = list(dict.fromkeys([*proto.default_environment, *wanted]))
    proto.default_environment[:] = known
    del feature.in_environment[:]
    absent = [] if given is None else [each for each in known if each not in wanted]
    feature.not_in_environment[:] = absent


def _absent(proto: Any, feature: Any, column: str, given: Sequence[str] | None) -> None:
    wanted = list(given or ())
    proto.default_environment[:] = list(dict.fromkeys([*proto.default_environment, *wanted]))
    kept = [each for each in feature.in_environment if each not in wanted]
    feature.in_environment[:] = kept
    feature.not_in_environment[:] = wanted


def _stage(proto: Any, feature: Any, column: str, given: str | None) -> None:
    feature.ClearField("deprecated")
    if given is None:
        feature.ClearField("lifecycle_stage")
    else:
        feature.lifecycle_stage = stage_of(given)


def stage_of(name: str) -> int:
    """Return the number of a lifecycle stage."""
    from tensorflow_metadata.proto.v0 import schema_pb2

    known = schema_pb2.LifecycleStage.keys()
    if name not in known:
        raise InvalidInput(f"there is no stage {name!r}", hint=near(name, known))
    return int(schema_pb2.LifecycleStage.Value(name))


def _comparator(name: str) -> Callable[[Any, Any, str, Any], None]:
    def edit(proto: Any, feature: Any, column: str, given: Any) -> None:
        set_thresholds(feature, name, given)

    return edit


_EDITS: dict[str, Callable[[Any, Any, str, Any], None]] = {
    "type": _type,
    "numbers": _numbers,
    "values": _values,
    "shared": _shared,
    "minimum": _bound("min"),
    "maximum": _bound("max"),
    "nan": _float_rule("disallow_nan"),
    "infinity": _float_rule("disallow_inf"),
    "categorical": _categorical,
    "true": _truth("true_value"),
    "false": _truth("false_value"),
    "time": _domain("time", "time_domain"),
    "language": _domain("language", "natural_language_domain"),
    "image": _domain("image", "image_domain"),
    "url": _url,
    "present": _present,
    "count": _count,
    "lengths": _lengths,
    "shape": _shape,
    "tolerate": _tolerate,
    "unique": _unique,
    "environments": _environments,
    "absent": _absent,
    "stage": _stage,
    "drift": _comparator("drift"),
    "skew": _comparator("skew"),
}
