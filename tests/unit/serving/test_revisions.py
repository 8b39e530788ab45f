"""Rolling back goes one step back each time."""

from __future__ import annotations

from workbench.serving.revisions import Revision, before


def test_each_rollback_goes_one_further_back_until_there_is_none() -> None:
    history = [Revision(i, f"delay@{i}") for i in (1, 2, 3)]
    seen = []
    while (found := before(history)) is not None:
        seen.append(found.number)
        history.append(Revision(len(history) + 1, found.model, restores=found.origin))
    assert seen == [2, 1]


def test_a_deploy_after_a_rollback_can_be_rolled_back_to_what_was_restored() -> None:
    history = [
        Revision(1, "delay@1"),
        Revision(2, "delay@2"),
        Revision(3, "delay@1", restores=1),
        Revision(4, "delay@4"),
    ]
    found = before(history)
    assert found is not None
    assert found.model == "delay@1"


def test_a_first_revision_has_none_before_it() -> None:
    assert before([]) is None
    assert before([Revision(1, "delay@1")]) is None
