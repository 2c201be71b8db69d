"""What is usual for one value of a dimension, and how many breaches are more than that.

Time is cut into spans of fixed length. Of each, once no incident can take anything out of it any more, the breaches that
belong to none are taken in: mean and variance are weighted exponentially (T. Finch, "Incremental calculation of weighted
mean and variance", 2009, section 9), with a weight of 1/n for the nth span until that is the smallest weight, so that the
beginning is a plain average and not a long climb from nothing.

The limit is that of a Shewhart chart for counts (c chart; D. Montgomery, "Introduction to Statistical Quality Control",
section 7.3): the mean and so many standard deviations, where a count of independent breaches has the mean as its
variance. Real breaches come in clumps, so the variance that was seen counts where it is the larger. The usual three
deviations are four here: the count is looked at again with every breach, and for every store and fleet.
"""

from math import ceil, sqrt
from typing import Final

import msgspec

from streams.groups.incident_policy import IncidentPolicy

NOTHING: Final = 0.01
"""A mean below this is no mean: fewer than two breaches in a day of ten-minute spans."""


class Learnt(msgspec.Struct, array_like=True, gc=False):
    """What is known of one value. Spans are counted since 1970.

    judged: the last span that was taken in. last: the last that had a breach. watched: how many were taken in. usual:
    breaches in a span on average, with their variance.
    """

    judged: int
    last: int
    watched: int = 0
    usual: float = 0.0
    variance: float = 0.0

    def take(self, count: int, policy: IncidentPolicy) -> None:
        """The next span had so many breaches."""
        self.judged += 1
        self.watched += 1
        if count:
            self.last = self.judged
        weight = 1 / min(self.watched, policy.memory)
        apart = count - self.usual
        step = weight * apart
        self.usual += step
        self.variance = (1 - weight) * (self.variance + apart * step)

    def pass_to(self, span: int, policy: IncidentPolicy) -> bool:
        """All spans up to this one that were not taken in had no breach. False where that has been so for so long that
        the value counts as never seen. In one step or in many it comes to the same.
        """
        while self.judged < span:
            self.take(0, policy)
            if self.usual < NOTHING and self.judged - self.last >= policy.forget_after // policy.span:
                return False
        return True

    def skip_to(self, span: int) -> None:
        """Nothing is learnt of the spans up to this one."""
        self.judged = max(self.judged, span)


def threshold(usual: float, variance: float, floor: int, policy: IncidentPolicy) -> int:
    """So many breaches within a span are not unusual yet."""
    return max(floor, ceil(usual + policy.deviations * sqrt(max(usual, variance))))
