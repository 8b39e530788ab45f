"""`%features`: what is known of entities, online and as training sets have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.magics.framework import Call, Magic, Parser, assignments

if TYPE_CHECKING:
    from workbench.features.definitions.selections import View

_DOES = ("freshness", "materialize", "why", "impact", "usage", "unused", "leakage", "discover")


def _features_parser() -> Parser:
    description = "List the feature views, show one, or look one entity up in the online store."
    parser = Parser("%features", description, "%features weather_hourly origin=JFK")
    parser.add_argument("view", nargs="?", help="a view or a service, or view:column")
    parser.add_argument("keys", nargs="*", metavar="KEY=VALUE", help="the entity")
    parser.add_argument("--search", help="words in a view's name, description or features")
    parser.add_argument("--entity", help="only views of this entity")
    parser.add_argument("--owner", help="only views of this owner")
    parser.add_argument("--tag", help="only views with this tag")
    parser.add_argument("--freshness", action="store_true", help="how fresh the online values are")
    parser.add_argument(
        "--materialize", action="store_true", help="carry the view's newest values online, or all"
    )
    parser.add_argument("--impact", metavar="COLUMN", help="what breaks without flights.dep_delay")
    parser.add_argument("--usage", action="store_true", help="who uses the view's features, or all")
    parser.add_argument("--unused", action="store_true", help="what nobody uses, and what it costs")
    parser.add_argument("--at", help="with --materialize, the moment to show")
    parser.add_argument(
        "--why",
        nargs=3,
        metavar=("DATASET", "ROW", "FEATURE"),
        help="why a training set holds the value that it holds",
    )
    parser.add_argument(
        "--leakage",
        nargs="+",
        metavar=("SPINE", "FEATURE"),
        help="what a join by event time would leak: %%features --leakage flights weather_hourly",
    )
    parser.add_argument(
        "--discover",
        metavar="SPINE",
        help="what related datasets could tell of the spine's label, the most worthy first",
    )
    parser.add_argument("--label", help="of the spine, with --leakage or --discover")
    parser.add_argument("--time", help="of the spine, with --discover")
    parser.add_argument(
        "--dataset",
        action="append",
        default=[],
        help="with --discover, a related one; may be given again",
    )
    parser.add_argument(
        "--window",
        action="append",
        default=[],
        help="with --discover, such as 7d; may be given again",
    )
    return parser


def _features(call: Call) -> Any:
    given = call.arguments
    wanted = [name for name in _DOES if getattr(given, name)]
    if len(wanted) > 1:
        raise InvalidInput(f"--{wanted[0]} and --{wanted[1]} are two things", hint="ask for one")
    if given.at is not None and not given.materialize:
        raise InvalidInput(
            f"--at {given.at} needs --materialize", hint="%features VIEW --materialize"
        )
    view = None if given.view is None else call.value(given.view)
    if given.discover or given.leakage:
        return _discovered(call) if given.discover else _leaking(call)
    if given.label or given.time or given.dataset or given.window:
        raise InvalidInput(
            "--label, --time, --dataset and --window are said of --discover or --leakage",
            hint="%features --discover flights --label late --dataset weather",
        )
    if given.why:
        return _why(*given.why)
    if given.impact or given.usage or given.unused:
        return _governed(given.impact, view, unused=given.unused)
    if given.materialize:
        return _materialize(view, given.at)
    if given.freshness:
        return _freshness(view)
    if given.keys and view is not None:
        from workbench.features.online.reading import online

        (found,) = online(view, assignments(given.keys))
        return found
    return _listed(call) if view is None else _shown(view)


def _why(dataset: str, row: str, feature: str) -> Any:
    from workbench.features.offline.why import why

    if not row.isdecimal():
        raise InvalidInput(f"{row!r} is no row's number", hint="%features --why examples 12 temp")
    return why(dataset, row=int(row), feature=feature)


def _leaking(call: Call) -> Any:
    from workbench.features.offline.leakage import leakage

    spine, *features = call.arguments.leakage
    if not features:
        raise InvalidInput(
            f"--leakage {spine} names no feature", hint="%features --leakage flights weather_hourly"
        )
    return leakage(call.value(spine), features, label=call.arguments.label)


def _discovered(call: Call) -> Any:
    from workbench.features.discovery.synthesis import WINDOWS, discover_features

    given = call.arguments
    if not given.dataset:
        raise InvalidInput(
            "--discover needs a dataset that is related to the spine",
            hint=f"%features --discover {given.discover} --dataset weather",
        )
    return discover_features(
        call.value(given.discover),
        label=given.label,
        time=given.time,
        datasets=[call.value(each) for each in given.dataset],
        windows=given.window or WINDOWS,
    )


def _governed(column: str | None, view: Any, *, unused: bool) -> Any:
    from workbench.features.governance.impact import impact
    from workbench.features.governance.unused import unused_features
    from workbench.features.governance.usage import usage

    if column:
        return impact(column)
    return unused_features() if unused else usage(view)


def _materialize(view: Any, at: str | None) -> dict[str, int]:
    from workbench.features.online.materialization import materialize

    return materialize(view, at=at)


def _freshness(view: Any) -> Any:
    import pandas as pd

    from workbench.features.online.freshness import freshness

    columns = ["view", "rows", "newest event", "lag", "written", "by"]
    rows = [
        (each.ref, each.rows, each.newest_event, each.lag, each.written_at, each.source)
        for each in freshness(view)
    ]
    return pd.DataFrame(rows, columns=columns)


def _shown(view: Any) -> Any:
    """Return a view or a service, which a notebook shows as what it is."""
    from workbench.core.errors import NotFound
    from workbench.features.definitions.selections import choose
    from workbench.features.definitions.views import service_from
    from workbench.workspace import current

    if not isinstance(view, str):
        return view
    name = view.partition(":")[0]
    try:
        return service_from(current().metadata.artifact("feature_service", name))
    except NotFound:
        chosen = choose(name)
        return chosen.views[chosen.asked[0][0]]


def _listed(call: Call) -> Any:
    import pandas as pd

    from workbench.features.governance.catalogue import search_features

    given = call.arguments
    found = search_features(
        given.search or "", tag=given.tag, owner=given.owner, entity=given.entity
    )
    columns = ["view", "entities", "features", "ttl", "owner", "tags", "description"]
    return pd.DataFrame([_row(each) for each in found], columns=columns)


def _row(view: View) -> tuple[Any, ...]:
    return (
        view.ref,
        ", ".join(each.name for each in view.entities),
        ", ".join(each.name for each in view.columns),
        getattr(view, "ttl", None),
        view.owner,
        ", ".join(view.tags),
        view.description,
    )


MAGICS = (Magic("%features", _features_parser(), _features, ("feature_view", "feature_service")),)
