"""A notebook exported as a page shows the widgets' still pictures, for it has no network."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from traitlets.config import Config

import workbench.widgets

SHIPPED = Path(workbench.widgets.__file__).with_name("jupyter_nbconvert_config.json")
VIEW = "application/vnd.jupyter.widget-view+json"
PICTURE = "iVBORw0KGgo="


def exported(data):
    output = nbformat.v4.new_output("display_data", data)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("widget", outputs=[output])]
    )
    state = {"m": {"model_module": "anywidget", "model_name": "AnyModel", "state": {}}}
    kept = {"version_major": 2, "version_minor": 0, "state": state}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": kept}
    exporter = HTMLExporter(config=Config(json.loads(SHIPPED.read_text())))
    return exporter.from_notebook_node(notebook)[0]


def test_the_picture_stands_in_for_the_widget():
    page = exported({VIEW: {"model_id": "m"}, "image/png": PICTURE, "text/plain": "widget"})
    assert f"data:image/png;base64,{PICTURE}" in page
    assert '"model_id": "m"' not in page


def test_a_widget_without_a_picture_and_a_table_are_left_as_they_were():
    assert '"model_id": "m"' in exported({VIEW: {"model_id": "m"}, "text/plain": "widget"})
    assert "<b>table</b>" in exported({"text/html": "<b>table</b>", "text/plain": "table"})
