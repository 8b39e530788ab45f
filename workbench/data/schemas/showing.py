"""A schema as a table to look at."""

from __future__ import annotations

import html
from typing import Any

from workbench.data.schemas.constraints import read_constraints
from workbench.data.schemas.features import bounds_of, domain_of, type_of, walk

_LEFT = "style='text-align:left'"
_HEADS = ("Column", "Type", "Present", "Values", "Not in", "Thresholds")
_SHOWN = 8


def rows_of(proto: Any) -> list[dict[str, str]]:
    """Return a schema as rows to read, one a column."""
    return [
        dict(zip(_HEADS, _cells(proto, path, feature), strict=True))
        for path, feature in walk(proto)
    ]


def table_of(proto: Any) -> str:
    """Return a schema as an HTML table, a row a column, then what else is demanded."""
    heads = "".join(f"<th {_LEFT}>{head}</th>" for head in _HEADS)
    rows = "".join(
        f"<tr>{''.join(f'<td {_LEFT}>{html.escape(cell)}</td>' for cell in row.values())}</tr>"
        for row in rows_of(proto)
    )
    demanded = "".join(
        f"<li><code>{html.escape(each.title)}</code></li>" for each in read_constraints(proto)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" + (
        f"<div>Constraints</div><ul>{demanded}</ul>" if demanded else ""
    )


def _cells(proto: Any, path: tuple[str, ...], feature: Any) -> tuple[str, ...]:
    return (
        ".".join(path),
        _type(feature),
        _presence(feature),
        _values(proto, feature),
        ", ".join(feature.not_in_environment),
        _thresholds(feature),
    )


def _type(feature: Any) -> str:
    kind = type_of(feature)
    if feature.lifecycle_stage:
        stage = type(feature).DESCRIPTOR.fields_by_name["lifecycle_stage"].enum_type
        kind += f" ({stage.values_by_number[feature.lifecycle_stage].name.lower()})"
    which = feature.WhichOneof("shape_type")
    if which == "shape" and [each.size for each in feature.shape.dim] not in ([], [1]):
        return f"{kind} [{' × '.join(str(each.size) for each in feature.shape.dim)}]"
    if which == "value_counts" or (which == "value_count" and feature.value_count.max != 1):
        counts = feature.value_counts.value_count or [feature.value_count]
        return kind + "".join(f" [{_span(each)}]" for each in counts)
    return kind


def _span(count: Any) -> str:
    low = str(count.min) if count.HasField("min") else "0"
    return f"{low} – {count.max}" if count.HasField("max") else f"{low} – …"


def _presence(feature: Any) -> str:
    share = feature.presence.min_fraction
    return "always" if share == 1 else f"at least {share:.0%}" if share else "sometimes"


def _values(proto: Any, feature: Any) -> str:
    domain = domain_of(proto, feature)
    if domain is not None:
        more = ", …" if len(domain.value) > _SHOWN else ""
        return ", ".join(domain.value[:_SHOWN]) + more
    low, high = bounds_of(feature)
    if low is not None or high is not None:
        return f"{'' if low is None else low} – {'' if high is None else high}"
    which = feature.WhichOneof("domain_info")
    plain = (None, "struct_domain", "bool_domain", "time_domain", "int_domain", "float_domain")
    return "" if which in plain else which.removesuffix("_domain").replace("_", " ")


def _thresholds(feature: Any) -> str:
    said = []
    for comparator in ("drift", "skew"):
        for field, limit in getattr(feature, f"{comparator}_comparator").ListFields():
            said.append(f"{comparator} {limit.threshold:g} ({field.name.replace('_', ' ')})")
    return ", ".join(said)
