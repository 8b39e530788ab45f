"""The "workbench" kernel: where its spec lies and what its process needs to know."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.errors import Unavailable, near

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpecManager
    from nbformat import NotebookNode

#: The kernelspec that loads the magics and connects the workspace.
KERNEL_NAME = "workbench"


def jupyter_data() -> Path | None:
    """Return the folder that holds `kernels/workbench`: the environment's, else the checkout's.

    A wheel installs the spec into the environment's `share/jupyter`; an editable install leaves it
    in the checkout, where Jupyter itself does not look.
    """
    import workbench

    installed = Path(sys.prefix, "share", "jupyter")
    checkout = Path(workbench.__file__).parents[1]
    for folder in (installed, checkout):
        if (folder / "kernels" / KERNEL_NAME / "kernel.json").is_file():
            return folder
    return None


def jupyter_path(*extra: Path) -> str:
    """Return a JUPYTER_PATH where a child finds our kernelspec and what `extra` holds."""
    own = jupyter_data()
    folders = [str(each) for each in extra] + ([str(own)] if own else [])
    given = os.environ.get("JUPYTER_PATH")
    return os.pathsep.join([*folders, *([given] if given else [])])


def spec_manager() -> KernelSpecManager:
    """Return a manager that knows every installed kernelspec and ours, installed or not."""
    from jupyter_client.kernelspec import KernelSpecManager

    manager = KernelSpecManager()
    own = jupyter_data()
    if own is not None:
        manager.kernel_dirs = [str(own / "kernels"), *manager.kernel_dirs]
    return manager


def kernel_for(node: NotebookNode) -> str:
    """Return the kernel that a notebook runs in: ours for Python, else the one that it names.

    Raises
    ------
    Unavailable
        If that kernel is not installed.
    """
    wanted = node.metadata.get("kernelspec", {})
    language = wanted.get("language") or node.metadata.get("language_info", {}).get("name")
    other = language is not None and language.lower() != "python"
    name = str(wanted.get("name") or KERNEL_NAME) if other else KERNEL_NAME
    known = spec_manager().find_kernel_specs()
    if name not in known:
        hint = near(name, known, otherwise="`workbench doctor` says what is missing")
        raise Unavailable(f"no kernel {name!r} is installed", hint=hint)
    return name
