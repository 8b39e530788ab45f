"""Several connections to a new database at the same moment."""

import sqlite3
import threading

import pytest

from workbench.core.sqlite import use_wal


@pytest.mark.parametrize("attempt", range(25))
def test_those_who_come_first_at_once_all_get_in(tmp_path, attempt):
    path = tmp_path / "new.db"
    together = threading.Barrier(4)
    failures = []

    def come():
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        together.wait()
        try:
            use_wal(connection)
            connection.execute("CREATE TABLE IF NOT EXISTS seen (who)")
            connection.execute("INSERT INTO seen VALUES (1)")
        except sqlite3.OperationalError as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM seen").fetchone() == (4,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_database_that_stays_locked_is_an_error_in_time(tmp_path):
    path = tmp_path / "held.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    late = sqlite3.connect(path, timeout=0, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        use_wal(late, wait=0.1)
    holder.execute("ROLLBACK")
    use_wal(late, wait=0.1)
