"""Shards go where they are, as far as balance allows; all partitions of a shard go together."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.assignor import ShardAssignor, assign_shards

members = st.lists(st.sampled_from([f"m{n}" for n in range(8)]), min_size=1, unique=True)
holdings = st.dictionaries(
    st.sampled_from([f"m{n}" for n in range(8)]), st.frozensets(st.integers(0, 30), max_size=12), min_size=1
)


@given(holdings, st.integers(0, 30))
def test_every_shard_has_one_owner_and_the_loads_are_at_most_one_apart(
    held: dict[str, frozenset[int]], count: int
) -> None:
    layout = assign_shards(held, range(count))
    assert layout.keys() == held.keys()
    assert sorted(shard for shards in layout.values() for shard in shards) == list(range(count))
    loads = [len(shards) for shards in layout.values()]
    assert max(loads) - min(loads) <= 1


@given(members, st.integers(0, 30))
def test_a_balanced_layout_stays_as_it_is(names: list[str], count: int) -> None:
    layout = assign_shards({name: [] for name in names}, range(count))
    assert assign_shards(layout, range(count)) == layout


@given(members, st.integers(0, 30))
def test_a_new_member_takes_its_share_and_nothing_moves_between_the_others(names: list[str], count: int) -> None:
    before = assign_shards({name: [] for name in names}, range(count))
    after = assign_shards(before | {"new": []}, range(count))
    for name in names:
        assert set(after[name]) <= set(before[name])
    assert len(after["new"]) == count // (len(names) + 1)


@given(members.filter(lambda names: len(names) > 1), st.integers(0, 30), st.data())
def test_what_a_member_leaves_is_all_that_moves(names: list[str], count: int, data: st.DataObject) -> None:
    before = assign_shards({name: [] for name in names}, range(count))
    gone = data.draw(st.sampled_from(names))
    after = assign_shards({name: shards for name, shards in before.items() if name != gone}, range(count))
    for name, shards in after.items():
        assert set(before[name]) <= set(shards)


@given(holdings, st.integers(0, 30))
def test_no_layout_of_equal_balance_would_keep_more(held: dict[str, frozenset[int]], count: int) -> None:
    distinct: dict[str, frozenset[int]] = {}
    seen: set[int] = set()
    for name in sorted(held):
        distinct[name] = frozenset(held[name] - seen) & set(range(count))
        seen |= held[name]
    layout = assign_shards(distinct, range(count))
    kept = sum(len(distinct[name].intersection(layout[name])) for name in distinct)
    least, extra = divmod(count, len(distinct))
    # a member keeps what fits into `least`, and `extra` of those that hold more may keep one more
    possible = sum(min(len(shards), least) for shards in distinct.values())
    possible += min(extra, sum(len(shards) > least for shards in distinct.values()))
    assert kept == possible


def cluster(**topics: int) -> SimpleNamespace:
    return SimpleNamespace(partitions_for_topic=lambda name: set(range(topics[name])) if name in topics else None)


def test_partition_p_of_every_topic_goes_to_the_same_member() -> None:
    assignors = {"x": ShardAssignor(lambda: {1, 2}), "y": ShardAssignor(set)}
    members = {name: assignor.metadata(["b", "a"]) for name, assignor in assignors.items()}
    answer = assignors["x"].assign(cluster(a=4, b=4), members)
    assert {name: dict(assignment.assignment) for name, assignment in answer.items()} == {
        "x": {"a": [1, 2], "b": [1, 2]},
        "y": {"a": [0, 3], "b": [0, 3]},
    }


def test_what_a_member_holds_survives_the_wire_and_nonsense_counts_as_nothing() -> None:
    member = ShardAssignor(lambda: {5, 0}).metadata(["a"])
    sent = type(member).decode(member.encode())
    odd = [type(member)(0, ["a"], data) for data in (b"", b"\xff", b'{"a":1}', b'["x",2]')]
    members = {"m0": sent, **{f"m{n}": metadata for n, metadata in enumerate(odd, start=1)}}
    answer = ShardAssignor(set).assign(cluster(a=10), members)
    owned = {name: dict(assignment.assignment)["a"] for name, assignment in answer.items()}
    assert owned["m0"] == [0, 5]
    assert 2 in owned["m4"]
    assert sorted(shard for shards in owned.values() for shard in shards) == list(range(10))
