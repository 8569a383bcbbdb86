"""What one process does for all, and which blobs are accounted for."""

from datetime import timedelta

from uuid_utils.compat import uuid7

from absense_server.domain.ids import ImageId
from tests.integration.db.world import MINUTE, NOW, World, at_once

DAY = timedelta(days=1)


def begin(world: World, name: str = "sweep", *, at: timedelta = timedelta(), commit: bool = True) -> bool:
    with world.uow() as tx:
        mine = tx.chores.begin(name, NOW + at, DAY)
        if commit:
            tx.commit()
    return mine


def test_a_chore_is_due_once_a_day(world: World) -> None:
    assert begin(world)
    assert not begin(world)
    assert not begin(world, at=DAY - MINUTE)
    assert begin(world, at=DAY)
    assert not begin(world, at=DAY + MINUTE)
    assert begin(world, at=3 * DAY)


def test_a_clock_that_was_wrong_does_not_put_it_off_for_ever(world: World) -> None:
    assert begin(world, at=365 * DAY)
    assert begin(world)
    assert not begin(world, at=MINUTE)
    assert not begin(world, at=-DAY + MINUTE)
    assert begin(world, at=DAY)


def test_each_chore_has_its_own_day(world: World) -> None:
    assert begin(world)
    assert begin(world, "another")


def test_what_was_not_committed_was_not_begun(world: World) -> None:
    assert begin(world, commit=False)
    assert begin(world)
    assert begin(world, at=DAY, commit=False)
    assert begin(world, at=DAY)


def test_of_many_who_ask_at_once_one_begins(world: World) -> None:
    for day in range(3):
        asked = at_once(8, lambda _, day=day: begin(world, at=day * DAY))  # type: ignore[misc]
        assert sorted(answer is True for answer in asked) == [False] * 7 + [True]


def test_blobs_are_known_by_their_rows_and_while_they_are_doomed(world: World) -> None:
    kept, doomed, forgotten = (world.image(world.user()) for _ in range(3))
    with world.uow() as tx:
        tx.images.remove([doomed.id, forgotten.id], NOW)
        tx.images.forget_doomed([forgotten.blob_name])
        tx.commit()
    stranger = ImageId(uuid7())
    blobs = {image.id: image.blob_name for image in (kept, doomed, forgotten)} | {stranger: stranger.hex}
    with world.uow(read_only=True) as tx:
        assert tx.images.known(blobs) == {kept.blob_name, doomed.blob_name}
        assert tx.images.known({}) == frozenset()


def test_a_photograph_without_a_key_names_none(world: World) -> None:
    world.image(world.user())
    world.image(world.user(), key_id="")
    with world.uow(read_only=True) as tx:
        assert tx.images.key_ids() == {"k1"}
