"""Parts that other packages add, found by entry points."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from workbench.core.errors import NotFound, Unavailable, near


def names(group: str) -> list[str]:
    """Return the names on offer in a group such as `workbench.channels`, sorted."""
    return sorted(_points(group))


def load(group: str, name: str) -> object:
    """Return the object that a plug-in's entry point names.

    Raises
    ------
    NotFound
        If no installed package offers `name` in `group`.
    Unavailable
        If the plug-in's module cannot be imported.
    """
    points = _points(group)
    if name not in points:
        raise NotFound(
            f"no plug-in {name!r} in {group!r}",
            hint=near(name, points, otherwise="install the package that brings it"),
        )
    try:
        return points[name].load()
    except ImportError as error:
        raise Unavailable(
            f"the plug-in {name!r} of {group!r} cannot be imported: {error}",
            hint="install what it needs",
        ) from error


def _points(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}
