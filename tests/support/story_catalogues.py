"""Small catalogues for stories, a few lines each."""

_HEAD = """
name: story
allowed_lateness: {lateness}
corrections: 1h
time_to_live: 10h
moments:
"""

_MOMENT = """
  - id: {id}
    title: {{zh: 时刻, en: Moment {id}}}
    stage: execution
    owner: shift_lead
    severity: medium
"""


def moment(rules: str, *, name: str = "arrival") -> str:
    """One moment with these rules, lines of YAML."""
    lines = [f"    {line.strip()}" for line in rules.strip().splitlines()]
    return _MOMENT.format(id=name) + "\n".join(lines) + "\n"


def catalogue(*moments: str, lateness: str = "0s") -> str:
    """A catalogue of these moments."""
    return _HEAD.format(lateness=lateness) + "".join(moments)


DELIVERY = catalogue(
    moment("""
        starts: order.placed
        ends: delivery.delivered
        cancels: order.cancelled
        pauses: touchpoint.customer.away
        resumes: touchpoint.customer.back
        revises: {on: delivery.eta_revised, due: promised_at}
        deadline: {at: promised_at, else: {after: 30m}}
    """)
)
"""An order is to arrive when promised, or in half an hour; no warnings."""
