"""The wheel carries all that Jupyter and a user look for, and works where there is no Node."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from importlib import metadata
from itertools import chain
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.services import accepts, free_port, running

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = {
    canonicalize_name(name): version
    for name, version in re.findall(
        r"^([\w.-]+)==([^\s;]+)", (ROOT / "requirements.lock").read_text(), re.M
    )
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if not (ROOT / "workbench/labextension/package.json").exists():
        pytest.fail("The lab extension is not built. Run `make build`.")
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = place.glob("*.whl")
    return made


class Environment:
    """An empty environment with the wheel in it.

    Its dependencies are this environment's, seen through a `.pth` file: to install them again would
    take minutes and show nothing about the wheel. What the checkout links into this environment
    (lab extension, kernelspec, server config) is out of its sight, and so is Node.
    """

    def __init__(self, home: Path, wheel: Path) -> None:
        self.home = home
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
        self.python = home / "bin" / "python"
        pip = [sys.executable, "-m", "pip", "--python", str(self.python)]
        options = ["--no-deps", "--no-index", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", *options, wheel], check=True, capture_output=True)
        site = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
        # A path file is not followed into the path files of the folder it names, so the editable
        # install of the checkout stays unseen.
        (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
        self.variables = {
            "PATH": str(home / "bin"),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "WORKBENCH_HOME": str(home / "workspace"),
        }

    def run(self, *command: object) -> str:
        """Return what a command of the environment prints; it runs in the environment's folder."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.home,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def eval(self, code: str) -> str:
        """Return what a line of Python prints there."""
        return self.run(self.python, "-c", code).strip()


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    return Environment(tmp_path_factory.mktemp("empty") / "env", wheel)


def test_the_wheel_has_no_leftovers(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert not [
        name for name in names if re.search(r"__pycache__|node_modules|ipynb_checkpoints", name)
    ]
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.startswith("jupyter_workbench-")} == {"workbench"}


def test_the_package_is_the_wheels_own(environment):
    place = Path(environment.eval("import workbench; print(workbench.__file__)"))
    assert place.is_relative_to(environment.home)


def test_the_lab_finds_the_extension_and_its_files(environment):
    listed = environment.run(environment.python, "-m", "jupyterlab.labextensions", "list")
    name = json.loads((ROOT / "extensions/lab/package.json").read_text())["name"]
    line = next(line for line in listed.splitlines() if name in line)
    assert "enabled" in line
    assert "OK" in line
    folder = environment.home / "share/jupyter/labextensions" / name
    facts = json.loads((folder / "package.json").read_text())
    assert (folder / facts["jupyterlab"]["_build"]["load"]).is_file()


def test_jupyter_finds_the_kernel(environment):
    listed = environment.run(
        environment.python, "-m", "jupyter_client.kernelspecapp", "list", "--json"
    )
    kernel = json.loads(listed)["kernelspecs"]["workbench"]
    assert Path(kernel["resource_dir"]).is_relative_to(environment.home)
    assert kernel["spec"]["display_name"] == "Workbench"


def test_the_server_extension_is_enabled_and_loads(environment):
    listed = environment.run(
        environment.python, "-m", "jupyter_server.extension.serverextension", "list"
    )
    assert re.search(r"workbench\.server\s+\S*OK", listed)


def test_the_lab_serves_the_extension_and_the_records(environment):
    port, token = free_port(), secrets.token_hex()
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        f"--IdentityProvider.token={token}",
    ]
    command = [environment.python, "-m", "jupyterlab", *options]
    with (
        running(
            command,
            lambda: accepts(port),
            environment.home / "lab.log",
            cwd=environment.home,
            env=environment.variables,
        ),
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"token {token}"}
        ) as client,
    ):
        page = client.get("/lab").raise_for_status().text
        found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script', page, re.DOTALL)
        assert found
        config = json.loads(found[1])
        name = json.loads((ROOT / "extensions/lab/package.json").read_text())["name"]
        (ours,) = [each for each in config["federated_extensions"] if each["name"] == name]
        client.get(f"/lab/extensions/{name}/{ours['load']}").raise_for_status()
        assert client.get("/workbench/api/records").raise_for_status().json()["records"] == []


def test_every_widget_brings_its_module(environment):
    sources = {path.name for path in (ROOT / "workbench/widgets/static").iterdir()}
    place = environment.home / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    carried = {path.name for path in (place / "workbench/widgets/static").iterdir()}
    assert carried == sources
    assert any(name.endswith(".js") for name in carried)


def test_the_notebooks_are_inside(environment):
    code = "import workbench, pathlib; print(pathlib.Path(workbench.__file__).parent / 'notebooks')"
    carried = Path(environment.eval(code))
    tracked = {
        path.relative_to(ROOT / "notebooks")
        for path in (ROOT / "notebooks").rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    }
    assert {path.relative_to(carried) for path in carried.rglob("*.ipynb")} == tracked
    assert Path("quickstart.ipynb") in tracked


def test_the_command_runs(environment):
    assert "Usage: workbench" in environment.run(environment.home / "bin/workbench", "--help")


def test_every_entry_point_loads(environment):
    code = (
        "from importlib.metadata import distribution\n"
        "for point in distribution('jupyter-workbench').entry_points: point.load()"
    )
    environment.eval(code)


def test_the_lock_has_every_dependency_in_a_version_that_it_allows():
    texts = chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    unmet = [
        str(requirement)
        for requirement in map(Requirement, texts)
        if (name := canonicalize_name(requirement.name)) != PROJECT["name"]
        and not (name in LOCK and requirement.specifier.contains(LOCK[name]))
    ]
    assert not unmet


def test_the_lock_names_no_address():
    for name in ("requirements.lock", "requirements-bench.lock"):
        assert "://" not in (ROOT / name).read_text()
    packages = json.loads((ROOT / "extensions/package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "://" in package.get("resolved", "")]


def test_this_environment_is_the_locked_one():
    installed = {
        canonicalize_name(distribution.name): distribution.version
        for distribution in metadata.distributions()
    }
    # A build of torch for one device adds its name to the version, as in 2.13.0+cpu.
    differs = {
        name: (version, installed.get(name))
        for name, version in LOCK.items()
        if (installed.get(name) or "").split("+")[0] != version
    }
    assert not differs


def test_conda_installs_the_same_lock():
    text = (ROOT / "environment.yml").read_text()
    assert "--requirement requirements.lock" in text
    assert os.fspath(ROOT) not in text
