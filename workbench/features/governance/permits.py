"""What may not be deployed: models that learned from, or look up, what a rule forbids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench import workspace
from workbench.core.errors import GateFailed
from workbench.features.governance.places import KINDS
from workbench.features.governance.tags import Tagged, tags_of
from workbench.metadata import Artifact, ColumnSource


def check_permitted(
    model: Artifact,
    looked_up: Mapping[str, Sequence[ColumnSource]],
    *,
    allowed: Sequence[str] = (),
) -> None:
    """Refuse a model that carries a tag which the setting `blocked_tags` names.

    Parameters
    ----------
    model : Artifact
    looked_up : mapping of str to sequence of ColumnSource
        Where each column of the deployment comes from, such as features that it looks up by key.
    allowed : sequence of str
        Tags that this deployment may carry all the same.

    Raises
    ------
    GateFailed
        With the way from the column where the tag was said to the model, and how to permit it.
    """
    blocked = set(workspace.current().settings.blocked_tags) - set(allowed)
    if not blocked:
        return
    found = [each for each in tags_of(model) if each.tag in blocked]
    served: dict[str, list[Tagged]] = {}
    for column, sources in looked_up.items():
        for source in sources:
            if source.artifact.id == model.id:
                continue
            known = served.setdefault(source.artifact.id, tags_of(source.artifact))
            for each in known:
                if each.column == source.column and each.tag in blocked and not found:
                    raise _refused(model, each, f"{each.way}, which it looks up as {column!r}")
    if found:
        raise _refused(model, found[0], found[0].way)


def _refused(model: Artifact, tagged: Tagged, way: str) -> GateFailed:
    steps = [each for each in tagged.path if each.kind in KINDS]
    views = [each for each in steps if each.kind != "dataset"]
    where = (views or steps)[-1]
    mark = "." if where.kind == "dataset" else ":"
    place = f"{where.ref.partition('@')[0]}{mark}{where.column}"
    return GateFailed(
        f"{model.ref} may not be deployed: it carries the tag {tagged.tag!r} ({way})",
        hint=f'where that no longer holds, say wb.untag("{place}", "{tagged.tag}"); to permit it '
        f'here, allow_tags=["{tagged.tag}"]; the rule is blocked_tags in workbench.toml',
    )
