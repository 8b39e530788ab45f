"""Which columns of which datasets a query's columns come from, by sqlglot.

Lineage follows values: a column that a query only filters, joins or counts by is no source of its
result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.lineage import Node

_LONGEST = 160


@dataclass(frozen=True)
class Origin:
    """A column that a value was computed from.

    Attributes
    ----------
    table : str
        As the query names it.
    column : str
        As the dataset spells it.
    how : str
        The expressions passed on the way, the outermost first; empty when taken as it is.
    """

    table: str
    column: str
    how: str = ""


def tables_in(sql: str) -> list[str]:
    """Return the names that a query reads from, each once, in order of appearance.

    Names that the query defines itself (WITH …) are left out.

    Raises
    ------
    InvalidInput
        If `sql` is not one query.

    Examples
    --------
    >>> tables_in('WITH a AS (FROM flights) SELECT * FROM a JOIN "planes@3" USING (tailnum)')
    ['flights', 'planes@3']
    """
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

    query = parse(sql)
    found: dict[str, int] = {}
    for scope in traverse_scope(query):
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
                found.setdefault(source.name, sql.find(source.name))
    return sorted(found, key=found.__getitem__)


def origins(sql: str, schema: Mapping[str, Sequence[str]]) -> dict[str, list[Origin]]:
    """Return, for each column of a query, the columns it comes from.

    Parameters
    ----------
    sql : str
        A query in DuckDB's dialect.
    schema : mapping of str to sequence of str
        The columns of each table that it reads.

    Returns
    -------
    dict of str to list of Origin
        Empty for a column that has no source, such as ``count(*)``. Under ``"*"`` stands what any
        column comes from that is not among them, and all of them where sqlglot cannot follow the
        query: every column of its tables.

    Raises
    ------
    InvalidInput
        If `sql` is not one query.
    """
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.lineage import lineage

    query = parse(sql)
    spelling = Spelling.of(schema)
    # In every other name that the result turns out to have, all columns may be.
    whole = {"*": [Origin(t, c, "sql") for t, names in schema.items() for c in names]}
    lateral = any(isinstance(each.this, exp.Subquery) for each in query.find_all(exp.Lateral))
    if lateral or takes_rows(query, spelling):
        return whole  # sqlglot does not look inside
    try:
        nodes = lineage(None, query, spelling.types, dialect="duckdb")
    except (SqlglotError, ValueError, KeyError):
        return whole
    return whole | {name: _leaves(node, spelling) for name, node in nodes.items()}


def takes_rows(query: exp.Query, spelling: Spelling) -> bool:
    """Return whether a query takes whole rows as values, by a table's name or alias."""
    from sqlglot import exp

    known = {column for columns in spelling.columns.values() for column in columns}
    tables = {each.alias_or_name.lower() for each in query.find_all(exp.Table, exp.Subquery)}
    return any(
        not each.table and each.name.lower() in tables - known
        for each in query.find_all(exp.Column)
    )


@dataclass(frozen=True)
class Spelling:
    """Names as their owners write them; sqlglot compares, and gives back, small letters."""

    tables: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, schema: Mapping[str, Sequence[str]]) -> Spelling:
        """Return how the tables and columns of a schema are written."""
        tables = {table.lower(): table for table in schema}
        columns = {t.lower(): {c.lower(): c for c in names} for t, names in schema.items()}
        return cls(tables, columns)

    @property
    def types(self) -> dict[str, object]:
        """What sqlglot calls a schema; it wants types, which play no part in lineage."""
        return {table: dict.fromkeys(names, "TEXT") for table, names in self.columns.items()}

    def spelled(self, table: str, column: str) -> tuple[str, str]:
        """Return a column of a table as they are written."""
        known = self.columns.get(table.lower(), {})
        return self.tables.get(table.lower(), table), known.get(column.lower(), column)


def parse(sql: str) -> exp.Query:
    """Return a query as sqlglot reads it; raises InvalidInput if it is not one query."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import ParseError, SqlglotError

    try:
        statements = [each for each in sqlglot.parse(sql, dialect="duckdb") if each is not None]
    except SqlglotError as error:
        first = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        where = f" at line {first['line']}, column {first['col']}" if first.get("line") else ""
        reason = first.get("description") or str(error)
        raise InvalidInput(
            f"the SQL cannot be read{where}: {reason}", hint="write it in DuckDB's dialect"
        ) from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise InvalidInput(
            f"{sql.strip()[:60]!r} is not one query", hint="return one SELECT over dataset names"
        )
    return statements[0]


def lies_before(how: str) -> bool:
    """Return whether an expression over a time is an earlier one, whatever that time is.

    Examples
    --------
    >>> [lies_before(each) for each in ("DATE_TRUNC('DAY', t)", "t::DATE", "MIN(t)")]
    [True, True, True]
    >>> [lies_before(each) for each in ("MAX(t)", "DATE_TRUNC('DAY', t) + INTERVAL 1 DAY")]
    [False, False]
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        found: Any = sqlglot.parse_one(how, dialect="duckdb")
    except SqlglotError:  # shortened, perhaps
        return False
    while isinstance(found, exp.Paren) or (
        isinstance(found, exp.Cast) and not found.is_type(exp.DataType.Type.DATE)
    ):
        found = found.this
    earlier = (exp.TimestampTrunc, exp.DateTrunc, exp.DateBin, exp.Min, exp.Sub, exp.Cast)
    return isinstance(found, earlier)


def _leaves(root: Node, spelling: Spelling) -> list[Origin]:
    import sqlglot
    from sqlglot import exp

    found: dict[tuple[str, str], str] = {}

    def visit(node: Node, path: tuple[str, ...]) -> None:
        if isinstance(node.expression, exp.Table):
            column = sqlglot.parse_one(node.name, dialect="duckdb").name
            found.setdefault(spelling.spelled(node.expression.name, column), _short(path))
            return
        step = _described(node.expression)
        for each in node.downstream:
            visit(each, (*path, step) if step and step not in path else path)

    visit(root, ())
    return [Origin(table, column, how) for (table, column), how in found.items()]


def _described(expression: Any) -> str:  # any node of sqlglot's tree
    """Return an expression without aliases and qualifiers; nothing when it is a bare column."""
    from sqlglot import exp

    inner = expression.unalias()
    if isinstance(inner, (exp.Column, exp.Star, exp.Query)):
        return ""

    def bare(node: exp.Expression) -> exp.Expression:
        return exp.column(node.this.copy()) if isinstance(node, exp.Column) else node

    return str(inner.copy().transform(bare).sql(dialect="duckdb"))


def _short(path: Sequence[str]) -> str:
    text = " of ".join(path)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
