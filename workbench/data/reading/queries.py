"""Rows that a database answers with: streamed from PostgreSQL as Arrow, from others row by row."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from workbench.core.errors import InvalidInput, Unavailable
from workbench.data.columns import check_names
from workbench.data.reading.bad_rows import BadRows
from workbench.data.reading.blocks import Block, Reading, numbered

_PATIENCE = 10  # seconds to wait for a connection
_ROWS = 1 << 14  # rows fetched at a time, where they come one by one
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Query:
    """A SELECT whose rows are a source.

    Parameters
    ----------
    sql : str
        Ends in an ORDER BY if the rows' order is to be the same each time.
    url : str
        ``postgresql://user@host/database``, or another address that SQLAlchemy opens, such as
        ``sqlite:///flights.db``. ``${NAME}`` stands for an environment variable that holds the
        whole of it, or a part such as the password, which so need not stand in a notebook. Records
        and errors show no password.

    Raises
    ------
    InvalidInput
        If the query is empty, or the URL is none or names a variable that is not set.

    Examples
    --------
    >>> Query("SELECT * FROM flights", "postgresql://me:secret@db/air").address
    'postgresql://me@db/air'
    """

    sql: str
    url: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.sql.strip():
            raise InvalidInput("the query is empty", hint='write Query("SELECT …", url)')
        for name in _VARIABLE.findall(self.url):
            if name not in os.environ:
                raise InvalidInput(
                    f"the environment variable {name!r} is not set", hint="set it, then try again"
                )
        if "://" not in self.whole_url:
            raise InvalidInput(
                "the query's address is no URL", hint="write it as postgresql://user@host/database"
            )

    @property
    def address(self) -> str:
        """The URL without its password."""
        scheme, _, rest = self.whole_url.partition("?")[0].partition("://")
        place, slash, database = rest.partition("/")
        user, _, host = place.rpartition("@")
        name = user.partition(":")[0]
        return f"{scheme}://{name}{'@' if name else ''}{host}{slash}{database}"

    @property
    def whole_url(self) -> str:
        """The URL with its variables filled in."""
        if whole := _VARIABLE.fullmatch(self.url):
            return os.environ[whole.group(1)]
        return _VARIABLE.sub(lambda found: quote(os.environ[found.group(1)], safe=""), self.url)


def read_query(query: Query, bad: BadRows) -> Reading:
    """Open a query; each reading runs it again.

    PostgreSQL's ``numeric`` becomes int64 where it is declared without a fraction, of at most 18
    digits, and float64 otherwise: cast a large sum to bigint to keep it exact. JSON and UUID
    become text.

    Raises
    ------
    InvalidInput
        If the database refuses the query, or a column has a type that cannot be kept.
    Unavailable
        If the database does not answer or refuses the connection.
    """
    scheme = urlsplit(query.whole_url).scheme.partition("+")[0]
    stream = _of_postgres if scheme in ("postgresql", "postgres") else _of_others
    schema, blocks = stream(query)
    origin = {"type": "query", "sql": query.sql, "url": query.address}
    return Reading(schema, blocks, origin)


def _of_postgres(query: Query) -> tuple[pa.Schema, Any]:
    with _cursor(query) as cursor:
        answered = cursor.adbc_execute_schema(query.sql)
    check_names(answered.names)
    schema = pa.schema([(each.name, _type(each)) for each in answered])

    def blocks(_: BadRows) -> Iterator[Block]:
        with _cursor(query) as cursor:
            cursor.execute(query.sql)
            with cursor.fetch_record_batch() as reader:
                yield from numbered(_typed(batch, schema) for batch in reader)

    return schema, blocks


@contextmanager
def _cursor(query: Query) -> Iterator[Any]:
    try:
        from adbc_driver_postgresql import dbapi  # type: ignore[import-untyped]
    except ImportError as error:
        raise Unavailable(
            "PostgreSQL cannot be read: its driver is not installed",
            hint="pip install 'jupyter-workbench[postgres]'",
        ) from error
    url = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", query.whole_url)
    if "connect_timeout" not in url:
        url += f"{'&' if '?' in url else '?'}connect_timeout={_PATIENCE}"
    try:
        connection = dbapi.connect(url)
    except dbapi.Error as error:
        raise Unavailable(
            f"the database {query.address!r} cannot be reached: {_said(error, query)}",
            hint="check the address, the user and the password, and whether the server runs",
        ) from None  # the driver's own error may hold the password
    with connection:
        try:
            with connection.cursor() as cursor:
                yield cursor
        except (dbapi.Error, pa.ArrowInvalid, OSError) as error:
            raise InvalidInput(
                f"the database {query.address!r} refuses the query: {_said(error, query)}",
                hint="try it in psql",
            ) from None


def _said(error: Exception, query: Query) -> str:
    """Return what the driver said, in its first lines, without the password."""
    text = str(error)
    url = query.whole_url
    secrets = {url, urlsplit(url).password or "", *re.findall(r"password=([^&]+)", url)} - {""}
    for secret in secrets:
        text = text.replace(secret, "…").replace(unquote(secret), "…")
    return " ".join(text.split("Query was:")[0].split())


def _type(column: pa.Field) -> pa.DataType:
    """Return the type as which a column that PostgreSQL answers with is read."""
    facts = {key.decode(): value.decode() for key, value in (column.metadata or {}).items()}
    name = facts.get("POSTGRESQL:type", "")
    kind = column.type
    if name == "numeric":
        return _of_numeric(int(facts.get("POSTGRESQL:typmod", "-1")))
    if name in ("money", "record") or (
        isinstance(kind, pa.OpaqueType) and not types.is_string(kind.storage_type)
    ):
        raise InvalidInput(
            f"column {column.name!r} is of PostgreSQL's type {name}, which a dataset cannot keep",
            hint=f"cast it in the query, such as {column.name}::text or ::numeric",
        )
    return kind


def _of_numeric(modifier: int) -> pa.DataType:
    # PostgreSQL packs precision and scale into one number, 4 too large (numeric.c).
    precision, scale = ((modifier - 4) >> 16) & 0xFFFF, (modifier - 4) & 0x7FF
    whole = modifier >= 0 and scale == 0 and precision <= 18
    return pa.int64() if whole else pa.float64()


def _typed(batch: pa.RecordBatch, schema: pa.Schema) -> pa.Table:
    columns = []
    for column, kind in zip(batch.columns, schema.types, strict=True):
        plain = column.storage if isinstance(column.type, pa.OpaqueType) else column
        columns.append(pc.cast(plain, kind) if plain.type != kind else column)
    return pa.table(columns, schema=schema)


def _of_others(query: Query) -> tuple[pa.Schema, Any]:
    schemas = [table.schema for table in _fetched(query)]
    try:
        schema = pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InvalidInput(
            f"a column of the query mixes types: {error}", hint="cast it in the query"
        ) from error

    def blocks(_: BadRows) -> Iterator[Block]:
        yield from numbered(table.cast(schema) for table in _fetched(query))

    return schema, blocks


def _fetched(query: Query) -> Iterator[pa.Table]:
    """Yield a query's rows as tables, each with the types of its own values."""
    import sqlalchemy as sa

    try:
        engine = sa.create_engine(query.whole_url, poolclass=sa.NullPool)
        with engine.connect().execution_options(stream_results=True) as connection:
            result = connection.execute(sa.text(query.sql))
            names = list(result.keys())
            check_names(names)
            yield _of_rows(names, [], 1)
            first = 1
            for rows in result.partitions(_ROWS):
                yield _of_rows(names, rows, first)
                first += len(rows)
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        said = _said(getattr(error, "orig", None) or error, query)
        raise InvalidInput(
            f"the database {query.address!r} cannot be read: {said}",
            hint="check the address and the query",
        ) from None


def _of_rows(names: Sequence[str], rows: Sequence[Any], first: int) -> pa.Table:
    columns = {}
    for position, name in enumerate(names):
        values = [row[position] for row in rows]
        try:
            columns[name] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
            raise InvalidInput(
                f"column {name!r} mixes types near row {first:,}: {error}",
                hint="cast it in the query",
            ) from error
    return pa.table(columns)
