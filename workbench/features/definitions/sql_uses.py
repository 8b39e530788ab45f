"""Which columns a query cannot do without: those of its values, and those that it asks about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.features.definitions.sql_lineage import Spelling, parse, takes_rows

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.optimizer.scope import Scope


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
    from sqlglot.optimizer.qualify import qualify

    spelling = Spelling.of(schema)
    query = parse(sql)
    if takes_rows(query, spelling) or _takes_all(query):
        return {table: tuple(names) for table, names in schema.items()}
    wanted = [exp.column(each, quoted=True) for each in outputs]
    try:
        whole = qualify(
            exp.select(*wanted).from_(query.subquery("__rows")),
            schema=spelling.types,
            dialect="duckdb",
            expand_stars=False,
            validate_qualify_columns=False,
        )
        found = {*_read_by(whole, spelling), *_left_out(whole, spelling)}
    except (SqlglotError, ValueError, KeyError):
        return {table: tuple(names) for table, names in schema.items()}
    return {
        table: tuple(each for each in names if (table, each) in found)
        for table, names in schema.items()
    }


def _takes_all(query: exp.Query) -> bool:
    """Return whether a query depends on columns that it does not name.

    It joins by common names, turns rows into columns, or compares, counts or orders whole rows.
    """
    from sqlglot import exp

    if any(query.find_all(exp.Columns, exp.Pivot)):
        return True
    if any(each.method == "NATURAL" for each in query.find_all(exp.Join)):
        return True
    selects, both = list(query.find_all(exp.Select)), query.find_all(exp.SetOperation)
    if not any(each.is_star for select in selects for each in select.expressions):
        return False
    return (
        any(not each.args.get("by_name") or each.args.get("distinct") for each in both)
        or any(not each.args.get("on") for each in query.find_all(exp.Distinct))
        or any(each.args.get("all") for each in query.find_all(exp.Group))
        or any(each.this.name.upper() == "ALL" for each in query.find_all(exp.Ordered))
    )


def _read_by(query: exp.Expression, spelling: Spelling) -> Iterator[tuple[str, str]]:
    """Yield (table, column) for every column that a query names, through the stars on its way."""
    from sqlglot.optimizer.scope import traverse_scope

    for scope in traverse_scope(query):
        for column in scope.columns:
            holder: Scope | None = scope
            while holder is not None and column.table and column.table not in holder.sources:
                holder = holder.parent  # a subquery may read from the query around it
            if holder is None:
                continue
            sources = [holder.sources[column.table]] if column.table else _selected(holder)
            for source in sources:
                yield from _behind(source, column.name.lower(), spelling)


def _behind(
    source: Any, column: str, spelling: Spelling, seen: frozenset[int] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Yield the table's column that a source passes on under a name without naming it itself."""
    from sqlglot import exp

    if isinstance(source, exp.Table):
        if column in spelling.columns.get(source.name.lower(), {}):
            yield spelling.spelled(source.name, column)
        return
    if id(source) in seen:  # a recursive query reads from itself
        return
    seen |= {id(source)}
    further: list[Any] = list(source.set_operation_scopes)
    selects = [] if further else getattr(source.expression, "selects", [])
    if any(each.alias_or_name.lower() == column for each in selects if not each.is_star):
        return  # what that names is among the columns of its own scope
    for each in selects:
        if each.is_star:
            table = getattr(each, "table", "")
            further += [source.sources[table]] if table in source.sources else _selected(source)
    for each in further:
        yield from _behind(each, column, spelling, seen)


def _selected(scope: Scope) -> list[Any]:
    """Return the tables and queries that a query selects from."""
    return [source for _, source in scope.selected_sources.values()]


def _left_out(query: exp.Expression, spelling: Spelling) -> set[tuple[str, str]]:
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
