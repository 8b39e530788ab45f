"""Finding views by words, and by what they are about."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.features.definitions.registration import views
from workbench.features.definitions.views import FeatureView


def search(
    query: str = "",
    *,
    tag: str | None = None,
    owner: str | None = None,
    entity: str | None = None,
) -> list[FeatureView]:
    """Return the newest versions of the views that match, those named like the query first.

    Parameters
    ----------
    query : str
        Words that must all occur in a view's name, description, features, entities, owner or tags.
    tag, owner, entity : str, optional
        What the view must have, as it is written.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> plane = wb.feature_view(name="plane", entities=wb.Entity("tailnum"), source=planes)
    >>> [view.ref for view in search("seats", entity="tailnum")]
    ['plane@1']
    """
    return matching(views(), query, tag=tag, owner=owner, entity=entity)


def matching(
    known: Iterable[FeatureView],
    query: str = "",
    *,
    tag: str | None = None,
    owner: str | None = None,
    entity: str | None = None,
) -> list[FeatureView]:
    """Return those of some views that match; see `search`."""
    words = query.casefold().split()
    found = [
        view
        for view in known
        if (tag is None or tag in view.tags)
        and (owner is None or owner == view.owner)
        and (entity is None or entity in [each.name for each in view.entities])
        and all(word in _text(view) for word in words)
    ]
    return sorted(found, key=lambda view: not any(word in view.name.casefold() for word in words))


def _text(view: FeatureView) -> str:
    said = [view.ref, view.description, view.owner, *view.tags]
    said += [each.name for each in view.entities]
    said += [each.name for each in (*view.keys, *view.columns)]
    return "\n".join(said).casefold()
