"""The lab's words: each has a Chinese one, and none is left over."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "extensions/lab/src"
CATALOGUE = ROOT / "workbench/server/locale/zh_CN/LC_MESSAGES/workbench.json"
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_ONE = re.compile(rf"trans\.__\(\s*{_TEXT}")
_MANY = re.compile(rf"trans\._n\(\s*{_TEXT},\s*{_TEXT}")


_CHECKS = ROOT / "workbench/data/validation"
_OF_ANOMALIES = ROOT / "extensions/ui/src/chineseAnomalies.ts"


@pytest.fixture(scope="module")
def catalogue() -> dict[str, list[str]]:
    known: dict[str, list[str]] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return {text: forms for text, forms in known.items() if text}


@pytest.fixture(scope="module")
def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.ts*"))


def test_every_text_is_translated_with_its_places(catalogue, sources):
    texts = set(_ONE.findall(sources)) | {one for one, _ in _MANY.findall(sources)}
    assert texts
    assert sorted(texts - set(catalogue)) == []
    for text in texts:
        assert sorted(re.findall(r"%\d", text)) == sorted(re.findall(r"%\d", catalogue[text][0]))


def test_no_translation_is_left_over(catalogue, sources):
    texts = set(_ONE.findall(sources)) | {one for one, _ in _MANY.findall(sources)}
    assert sorted(set(catalogue) - texts) == []


def test_a_plural_has_two_forms_since_jupyterlab_asks_for_them(catalogue, sources):
    for one, _ in _MANY.findall(sources):
        assert len(catalogue[one]) > 1


def names_of_anomalies():
    """Yield what `found(path, kind, short, …)` is called with, and what leads there by a name."""
    for path in _CHECKS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Name("found"), [_, _, ast.Constant(name), *_]):
                    yield name
                case ast.Call(ast.Name("_domain"), [_, ast.Constant(name), *_]):
                    yield name
                case ast.Assign([ast.Name("short")], ast.Constant(name)):
                    yield name
    yield from ("High drift", "High skew", "Baseline data missing", "Serving data missing")
    yield from ("Missing index column", "Missing weight column")
    yield from ("As many indices as values", "As many weights as values")


def test_every_anomaly_has_a_chinese_name_and_no_other_has():
    translated = re.findall(rf"^  {_TEXT}: \"", _OF_ANOMALIES.read_text("utf-8"), re.MULTILINE)
    assert sorted(translated) == sorted(set(names_of_anomalies()))
