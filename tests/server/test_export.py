"""JupyterLab's "Save and export": the page that leaves shows pictures where it has no widgets."""

from __future__ import annotations

import nbformat
import pytest
from tornado.httpclient import HTTPClientError

VIEW = "application/vnd.jupyter.widget-view+json"
PICTURE = "iVBORw0KGgo="


@pytest.fixture
def notebook(jp_root_dir):
    output = nbformat.v4.new_output(
        "display_data", {VIEW: {"model_id": "m"}, "image/png": PICTURE, "text/plain": "widget"}
    )
    cell = nbformat.v4.new_code_cell("widget", outputs=[output])
    page = nbformat.v4.new_notebook(cells=[cell])
    state = {"m": {"model_module": "anywidget", "model_name": "AnyModel", "state": {}}}
    kept = {"version_major": 2, "version_minor": 0, "state": state}
    page.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": kept}
    folder = jp_root_dir / "späte Flüge"
    folder.mkdir()
    nbformat.write(page, folder / "a b.ipynb")
    return "nbconvert", "html", "späte Flüge", "a b.ipynb"


async def test_a_widget_leaves_as_its_picture(jp_fetch, notebook):
    answer = await jp_fetch(*notebook, params={"download": "true"})
    page = answer.body.decode()
    assert f"data:image/png;base64,{PICTURE}" in page
    assert '"model_id": "m"' not in page
    assert "a%20b.html" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "jp_server_config",
    [
        {
            "ServerApp": {"jpserver_extensions": {"workbench.server": True}},
            "NbConvertBase": {"display_data_priority": [VIEW, "image/png"]},
        }
    ],
)
async def test_the_servers_own_order_of_formats_wins(jp_fetch, notebook):
    page = (await jp_fetch(*notebook)).body.decode()
    assert '"model_id": "m"' in page


async def test_an_export_asks_who_is_there(jp_fetch, notebook):
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch(*notebook, headers={"Authorization": ""}, follow_redirects=False)
    assert caught.value.code in (302, 403)
