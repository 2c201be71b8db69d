"""Who works on which shard. Partition p of every input topic goes to one worker, and shards move as little as may be.

A shard that moves is restored from its changelog on the other side, so what counts, after balance, is that a worker keeps
what it holds. Each member tells in its subscription which shards it holds; the leader of the group lays out the rest.
"""

import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping

from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata

log = logging.getLogger(__name__)


def assign_shards(holdings: Mapping[str, Collection[int]], shards: Collection[int]) -> dict[str, list[int]]:
    """Every shard to exactly one member, the loads at most one apart.

    `holdings` is what each member says it holds. A member keeps as many of its shards as balance allows; what two members
    claim (one of them missed a rebalance) is kept by the first in the order of names. The answer depends on the arguments
    alone, so it does not matter which member is the leader.
    """
    members = sorted(holdings)
    if not members:
        return {}
    free = set(shards)
    kept: dict[str, list[int]] = {}
    for member in members:
        kept[member] = sorted(free.intersection(holdings[member]))
        free.difference_update(kept[member])
    least, extra = divmod(len(set(shards)), len(members))
    # the members that hold most are the ones allowed one more: then the fewest shards have to leave them
    ranked = sorted(members, key=lambda member: (-len(kept[member]), member))
    room = {member: least + (rank < extra) for rank, member in enumerate(ranked)}
    for member in members:
        free.update(kept[member][room[member] :])
        del kept[member][room[member] :]
    rest = sorted(free)
    for member in members:
        wanted = room[member] - len(kept[member])
        kept[member] = sorted(kept[member] + rest[:wanted])
        rest = rest[wanted:]
    return kept


class ShardAssignor(AbstractPartitionAssignor):  # type: ignore[misc]
    """aiokafka's interface around `assign_shards`. `held` answers with the shards this worker holds at the moment."""

    name = "moments-shards"
    version = 0

    def __init__(self, held: Callable[[], Collection[int]]) -> None:
        self._held = held

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        held = json.dumps(sorted(self._held())).encode()
        return ConsumerProtocolMemberMetadata(self.version, sorted(topics), held)

    def assign(
        self, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        topics = sorted({topic for member in members.values() for topic in member.subscription})
        partitions: dict[str, set[int]] = {topic: set(cluster.partitions_for_topic(topic) or ()) for topic in topics}
        shards = set().union(*partitions.values())
        layout = assign_shards({name: _holding(member) for name, member in members.items()}, shards)
        return {
            name: ConsumerProtocolMemberAssignment(
                self.version,
                [(topic, [shard for shard in layout[name] if shard in partitions[topic]]) for topic in topics],
                b"",
            )
            for name in members
        }

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Nothing to remember: what is held is asked of the shards themselves."""


def _holding(member: ConsumerProtocolMemberMetadata) -> list[int]:
    """What a member says it holds; a text that is none counts as nothing, since a worse layout is all it can cause."""
    try:
        held = json.loads(member.user_data or b"[]")
    except ValueError:
        log.warning("a member of the group sent holdings that cannot be read: %r", member.user_data)
        return []
    return [shard for shard in held if isinstance(shard, int)] if isinstance(held, list) else []
