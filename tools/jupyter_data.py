"""What Jupyter looks for under `share` and `etc`: lab extension, kernelspecs, server config.

A wheel carries these files (this module is its build hook, which adds the notebooks too). An
editable install would copy them once and go stale, so there they are linked: run
`python tools/jupyter_data.py`.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SERVER_CONFIG = Path("workbench/server/jupyter_server_config.d")
# An exported page cannot load widgets without a network; it shows their still pictures instead.
NBCONVERT_CONFIG = Path("workbench/widgets/jupyter_nbconvert_config.json")
LAB_EXTENSION = Path("workbench/labextension")
WIDGETS = Path("workbench/widgets/static")


class JupyterData(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the data files to a wheel, and refuses to make a wheel without what npm builds."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill ``build_data``.

        Raises
        ------
        FileNotFoundError
            When the lab extension or the widgets have not been built.
        """
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        for built in (LAB_EXTENSION / "package.json", WIDGETS):
            if not (root / built).exists():
                raise FileNotFoundError(f"{built} is missing. Run `make build` first.")
        for source, target in jupyter_data(root).items():
            build_data["shared_data"][str(source)] = target
        for notebook in notebook_files(root):
            inside = notebook.relative_to(root)
            build_data["force_include"][str(notebook)] = f"workbench/{inside}"


def jupyter_data(root: Path) -> dict[Path, str]:
    """Where each file or folder of the checkout goes under an environment's prefix."""
    lab = json.loads((root / "extensions/lab/package.json").read_text())
    data = {root / LAB_EXTENSION: f"share/jupyter/labextensions/{lab['name']}"}
    for kernel in sorted((root / "kernels").glob("*/kernel.json")):
        data[kernel.parent] = f"share/jupyter/kernels/{kernel.parent.name}"
    for config in sorted((root / SERVER_CONFIG).glob("*.json")):
        data[config] = f"etc/jupyter/jupyter_server_config.d/{config.name}"
    data[root / NBCONVERT_CONFIG] = f"etc/jupyter/{NBCONVERT_CONFIG.name}"
    return data


def notebook_files(root: Path) -> list[Path]:
    """Every file of the notebooks folder, without Jupyter's checkpoints."""
    files = (path for path in sorted((root / "notebooks").rglob("*")) if path.is_file())
    return [path for path in files if ".ipynb_checkpoints" not in path.parts]


def link(root: Path, prefix: Path) -> None:
    """Link the data files of the checkout at ``root`` into the environment at ``prefix``."""
    for source, target in jupyter_data(root).items():
        place = prefix / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        place.symlink_to(source)


if __name__ == "__main__":
    link(Path(__file__).resolve().parent.parent, Path(sys.prefix))
