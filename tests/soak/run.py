"""The plot: everything is started, lives for its time with a killed stage, a restarted worker and silent sources in it,
is stopped, and compared with what is true.
"""

import asyncio
import signal
from collections import Counter
from typing import Final

from streams.clock import MILLISECOND, SECOND, now
from streams.demo.events import TICKETS
from streams.demo.heartbeats import beat
from streams.demo.stage import PARTITIONS
from streams.errors import MonitorError
from tests.soak import judge
from tests.soak.cast import Cast, on_stage
from tests.soak.comparing import compare, compare_at_rest, counted, kinds, settle
from tests.soak.found import Found, Plan
from tests.soak.hearing import Count
from tests.soak.sampling import sample

KILLED: Final = "group"
"""The stage behind detection that is killed."""
KILL_AT, RESTART_AT = 0.25, 1 / 3
_STILL: Final = 30 * SECOND
"""After so long nothing changes any more by itself: the longest promise is over."""
_SETTLES: Final = 10.0
_JUDGED_WITHIN: Final = 90.0


async def soak(plan: Plan) -> Found:
    """Live through it. MonitorError, TimeoutError or AssertionError where it cannot be lived through to its end."""
    found, own = Found(plan), asyncio.current_task()
    assert own is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, own.cancel)
    trouble: BaseException | None = None
    try:
        async with on_stage(plan) as cast:
            failed = asyncio.create_task(_failure([*cast.others, *cast.publishing]))
            life = asyncio.create_task(_live(cast, found))
            await asyncio.wait((failed, life), return_when=asyncio.FIRST_COMPLETED)
            over = failed if failed.done() else life
            for task in (failed, life):
                task.cancel()
            await asyncio.gather(failed, life, return_exceptions=True)
            trouble = over.exception()
            found.complaints = cast.crew.complaints()
    finally:
        # not before everybody has left: an error on the way out would hide what it was about
        if trouble is not None:
            raise trouble
    return found


async def _failure(tasks: "list[asyncio.Task[None]]") -> None:
    """Until one of them fails; its error is raised. One that is cancelled has done its part."""
    waiting = set(tasks)
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not task.cancelled():
                task.result()


async def _live(cast: Cast, found: Found) -> None:
    plan = found.plan
    kill, restart = (cast.begun + round(plan.lasts * share) for share in (KILL_AT, RESTART_AT))
    first: Count = Counter()
    killed = restarted = False
    while now() < cast.begun + plan.lasts:
        if not killed and now() >= kill:
            killed = True
            cast.crew.kill_stage(KILLED)
            await asyncio.sleep(0.5)
            found.after_kill = 0.5 + await cast.crew.until_ready()
        if not restarted and now() >= restart:
            restarted = True
            first = await _restart(cast, found)
        begun = asyncio.get_running_loop().time()
        await sample(cast, found)
        spent = asyncio.get_running_loop().time() - begun
        await asyncio.sleep(max(0.0, min(plan.every - spent, (cast.begun + plan.lasts - now()) / SECOND)))
    await _end(cast, found, first)


async def _restart(cast: Cast, found: Found) -> Count:
    """SIGTERM to the worker and another one in its place; what had been told by then."""
    page = await cast.crew.page("detect")
    assert page is not None
    status = await cast.crew.stop_worker()
    if status:
        found.wrong.append(f"the worker ended with {status} after SIGTERM")
    await cast.ear.catch_up()
    told = cast.ear.counts.copy()
    shown = counted(page)
    late = sum(at >= page.asked - 2 * SECOND for at in cast.ear.recent)
    found.counted.update(kinds(shown))
    missing = told.copy()
    missing.subtract(shown)
    if any(value < 0 for value in missing.values()) or sum(missing.values()) > late:
        lines = judge.counters(shown, told, "before the restart:")
        found.wrong += [f"counters: {line}" for line in judge.first_of(lines, 10)]
    await cast.crew.start_worker()
    began = now()
    await cast.crew.until_ready()
    found.after_restart = (now() - began) / SECOND
    compared = found.compared
    while found.compared == compared and now() - began < 60 * SECOND:
        await compare(cast, found, await cast.crew.page("detect"))
        await asyncio.sleep(0.5)
    if found.compared == compared:
        found.wrong.append("gauges: not up to date within a minute of the restart")
    found.compared_after_restart = (now() - began) / SECOND
    return told


async def _end(cast: Cast, found: Found, first: Count) -> None:
    """Stop the world, wait until all of it is judged and nothing moves any more, and compare."""
    until = now()
    for task in cast.publishing:
        task.cancel()
    await asyncio.gather(*cast.publishing, return_exceptions=True)
    deaf = sorted(name for name, state in cast.ear.states.items() if state in ("blind", "returning"))
    found.wrong += [f"feeds: {' '.join(name)} is still {cast.ear.states[name]} at the end" for name in deaf]
    for upstream in cast.upstreams:
        await upstream.finish(until)
    beating = asyncio.create_task(beat(cast.producer, [upstream.chain.tenant for upstream in cast.upstreams]))
    try:
        closing = await cast.upstreams[0].close(TICKETS, PARTITIONS, now() + 200 * MILLISECOND)
        await asyncio.wait_for(cast.ear.closed(closing), _JUDGED_WITHIN)
        await asyncio.sleep(max(0.0, (until + _STILL - now()) / SECOND))
        await compare_at_rest(cast, found, len(closing))
        await asyncio.wait_for(cast.ear.catch_up(), _JUDGED_WITHIN)
        page = await cast.crew.page("detect")
        assert page is not None
    except TimeoutError:
        raise MonitorError(f"the monitor has not judged everything within {_JUDGED_WITHIN:.0f} s") from None
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
    second = cast.ear.counts - first
    found.counted.update(kinds(counted(page)))
    lines = judge.counters(counted(page), second, "since the restart:")
    found.wrong += [f"counters: {line}" for line in judge.first_of(lines, 10)]
    settle(cast, found, until)
    await _start_afresh(cast, found)


async def _start_afresh(cast: Cast, found: Found) -> None:
    """The same state in new processes: what the old ones need beyond that is no state."""
    found.old = {name: used.memory for name, used in (await asyncio.to_thread(cast.crew.usage)).items()}
    await cast.crew.stop_worker()
    await cast.crew.stop_desk()
    await cast.crew.start_worker()
    await cast.crew.start_desk()
    await cast.crew.until_ready()
    await asyncio.sleep(_SETTLES)
    found.new = {name: used.memory for name, used in (await asyncio.to_thread(cast.crew.usage)).items()}
