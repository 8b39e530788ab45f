"""Datasets in which a row of the spine would find itself, and with it its own label.

Rows that do not say when they became known (created=) are known when they happen. The row that the
spine was cut from is then among what its own windows hold. It is told by what is equal beside keys
and time: where only those are, as when both tell something of the same hours, nobody can say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.data.columns import family_of
from workbench.data.engine import open_engine, parquet, quoted

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.features.discovery.relations import Relation
    from workbench.features.offline.spines import Spine

_LOOKED_AT = 2_000  # rows of the spine
_MOST = 0.5  # of them, to be the dataset's own


def apart(
    relations: Sequence[Relation], spine: Spine, rows: pa.Table
) -> tuple[list[Relation], list[str], list[str]]:
    """Leave out relations that would tell a row its own label.

    Parameters
    ----------
    relations : sequence of Relation
    spine : Spine
    rows : pyarrow.Table
        Some of its rows.

    Returns
    -------
    list of Relation, list of str, list of str
        What can be tried, why the rest is left out, and what is doubtful of what is not.
    """
    own = {each.name for each in spine.datasets}
    kept: list[Relation] = []
    refused: dict[str, None] = {}
    doubts: dict[str, None] = {}
    some = rows.slice(0, _LOOKED_AT)
    keys = {(each.dataset.ref, key) for each in relations for key in each.keys}
    for each in relations:
        ref = each.dataset.ref
        if each.created is not None or each.time is None:
            kept.append(each)
        elif each.dataset.name in own:
            refused[
                f"{ref} is the spine, and does not say when its rows became known (created=): they "
                "would tell their own label"
            ] = None
        elif each.parent is not None or _found(each, spine, some, ()) <= _MOST:
            kept.append(each)
        elif (
            alike := [name for name in _shared(each, spine, some) if (ref, name) not in keys]
        ) and _found(each, spine, some, alike) > _MOST:
            refused[
                f"{ref} has the spine's own rows, and does not say when they became known "
                "(created=): they would tell their own label"
            ] = None
        else:
            kept.append(each)
            doubts[
                f"most rows have one of {ref} at their very moment: if that is what is predicted, "
                "it tells its own label; ingest it with created="
            ] = None
    return kept, list(refused), list(doubts)


def _shared(relation: Relation, spine: Spine, rows: pa.Table) -> tuple[str, ...]:
    """Return the columns that both have, beside keys, times and the label."""
    known = {each.name: each.family for each in relation.columns}
    return tuple(
        each.name
        for each in rows.schema
        if each.name != spine.label and known.get(each.name) == family_of(each.type) != "LIST"
    )


def _found(relation: Relation, spine: Spine, rows: pa.Table, alike: Sequence[str]) -> float:
    """Return the share of rows that have one of the relation at their moment, alike in these."""
    both = [*relation.keys, *alike]
    names = {name: f"c{number}" for number, name in enumerate(dict.fromkeys([*both, spine.time]))}
    asked = rows.select(list(names)).rename_columns(list(names.values()))
    same = [f"d.{quoted(each)} IS NOT DISTINCT FROM s.{names[each]}" for each in both]
    moment = f"epoch_us(d.{quoted(str(relation.time))}) = epoch_us(s.{names[spine.time]})"
    with open_engine() as connection:
        connection.register("asked", asked)
        counted = connection.execute(
            f"SELECT count(*) FROM asked s SEMI JOIN {parquet(relation.dataset.paths())} d "
            f"ON {' AND '.join([moment, *same])}"
        ).fetchall()
    share: float = counted[0][0] / max(rows.num_rows, 1)
    return share
