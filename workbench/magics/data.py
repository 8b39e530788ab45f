"""`%stats`, `%schema`, `%validate`: what the data are."""

from __future__ import annotations

from typing import Any

from workbench.magics.framework import Call, Magic, Parser


def _stats_parser() -> Parser:
    parser = Parser("%stats", "Show the statistics of each column.", "%stats flights --split train")
    _add_rows(parser)
    parser.add_argument(
        "--compare", help="a second set of rows over the first: a split, a dataset or a variable"
    )
    parser.add_argument("--by", action="append", help="a column to slice by; may be given again")
    parser.add_argument("--weight", help="the column that says how much a row counts")
    parser.add_argument("--sample", type=float, help="so many rows, or such a share, at random")
    parser.add_argument("--schema", help="what the rows should be; anomalies show at their columns")
    parser.add_argument("--spans", action="store_true", help="each column through the spans")
    parser.add_argument("--points", action="store_true", help="the rows themselves, as points")
    return parser


def _stats(call: Call) -> Any:
    from workbench.widgets import DiveWidget, SpansWidget

    given = call.arguments
    data = call.value(given.data)
    if given.points:
        return DiveWidget(data, split=given.split, span=given.span)
    if given.spans:
        return SpansWidget(data, by=given.by[0] if given.by else None)
    return _statistics_widget(call, data)


def _statistics_widget(call: Call, data: Any) -> Any:
    from workbench.data.datasets import Dataset, dataset
    from workbench.data.statistics import statistics
    from workbench.data.validation import validate
    from workbench.widgets import StatisticsWidget

    given = call.arguments
    if isinstance(data, str):
        data = dataset(data)
    sample = int(given.sample) if (given.sample or 0) >= 1 else given.sample
    asked = {"by": given.by, "weight": given.weight, "sample": sample}
    first = statistics(data, split=given.split, span=given.span, **asked)
    anomalies = () if given.schema is None else validate(first, call.value(given.schema))
    if given.compare is None:
        return StatisticsWidget(first, anomalies=anomalies)
    if isinstance(data, Dataset) and given.compare in data.splits:
        second = statistics(data, split=given.compare, weight=given.weight)
    elif isinstance(data, Dataset) and given.compare in data.spans:
        second = statistics(data, span=given.compare, weight=given.weight)
    else:
        second = statistics(call.value(given.compare), weight=given.weight)
    return StatisticsWidget(first, second, anomalies=anomalies)


def _add_rows(parser: Parser) -> None:
    parser.add_argument("data", help="a dataset's reference, or a variable that holds a table")
    parser.add_argument("--split", help="only the rows of this split")
    parser.add_argument("--span", help="only the rows of this span")


def _schema_parser() -> Parser:
    parser = Parser("%schema", "Infer what the data should look like.", "%schema flights")
    _add_rows(parser)
    parser.add_argument("--edit", action="store_true", help="a table to edit it in")
    return parser


def _schema(call: Call) -> Any:
    from workbench.data.schemas.inference import infer_schema
    from workbench.data.statistics import statistics
    from workbench.widgets import SchemaWidget

    given = call.arguments
    made = infer_schema(statistics(call.value(given.data), split=given.split, span=given.span))
    return SchemaWidget(made) if given.edit else made


def _validate_parser() -> Parser:
    parser = Parser("%validate", "Check data against a schema.", "%validate damaged schema")
    _add_rows(parser)
    parser.add_argument("schema", help="a schema's reference, or a variable that holds one")
    parser.add_argument("--environment", help="of the schema, such as serving")
    parser.add_argument("--baseline", help="data to measure drift against")
    parser.add_argument("--serving", help="data that was served, to measure skew against")
    parser.add_argument(
        "--constraint", action="append", default=[], help="a condition in SQL; may be given again"
    )
    return parser


def _validate(call: Call) -> Any:
    from workbench.data.validation import validate

    given = call.arguments
    return validate(
        call.value(given.data),
        call.value(given.schema),
        given.environment,
        baseline=None if given.baseline is None else call.value(given.baseline),
        serving=None if given.serving is None else call.value(given.serving),
        split=given.split,
        span=given.span,
        constraints=given.constraint,
    )


MAGICS = (
    Magic("%stats", _stats_parser(), _stats, ("dataset",)),
    Magic("%schema", _schema_parser(), _schema, ("dataset",)),
    Magic("%validate", _validate_parser(), _validate, ("dataset", "schema")),
)
