"""A bar for long work: seen in a notebook and a terminal, and nowhere else."""

import io
import sys
import types

import pytest

from workbench.core import progress as module
from workbench.core.progress import progress


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    monkeypatch.setattr(module, "_BETWEEN", 0.0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_log_gets_nothing(capsys):
    with progress("Counting", total=10) as advance:
        advance(5)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_what_is_done(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "200")
    with progress("Counting <rows>", total=10) as advance:
        advance(5)
    assert "Counting <rows>" in terminal.getvalue()


def test_short_work_shows_nothing(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    with progress("Counting", total=10) as advance:
        advance(10)
    assert terminal.getvalue() == ""


def test_a_notebook_shows_a_bar_that_goes_away_also_when_the_work_fails(monkeypatch):
    shown = []

    class Handle:
        def update(self, bar):
            shown.append(bar._repr_mimebundle_())

    kernel = types.SimpleNamespace(IPKernelApp=types.SimpleNamespace(initialized=lambda: True))
    display = types.SimpleNamespace(display=lambda bar, display_id: Handle())
    monkeypatch.setitem(sys.modules, "ipykernel.kernelapp", kernel)
    monkeypatch.setitem(sys.modules, "IPython.display", display)

    def work():
        with progress("<b>'", total=10) as advance:
            advance(5)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        work()
    (drawn, closed) = shown
    assert "<progress value='5.0' max='10'" in drawn["text/html"]
    assert "<b>" not in drawn["text/html"]
    assert drawn["text/plain"].startswith("<b>': 5 of 10 rows")
    assert set(closed.values()) == {""}
