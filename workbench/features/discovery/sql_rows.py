"""What a view's SQL may hold: expressions that a row's own values decide, whenever it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import InvalidInput

if TYPE_CHECKING:
    from sqlglot import exp

#: Functions whose value is another at the next call, or at the next moment.
_CHANGING = {
    *("now", "today", "current_date", "current_time", "current_timestamp", "localtime"),
    *("get_current_time", "get_current_timestamp", "current_localtime", "localtimestamp"),
    *("current_localtimestamp", "transaction_timestamp", "random", "setseed", "uuid", "uuidv4"),
    *("uuidv7", "gen_random_uuid", "nextval", "currval", "getenv", "getvariable"),
}


def of_its_row(node: exp.Expr) -> str:
    """Return an expression as SQL, if what it says of a row is the same whenever it is asked.

    A query within it looks at all rows, those to come included, or at files and tables that are no
    dataset; the clock and chance say something else each time.

    Raises
    ------
    InvalidInput
        Naming the part that is not.
    """
    from sqlglot import exp

    for each in node.walk():
        if isinstance(each, (exp.Query, exp.Values)):
            raise InvalidInput(
                f"{_text(each)[:80]!r} is a query within the query: it looks at all rows, those to "
                "come included",
                hint="make a view of what it reads, and let the training set join both",
            )
        if isinstance(each, exp.Func) and _names(each) & _CHANGING:
            raise InvalidInput(
                f"{_text(each)!r} is another at each moment, so no row has one value of it",
                hint="a window is said by itself: time >= now() - INTERVAL 7 DAY",
            )
    return _text(node)


def _names(node: exp.Func) -> set[str]:
    from sqlglot import exp

    told = node.name if isinstance(node, exp.Anonymous) else _text(node).partition("(")[0]
    return {told.lower(), *(each.lower() for each in type(node).sql_names())}


def _text(node: exp.Expr) -> str:
    return node.sql(dialect="duckdb")
