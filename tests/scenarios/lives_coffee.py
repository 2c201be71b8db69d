"""Every moment of the pack coffee: those of the tea chain, some with times of their own, and the machine's."""

from dataclasses import replace

from tests.scenarios import lives_tea_chain
from tests.support.story_of_pack import Life

PACK = ("coffee",)
OWN = [
    Life(
        "order.make",
        (("order.accepted", {}),),
        ("order.ready", {}),
        ("order.refunded", {}),
        ("10:06",),
        "10:08",
        ("touchpoint.order.scheduled", {}),
        ("touchpoint.order.released", "11:00:30", "11:08"),
        PACK,
    ),
    Life(
        "order.remade",
        (("remake.requested", {}),),
        ("remake.ready", {}),
        ("order.refunded", {}),
        ("10:03",),
        "10:05",
        packs=PACK,
    ),
    Life(
        "machine.restored",
        (("machine.failed", {}),),
        ("machine.swapped", {}),
        ("machine.retired", {}),
        ("11:00",),
        "12:00",
        ("machine.parts_awaited", {}),
        ("machine.parts_arrived", "+1d 10:00:30", "+1d 12:00"),
        PACK,
    ),
]
LIVES = [
    *OWN,
    *(replace(life, packs=PACK) for life in lives_tea_chain.LIVES if life.moment not in {"order.make", "order.remade"}),
]
