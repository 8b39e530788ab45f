"""Publishing a notebook: run once to prove it and to learn what it reads, recorded, then served."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workbench import workspace as _workspace
from workbench.core.errors import InvalidInput
from workbench.core.files import atomic_write
from workbench.dashboards import voila
from workbench.dashboards.reading import shown_columns, title_of
from workbench.jobs.kernel import KERNEL_NAME, kernel_for
from workbench.jobs.notebooks import Notebook, read_notebook
from workbench.jobs.runs import run
from workbench.metadata import Artifact

_NAME = re.compile(r"[^\W_][\w .-]*")


@dataclass(frozen=True)
class Dashboard:
    """A published notebook.

    Attributes
    ----------
    name : str
    title : str
    artifact : Artifact
    url : str or None
        The page's address with its token, while the server runs and this version is the one served.
    """

    name: str
    title: str
    artifact: Artifact
    url: str | None

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref

    def stop(self) -> None:
        """Take the page down; the record stays. The server ends with its last page."""
        workspace = _workspace.current()
        (voila.folder() / f"{self.name}.ipynb").unlink(missing_ok=True)
        workspace.metadata.update_artifact(self.artifact.id, state="stopped")
        if not any(voila.folder().glob("*.ipynb")):
            voila.stop()

    def _repr_html_(self) -> str:
        from html import escape

        if self.url is None:
            return (
                f"<div><b>{escape(self.title)}</b> ({escape(self.ref)}) is not being served</div>"
            )
        link = f"<a href='{escape(self.url)}' target='_blank'>open</a>"
        return f"<div><b>{escape(self.title)}</b> ({escape(self.ref)}): {link}</div>"


def publish(notebook: str | Path, name: str | None = None) -> Dashboard:
    """Serve a notebook as a page: its outputs and widgets, without its code.

    The notebook is run once first. That proves that it draws, and what it looks up in the workspace
    becomes the dashboard's lineage, with nothing to declare. The page then runs it afresh for each
    reader, in the dashboards' own folder, so it must not depend on files beside it.

    Parameters
    ----------
    notebook : path
    name : str, optional
        The file's name by default. Publishing the same name again makes a new version at the same
        address.

    Raises
    ------
    NotFound
        If there is no such notebook.
    InvalidInput
        If it is no notebook, or `name` cannot be part of an address.
    JobFailed
        If one of its cells fails; what was served before stays.

    Examples
    --------
    >>> publish("notebooks/dashboards/delays.ipynb").url  # doctest: +SKIP
    'http://127.0.0.1:40511/voila/render/delays.ipynb?token=…'
    """
    source = read_notebook(notebook)
    label = _check(name or source.name)
    workspace = _workspace.current()
    page = voila.folder() / f"{label}.ipynb"
    page.parent.mkdir(parents=True, exist_ok=True)
    job = run(
        Notebook(source.name, page.parent, source.content),
        {},
        name=label,
        origin=str(Path(notebook).expanduser().resolve()),
    )
    node = source.node()
    reads = _reads_of(job.id)
    blob = workspace.blobs.put_bytes(source.content)
    facts = {"job": job.id, "path": str(Path(notebook).expanduser().resolve())}
    with workspace.metadata.record("publish", label, reads=reads, properties=facts) as recording:
        atomic_write(page, _served(source))
        daemon = voila.start()
        title = title_of(node, label)
        artifact = recording.write(
            "dashboard",
            label,
            digest=blob.digest,
            size=blob.size,
            properties={
                **facts,
                "title": title,
                "media_type": "application/x-ipynb+json",
                "url": voila.page_url(daemon, label).partition("?")[0],
                "state": "live",
            },
            columns=shown_columns(node, reads),
        )
    _retire_others(artifact)
    return Dashboard(label, title, artifact, voila.page_url(daemon, label))


def dashboards() -> list[Dashboard]:
    """Return the newest version of each dashboard, those published last first."""
    found = _workspace.current().metadata.artifacts("dashboard", latest_only=True)
    return [_of(artifact) for artifact in found]


def dashboard(reference: str) -> Dashboard:
    """Return a dashboard by ``name`` or ``name@version``; NotFound if there is none."""
    return _of(_workspace.current().metadata.artifact("dashboard", reference))


def serve() -> list[Dashboard]:
    """Start the server, if it does not run, and return the dashboards that it shows."""
    voila.start()
    return [each for each in dashboards() if each.url is not None]


def stop_serving() -> bool:
    """Stop the server; what is published stays published. Return whether it was running."""
    return voila.stop()


def _check(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} cannot be a dashboard's name, which is part of its address",
            hint="begin with a letter or digit; then also spaces, dots, dashes and underscores",
        )
    return name


def _reads_of(job_id: str) -> list[Artifact]:
    """Return what a job and everything under it read and did not make itself."""
    metadata = _workspace.current().metadata
    family = [job_id]
    for each in family:
        family += [child.id for child in metadata.executions(parent=each)]
    made = {artifact.id for each in family for artifact in metadata.outputs(each)}
    read = {artifact.id: artifact for each in family for artifact in metadata.inputs(each)}
    return [artifact for artifact in read.values() if artifact.id not in made]


def _served(source: Notebook) -> bytes:
    """Return the notebook as the server gets it: without outputs, for a kernel it has."""
    import nbformat

    node = source.node()
    kernel = kernel_for(node)
    if kernel == KERNEL_NAME:
        node.metadata["kernelspec"] = {
            "name": KERNEL_NAME,
            "display_name": "Workbench",
            "language": "python",
        }
    for cell in node.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    node.metadata.pop("widgets", None)
    writes = getattr(nbformat, "writes")  # noqa: B009  # not typed
    return str(writes(node)).encode()


def _retire_others(newest: Artifact) -> None:
    metadata = _workspace.current().metadata
    for artifact in metadata.versions("dashboard", newest.name):
        if artifact.id != newest.id and artifact.properties.get("state") == "live":
            metadata.update_artifact(artifact.id, state="replaced")


def _of(artifact: Artifact) -> Dashboard:
    daemon = voila.running()
    live = artifact.properties.get("state") == "live"
    served = (voila.folder() / f"{artifact.name}.ipynb").is_file()
    url = voila.page_url(daemon, artifact.name) if daemon and live and served else None
    return Dashboard(artifact.name, artifact.properties.get("title", artifact.name), artifact, url)
