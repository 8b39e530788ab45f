"""Finding views by words: by their names, features, entities, tags, owners and descriptions."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

from workbench import workspace
from workbench.core.html_tables import html_table
from workbench.features.definitions.computed import OnDemandView, computed_from
from workbench.features.definitions.kinds import ON_DEMAND
from workbench.features.definitions.registration import views
from workbench.features.definitions.selections import View
from workbench.features.governance.tags import tagged

#: What a word is worth where it is found, whole or as a beginning or as a part.
_NAME, _FEATURE, _MARK, _READS, _TEXT = 16.0, 8.0, 6.0, 3.0, 2.0
_LIKE = 0.8  # how alike words must be for one to be taken for the other, mistyped


class FoundViews(list[View]):
    """Views that were found, the likeliest first."""

    def to_json(self) -> list[dict[str, Any]]:
        """Return them as JSON, one a view."""
        return [
            {
                "ref": each.ref,
                "kind": kind_of(each),
                "entities": [entity.name for entity in each.entities],
                "features": list(each.features),
                "owner": each.owner,
                "tags": list(each.tags),
                "description": each.description,
            }
            for each in self
        ]

    def _repr_html_(self) -> str:
        rows = [
            (
                each.ref,
                [entity.name for entity in each.entities],
                [column.name for column in each.columns],
                each.tags,
                each.owner,
                each.description,
            )
            for each in self
        ]
        titles = ("view", "entities", "features", "tags", "owner", "about")
        return html_table(titles, rows, empty="No view is like that.")


def search_features(
    query: str = "",
    *,
    tag: str | None = None,
    owner: str | None = None,
    entity: str | None = None,
) -> FoundViews:
    """Return the newest versions of the views that match, on-demand views among them.

    Parameters
    ----------
    query : str
        Words that must all occur in a view's name, features, entities, tags, owner, description or
        the names of what it reads; a mistyped one finds what is like it. A name counts most.
    tag : str, optional
        That the view or one of its features has, said there or inherited.
    owner, entity : str, optional
        As they are written.

    Returns
    -------
    list of FeatureView and OnDemandView
        The likeliest first; without a query by name.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> plane = wb.feature_view(name="plane", entities=wb.Entity("tailnum"), source=planes)
    >>> [view.ref for view in search_features("seats", entity="tailnum")]
    ['plane@1']
    """
    metadata = workspace.current().metadata
    computed = map(computed_from, metadata.artifacts(ON_DEMAND, latest_only=True))
    known: list[View] = [*views(), *computed]
    return matching(known, query, tag=tag, owner=owner, entity=entity)


def matching(
    known: Iterable[View],
    query: str = "",
    *,
    tag: str | None = None,
    owner: str | None = None,
    entity: str | None = None,
) -> FoundViews:
    """Return those of some views that match; see `search_features`."""
    words = query.casefold().split()
    chosen = [
        view
        for view in known
        if (owner is None or owner == view.owner)
        and (entity is None or entity in [each.name for each in view.entities])
    ]
    scored = [(_score(view, words), view) for view in chosen]
    scored = [(score, view) for score, view in scored if score > 0]
    scored.sort(key=lambda pair: (-pair[0], pair[1].name))
    found = FoundViews(view for _, view in scored)
    if tag is None:
        return found
    having = tagged([view.artifact for view in found], tag)
    return FoundViews(view for view in found if view.artifact.id in having)


def kind_of(view: View) -> str:
    """Return how a view is made: of a dataset, SQL, …, or on demand."""
    return "on demand" if isinstance(view, OnDemandView) else view.source.kind


def _score(view: View, words: list[str]) -> float:
    """Return how well a view matches; 0 if one of the words is nowhere."""
    reads = [] if isinstance(view, OnDemandView) else [*view.source.datasets, *view.source.views]
    fields = [
        (_NAME, [view.name, view.ref]),
        (_FEATURE, [each.name for each in view.columns]),
        (_MARK, [each.name for each in view.entities]),
        (_MARK, [*view.tags, view.owner]),
        (_READS, reads),
        (_TEXT, view.description.split()),
    ]
    total = 1.0
    for word in words:
        found = [worth * max(map(_alike(word), said)) for worth, said in fields if said]
        if not (best := max(found, default=0.0)):
            return 0.0
        total += best + 0.01 * sum(found)
    return total


def _alike(word: str) -> Callable[[str], float]:
    """Return what says how much of a text a word is: 1 for all of it, less for a part or a typo."""
    matcher = difflib.SequenceMatcher(b=word)

    def alike(text: str) -> float:
        text = text.casefold()
        parts = _parts(text)
        if text == word:
            return 1.0
        if word in parts:
            return 0.8
        if any(each.startswith(word) for each in (text, *parts)):
            return 0.6
        if word in text:
            return 0.4
        for each in (text, *parts) if len(word) >= 4 else ():
            matcher.set_seq1(each)
            if matcher.quick_ratio() >= _LIKE and matcher.ratio() >= _LIKE:
                return 0.1
        return 0.0

    return alike


def _parts(text: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in text).split()
