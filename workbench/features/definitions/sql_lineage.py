"""Which columns of which datasets a query's columns come from, by sqlglot.

Lineage follows values: a column that a query only filters, joins or counts by is no source of its
result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.lineage import Node
    from sqlglot.optimizer.scope import Scope

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

    query = _parse(sql)
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

    query = _parse(sql)
    spelling = _Spelling.of(schema)
    # In every other name that the result turns out to have, all columns may be.
    whole = {"*": [Origin(t, c, "sql") for t, names in schema.items() for c in names]}
    lateral = any(isinstance(each.this, exp.Subquery) for each in query.find_all(exp.Lateral))
    if lateral or _takes_rows(query, spelling):
        return whole  # sqlglot does not look inside
    try:
        nodes = lineage(None, query, spelling.types, dialect="duckdb")
    except (SqlglotError, ValueError, KeyError):
        return whole
    return whole | {name: _leaves(node, spelling) for name, node in nodes.items()}


def used_columns(
    sql: str, schema: Mapping[str, Sequence[str]], outputs: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return, for each table, the columns without which a query fails to give its outputs.

    Those that it only filters, joins, groups or orders by are among them; a star counts for the
    outputs alone.

    Parameters
    ----------
    sql : str
        A query in DuckDB's dialect.
    schema : mapping of str to sequence of str
        The columns of each table that it reads.
    outputs : sequence of str
        The columns of the query that are wanted.

    Returns
    -------
    dict of str to tuple of str
        As the tables spell them. A query that sqlglot cannot follow uses all columns.

    Examples
    --------
    >>> used_columns("SELECT a FROM t WHERE b > 0", {"t": ["a", "b", "c"]}, ["a"])
    {'t': ('a', 'b')}
    """
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.pushdown_projections import pushdown_projections
    from sqlglot.optimizer.qualify import qualify

    spelling = _Spelling.of(schema)
    types = spelling.types
    wanted = [exp.column(each, quoted=True) for each in outputs]
    query = _parse(sql)
    if _takes_rows(query, spelling):
        return {table: tuple(names) for table, names in schema.items()}
    try:
        whole = exp.select(*wanted).from_(query.subquery("__rows"))
        named = qualify(
            whole.copy(),
            schema=types,
            dialect="duckdb",
            expand_stars=False,
            validate_qualify_columns=False,
        )
        expanded = pushdown_projections(qualify(whole, schema=types, dialect="duckdb"))
        found = {*_read_by(named, spelling), *_read_by(expanded, spelling)}
        found |= _left_out(named, spelling)
    except (SqlglotError, ValueError, KeyError):
        return {table: tuple(names) for table, names in schema.items()}
    return {
        table: tuple(each for each in names if (table, each) in found)
        for table, names in schema.items()
    }


def _takes_rows(query: exp.Query, spelling: _Spelling) -> bool:
    """Return whether a query takes whole rows as values, by a table's name or alias."""
    from sqlglot import exp

    known = {column for columns in spelling.columns.values() for column in columns}
    tables = {each.alias_or_name.lower() for each in query.find_all(exp.Table, exp.Subquery)}
    return any(
        not each.table and each.name.lower() in tables - known
        for each in query.find_all(exp.Column)
    )


def _read_by(query: exp.Expression, spelling: _Spelling) -> Iterator[tuple[str, str]]:
    """Yield (table, column) for every column of a table that a qualified query names."""
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

    for scope in traverse_scope(query):
        for column in scope.columns:
            holder: Scope | None = scope
            while holder is not None and column.table not in holder.sources:
                holder = holder.parent  # a subquery may read from the query around it
            source = None if holder is None else holder.sources[column.table]
            if isinstance(source, exp.Table):
                yield spelling.spelled(source.name, column.name)


def _left_out(query: exp.Expression, spelling: _Spelling) -> set[tuple[str, str]]:
    """Return the columns that a star excludes or replaces, which must be there to be."""
    from sqlglot import exp

    names = {
        each.name.lower()
        for star in query.find_all(exp.Star)
        for part in star.args.values()
        for each in (part if isinstance(part, list) else ())
    }
    return {
        spelling.spelled(table, column)
        for table, columns in spelling.columns.items()
        for column in names & set(columns)
    }


@dataclass(frozen=True)
class _Spelling:
    """Names as their owners write them; sqlglot compares, and gives back, small letters."""

    tables: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, schema: Mapping[str, Sequence[str]]) -> _Spelling:
        tables = {table.lower(): table for table in schema}
        columns = {t.lower(): {c.lower(): c for c in names} for t, names in schema.items()}
        return cls(tables, columns)

    @property
    def types(self) -> dict[str, object]:
        """What sqlglot calls a schema; it wants types, which play no part in lineage."""
        return {table: dict.fromkeys(names, "TEXT") for table, names in self.columns.items()}

    def spelled(self, table: str, column: str) -> tuple[str, str]:
        known = self.columns.get(table.lower(), {})
        return self.tables.get(table.lower(), table), known.get(column.lower(), column)


def _parse(sql: str) -> exp.Query:
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


def _leaves(root: Node, spelling: _Spelling) -> list[Origin]:
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
