"""What features are about: a carrier, a plane, an airport."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.core.errors import InvalidInput
from workbench.core.references import check_name


@dataclass(frozen=True)
class Entity:
    """Something that features describe, and the columns that tell one of them from another.

    Parameters
    ----------
    name : str
    keys : sequence of str, optional
        The columns of its key, in order; the name itself when left out. Composite keys are compared
        column by column, so ("1", "23") never meets ("12", "3").

    Raises
    ------
    InvalidInput
        If the name is no name, or keys are missing or repeated.

    Examples
    --------
    >>> Entity("carrier", keys=["carrier"]).keys
    ('carrier',)
    """

    name: str
    keys: Sequence[str] = ()

    def __post_init__(self) -> None:
        check_name(self.name)
        if isinstance(self.keys, str):
            raise InvalidInput(
                f"the keys of entity {self.name!r} are the text {self.keys!r}",
                hint=f"give a list: keys=[{self.keys!r}]",
            )
        keys = tuple(self.keys) or (self.name,)
        for key in keys:
            check_name(key)
        if len(set(keys)) < len(keys):
            raise InvalidInput(f"the keys {list(keys)} of entity {self.name!r} repeat a column")
        object.__setattr__(self, "keys", keys)


def keys_of(entities: Iterable[Entity]) -> tuple[str, ...]:
    """Return the key columns of some entities together, each once, in order.

    Raises
    ------
    InvalidInput
        If there is no entity, or one of them is something else.
    """
    found: dict[str, None] = {}
    for entity in entities:
        if not isinstance(entity, Entity):
            raise InvalidInput(
                f"{entity!r} is not an entity",
                hint='make one: wb.Entity("carrier", keys=["carrier"])',
            )
        found.update(dict.fromkeys(entity.keys))
    if not found:
        raise InvalidInput(
            "a feature view needs an entity",
            hint='entities=[wb.Entity("carrier", keys=["carrier"])]',
        )
    return tuple(found)
