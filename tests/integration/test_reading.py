"""Sources beyond this machine: PostgreSQL, S3 and the web, over their real protocols."""

import threading
from datetime import UTC, date, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.services import free_port
from workbench.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from workbench.data.columns import columns_of
from workbench.data.reading import Query, open_rows, read_source

CSV = b"carrier,delay\nUA,3\nAA,\n"


def types(rows):
    return {column.name: column.type for column in columns_of(rows.schema)}


def test_postgresql_answers_with_every_type_that_a_dataset_keeps(postgres_url):
    sql = """
        SELECT 1::int2 AS small, 9007199254740993::int8 AS large, 1.5::numeric AS number,
            12.25::numeric(10, 2) AS price, 7::numeric(12, 0) AS whole,
            timestamptz '2013-01-01 05:00+00' AS at, timestamp '2013-01-01 05:00' AS naive,
            date '9999-12-31' AS day, '{"a": 1}'::jsonb AS record, array['x', NULL] AS tags,
            '12345678-1234-5678-1234-567812345678'::uuid AS id, '\\x00ff'::bytea AS raw,
            NULL AS nothing, true AS flag
    """
    read = read_source(Query(sql, postgres_url))
    assert types(read.table) == {
        "small": "int16",
        "large": "int64",
        "number": "float64",
        "price": "float64",
        "whole": "int64",
        "at": "timestamp",
        "naive": "timestamp",
        "day": "date",
        "record": "string",
        "tags": "list<string>",
        "id": "string",
        "raw": "binary",
        "nothing": "string",
        "flag": "bool",
    }
    moment = datetime(2013, 1, 1, 5, tzinfo=UTC)
    assert read.table.to_pylist() == [
        {
            "small": 1,
            "large": 2**53 + 1,
            "number": 1.5,
            "price": 12.25,
            "whole": 7,
            "at": moment,
            "naive": moment,
            "day": date(9999, 12, 31),
            "record": '{"a": 1}',
            "tags": ["x", None],
            "id": "12345678-1234-5678-1234-567812345678",
            "raw": b"\x00\xff",
            "nothing": None,
            "flag": True,
        }
    ]
    assert read.assumed_utc == ("naive",)
    assert read.source == {"type": "query", "sql": sql, "url": postgres_url}


def test_a_query_streams_and_can_be_read_again(postgres_url):
    rows = open_rows(Query("SELECT n FROM generate_series(1, 2500000) AS n", postgres_url))
    for _ in range(2):
        tables = list(rows.tables())
        assert len(tables) > 1
        assert sum(table.num_rows for table in tables) == 2_500_000


def test_an_infinite_time_is_a_bad_row(postgres_url):
    sql = "SELECT * FROM (VALUES (timestamptz 'infinity'), ('2013-01-01')) AS v (at)"
    rows = open_rows(Query(sql, postgres_url), bad_rows="set_aside")
    assert sum(table.num_rows for table in rows.tables()) == 1
    assert rows.bad.to_arrow()["row"].to_pylist() == [1]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELCT 1", "refuses the query.*syntax error at or near"),
        ("SELECT 1 / (n - 2) FROM generate_series(1, 3) AS n", "division by zero"),
        ("SELECT 1 AS a, 2 AS a", "both named 'a'"),
        ("SELECT 12.5::money AS price", r"'price' is of PostgreSQL's type money.*price::text"),
        ("SELECT interval '1 day' AS length", "'length' holds month_day_nano_interval"),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(postgres_url, sql, says):
    with pytest.raises(InvalidInput, match=says):
        list(open_rows(Query(sql, postgres_url)).tables())


def test_no_error_and_no_record_shows_the_password(postgres_url, monkeypatch):
    monkeypatch.setenv("READER_PASSWORD", "hush hush")
    url = f"postgresql://reader:${{READER_PASSWORD}}@127.0.0.1:{free_port()}/air"
    query = Query("SELECT 1", url)
    with pytest.raises(Unavailable, match=r"postgresql://reader@127.0.0.1.*cannot be reached") as e:
        open_rows(query)
    assert "hush" not in str(e.value) + repr(query) + query.address
    address = postgres_url.replace("postgres@", "postgres:hush@")
    read = read_source(Query("SELECT 1 AS x", address))
    assert read.source["url"] == postgres_url


@pytest.fixture
def bucket(s3_url):
    """Put objects into a bucket of moto's; returns a function of a name and bytes, giving a URL."""
    name = s3_url.split("/")[2]
    system = fsspec.filesystem("s3", skip_instance_cache=True)

    def put(key, content):
        system.pipe_file(f"{name}/{key}", content)
        return f"s3://{name}/{key}"

    return put


def test_files_on_s3_are_read_one_by_one_as_folders_and_by_pattern(bucket, tmp_path):
    pq.write_table(pa.table({"x": [1, 2]}), tmp_path / "x.parquet")
    one = bucket("2013/01.csv", CSV)
    two = bucket("2013/02.csv", CSV)
    parquet = bucket("x.parquet", (tmp_path / "x.parquet").read_bytes())
    assert read_source(one).table.to_pylist()[0] == {"carrier": "UA", "delay": 3}
    assert read_source(one.rpartition("/")[0]).table.num_rows == 4
    assert read_source(one.replace("01.", "*.")).source["paths"] == [one, two]
    assert open_rows(parquet).rows == 2
    assert read_source(parquet).table.column("x").to_pylist() == [1, 2]


def test_options_reach_the_file_system(bucket, s3_server, monkeypatch):
    url = bucket("f.csv", CSV)
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    options = {"key": "test", "secret": "test", "endpoint_url": s3_server}
    assert next(open_rows(url, storage_options=options).tables()).num_rows == 2


def test_an_object_that_changes_while_it_is_read_is_an_error(bucket):
    rows = open_rows(bucket("f.csv", CSV))
    bucket("f.csv", CSV + b"B6,1\n")
    with pytest.raises(Conflict, match=r"'f.csv' changed while it was read"):
        list(rows.tables())


def test_what_is_not_in_the_bucket_is_named(bucket):
    url = bucket("f.csv", CSV)
    with pytest.raises(NotFound, match=r"no file 's3://.*/g.csv'"):
        open_rows(url.replace("f.csv", "g.csv"))


def test_missing_credentials_say_which_bucket_and_what_to_set(bucket, monkeypatch, tmp_path):
    url = bucket("f.csv", CSV)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    options = {"config_kwargs": {"connect_timeout": 2}}  # a file system that was not used before
    with pytest.raises(Unavailable, match=r"no credentials for the bucket 'test-.*AWS_ACCESS_KEY"):
        open_rows(url, storage_options=options)


class Refusing(SimpleHTTPRequestHandler):
    """An S3 that answers as one does whose keys were revoked."""

    def do_GET(self):
        body = (
            b"<?xml version='1.0'?><Error><Code>InvalidAccessKeyId</Code>"
            b"<Message>The key does not exist in our records.</Message></Error>"
        )
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_):
        """Keep quiet."""


class Serving(SimpleHTTPRequestHandler):
    """A plain server of files."""

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def served():
    """Serve by a handler; returns a function that gives the server's address."""
    servers = []

    def serve(handler):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_revoked_credentials_say_which_bucket_and_what_to_do(served):
    options = {"key": "old", "secret": "old", "endpoint_url": served(Refusing)}
    with pytest.raises(Unavailable, match=r"the bucket 'air' refuses these credentials.*revoked"):
        open_rows("s3://air/f.csv", storage_options=options)


def test_an_s3_that_does_not_answer_is_given_up():
    options = {"key": "k", "secret": "s", "endpoint_url": f"http://127.0.0.1:{free_port()}"}
    with pytest.raises(Unavailable, match=r"s3://air/f.csv' cannot be read: Could not connect"):
        open_rows("s3://air/f.csv", storage_options=options)


def test_a_file_on_the_web_is_read(served, tmp_path):
    (tmp_path / "f.csv").write_bytes(CSV)
    address = served(partial(Serving, directory=str(tmp_path)))
    assert read_source(f"{address}/f.csv").table.num_rows == 2
    with pytest.raises(NotFound, match=r"no file 'http.*g.csv'"):
        open_rows(f"{address}/g.csv")
    with pytest.raises(Unavailable, match="cannot be read"):
        open_rows(f"http://127.0.0.1:{free_port()}/f.csv")
