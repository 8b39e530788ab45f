"""A view that is proposed: the code that defines it, and doing what that code does."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from workbench.core.calls import call, literal
from workbench.core.errors import InvalidInput, NotFound
from workbench.core.references import check_name
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view, views
from workbench.features.definitions.views import FeatureView


@dataclass(frozen=True)
class Definition:
    """What a view would be.

    Attributes
    ----------
    name : str
    keys : tuple of str
    dataset : str or None
        The name of the dataset whose rows it reads, or `sql` over several.
    sql : str or None
    features : tuple of str
        The columns offered; empty where `aggregations` make them.
    aggregations : tuple of Aggregation
    time, created : str or None
        Named for a query only: a dataset says its own.
    static : bool
    ttl : timedelta or None
    description : str
    """

    name: str
    keys: tuple[str, ...]
    dataset: str | None = None
    sql: str | None = None
    features: tuple[str, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    time: str | None = None
    created: str | None = None
    static: bool = False
    ttl: timedelta | None = None
    description: str = ""

    @property
    def entity(self) -> str:
        """What its entity is called."""
        return "_".join(self.keys)

    @property
    def code(self) -> str:
        """The cell that defines it.

        Examples
        --------
        >>> mean = Aggregation("mean", "delay", windows=["7d"])
        >>> print(Definition("recent", ("plane",), "delays", aggregations=(mean,)).code)
        import workbench as wb
        <BLANKLINE>
        plane = wb.Entity("plane", keys=["plane"])
        <BLANKLINE>
        recent = wb.feature_view(
            name="recent",
            entities=[plane],
            source="delays",
            aggregations=[
                wb.Aggregation("mean", "delay", windows=["7d"]),
            ],
        )
        """
        entity = _identifier(self.entity)
        lines = ["import workbench as wb", ""]
        if self.ttl is not None:
            lines = ["from datetime import timedelta", "", *lines]
        lines += [f"{entity} = {call('wb.Entity', self.entity, keys=list(self.keys))}", ""]
        called = _identifier(self.name)
        if called == entity:
            called += "_features"
        arguments = "".join(f"    {each},\n" for each in self._arguments(entity))
        if self.sql is None:
            return "\n".join([*lines, f"{called} = wb.feature_view(\n{arguments})"])
        body = "\n".join(f"    {line}".rstrip() for line in self.sql.strip().splitlines())
        body = body.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        lines += [f"@wb.feature_view(\n{arguments})", f"def {called}():"]
        return "\n".join([*lines, f'    return """\n{body}\n    """'])

    def register(self) -> FeatureView:
        """Define the view, as `code` does."""
        entity = Entity(self.entity, keys=list(self.keys))
        if self.sql is None:
            return feature_view(
                name=self.name,
                entities=[entity],
                source=str(self.dataset),
                features=list(self.features) or None,
                aggregations=self.aggregations,
                static=self.static,
                ttl=self.ttl,
                description=self.description,
            )
        define = feature_view(
            name=self.name,
            entities=[entity],
            features=list(self.features) or None,
            aggregations=self.aggregations,
            time=self.time,
            created=self.created,
            static=self.static,
            ttl=self.ttl,
            description=self.description,
        )
        return define(lambda: self.sql)

    def _arguments(self, entity: str) -> list[str]:
        found = [f"name={literal(self.name)}", f"entities=[{entity}]"]
        if self.dataset is not None:
            found.append(f"source={literal(self.dataset)}")
        if self.features:
            found.append(f"features={literal(list(self.features))}")
        if self.aggregations:
            listed = "".join(f"        {each.code},\n" for each in self.aggregations)
            found.append(f"aggregations=[\n{listed}    ]")
        if self.sql is not None and self.time is not None:
            found.append(f"time={literal(self.time)}")
        if self.sql is not None and self.created is not None:
            found.append(f"created={literal(self.created)}")
        if self.static and self.sql is not None:
            found.append("static=True")
        if self.ttl is not None:
            found.append(f"ttl=timedelta(seconds={int(self.ttl.total_seconds())})")
        if self.description:
            found.append(f"description={literal(self.description)}")
        return found


def with_existing(wanted: Definition) -> Definition:
    """Return a definition with what the view of its name has already, if it is of the same rows."""
    try:
        (known,) = views([wanted.name])
    except NotFound:
        return wanted
    source = known.source
    same = tuple(each.name for each in known.keys) == wanted.keys and (
        (source.sql or "").split() == (wanted.sql or "").split()
        if wanted.sql is not None
        else source.kind == "dataset" and list(source.datasets) == [wanted.dataset]
    )
    if not same or bool(known.aggregations) != bool(wanted.aggregations):
        raise InvalidInput(
            f"there is a view {wanted.name!r} of other rows",
            hint="give the proposed one another name in its code",
        )
    if not wanted.aggregations:
        features = dict.fromkeys([each.name for each in known.columns])
        return replace(wanted, features=tuple(features | dict.fromkeys(wanted.features)))
    return replace(wanted, aggregations=merged(known.aggregations + wanted.aggregations))


def together(definitions: Sequence[Definition]) -> list[Definition]:
    """Return definitions with those of the same rows as one, in the order of their first."""
    found: dict[str, Definition] = {}
    for each in definitions:
        known = found.setdefault(each.name, each)
        found[each.name] = replace(
            known,
            features=tuple(dict.fromkeys(known.features + each.features)),
            aggregations=merged(known.aggregations + each.aggregations),
        )
    return list(found.values())


def merged(aggregations: tuple[Aggregation, ...]) -> tuple[Aggregation, ...]:
    """Return aggregations with the windows of those that differ in nothing else put together.

    Examples
    --------
    >>> week, day = (Aggregation("max", "x", windows=[each]) for each in ("7d", "1d"))
    >>> merged((week, day, week))[0].features
    ('x_max_1d', 'x_max_7d')
    """
    found: dict[tuple[object, ...], list[timedelta]] = {}
    for each in aggregations:
        windows = found.setdefault((each.function, each.column, each.k, each.half_life), [])
        windows += [length for length in each.lengths if length not in windows]
    return tuple(
        Aggregation(function, column, sorted(windows), k=k, half_life=half)  # type: ignore[arg-type]
        for (function, column, k, half), windows in found.items()
    )


def named(*parts: str) -> str:
    """Return a view's name made of parts.

    Examples
    --------
    >>> named("flights", "by", "tail num")
    'flights_by_tail_num'
    """
    return check_name(re.sub(r"[^0-9A-Za-z_-]+", "_", "_".join(parts)).strip("_") or "view")


def _identifier(name: str) -> str:
    made = re.sub(r"\W+", "_", name).strip("_") or "view"
    return f"_{made}" if made[0].isdigit() or keyword.iskeyword(made) or made == "wb" else made
