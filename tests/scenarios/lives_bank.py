"""Every moment of the pack bank, from its beginning to each of its ends. A business day ends at five in the afternoon."""

from tests.support.story_of_pack import Life, Sent

WITHDRAWN: Sent = ("application.withdrawn", {})
LOAN: Sent = ("application.submitted", {"category": "loan"})
WEDNESDAY_AT_THREE = {"pay_out_at": "2026-11-04T15:00:00+08:00"}
PACK = ("bank",)

LIVES = [
    Life(
        "account.opened",
        (("application.submitted", {"category": "account"}),),
        ("account.opened", {}),
        WITHDRAWN,
        ("+1d 15:00",),
        "+1d 17:00",
        ("compliance.held", {}),
        ("compliance.cleared", "+2d 10:00:30", "+3d 17:00"),
        PACK,
    ),
    Life(
        "loan.decided",
        (LOAN,),
        ("decision.told", {"category": "loan"}),
        WITHDRAWN,
        ("+2d 17:00",),
        "+3d 17:00",
        ("valuation.ordered", {}),
        ("valuation.received", "+4d 10:00:30", "+9d 17:00"),
        PACK,
    ),
    Life(
        "loan.explained",
        (LOAN,),
        ("terms.explained", {}),
        WITHDRAWN,
        ("+1d 15:00",),
        "+1d 17:00",
        ("explanation.put_off", {}),
        ("explanation.agreed", "+2d 10:00:30", "+3d 17:00"),
        PACK,
    ),
    Life(
        "loan.paid_out",
        (("contract.signed", {"attributes": WEDNESDAY_AT_THREE}),),
        ("loan.disbursed", {}),
        ("contract.rescinded", {}),
        ("+1d 15:00", "+2d 13:00"),
        "+2d 15:00",
        ("condition.open", {}),
        ("condition.fulfilled", "+3d 10:00:30", "+7d 15:00"),
        PACK,
    ),
    Life(
        "card.blocked",
        (("card.reported_lost", {}),),
        ("card.blocked", {}),
        ("card.found", {}),
        ("10:03",),
        "10:05",
        packs=PACK,
    ),
]
