"""The sources of catalogue versions that nobody needs leave the state; what a case runs under stays."""

from streams.catalogue.load import compile_texts
from streams.catalogue.model import Catalogue
from streams.state.reader import CATALOGUE_KEY, RECENT
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

JOB = """
    starts: job.taken
    ends: job.done
    deadline: {hours}h
"""


def version(hours: int) -> Catalogue:
    """The catalogue that gives a job so many hours."""
    return compile_texts([("story.yaml", catalogue(moment(JOB.replace("{hours}", str(hours)))))])


VERSIONS = [version(48 + number) for number in range(RECENT + 4)]
OLD = 1


def key_of(one: Catalogue) -> bytes:
    """Where its source is in the state."""
    return CATALOGUE_KEY + one.version.encode()


def kept(story: Story) -> set[str]:
    """The versions whose source is in the state."""
    return {key.removeprefix(CATALOGUE_KEY).decode() for key in story.state if key.startswith(CATALOGUE_KEY)}


def lived() -> Story:
    """A shard that has seen one version after the other; of the cases only the one of an old version is left. Plain, or,
    with its warning told, not."""
    story = Story(catalogue(moment(JOB.replace("{hours}", "48")))).at("12:00")
    for number, one in enumerate(VERSIONS):
        use(story, one)
        story.send("job.taken", f"j{number}")
        if number != OLD:
            story.send("job.done", f"j{number}")
    story.at("+1d 12:01").unheard.clear()
    assert kept(story) == {one.version for one in VERSIONS}
    return story


def use(story: Story, one: Catalogue) -> None:
    """New cases begin under this version."""
    story.catalogue = one
    story.processor.use(one)


def test_a_restart_forgets_what_no_case_uses_but_for_the_latest() -> None:
    story = lived().restart()
    assert kept(story) == {one.version for one in VERSIONS}  # until the next decision
    story.at("+1d 12:02")
    needed = {VERSIONS[OLD].version, VERSIONS[-1].version}
    idle = [one.version for one in VERSIONS if one.version not in needed]
    assert kept(story) == needed | set(idle[-RECENT:])
    assert len(idle) > RECENT
    story.restart().at("+1d 12:03")
    assert kept(story) == needed | set(idle[-RECENT:])


def test_a_case_under_an_old_version_keeps_it_over_any_restart() -> None:
    story = lived().restart().at("+1d 12:02").restart()
    story.at("+2d 13:01").expect("breached", f"j{OLD}", due="+2d 13:00")
    story.restart().at("+2d 13:02").restart()  # it is no plain case any more
    assert VERSIONS[OLD].version in kept(story)
    story.send("job.done", f"j{OLD}").at("+2d 13:03").expect("recovered", f"j{OLD}")


def test_a_version_that_was_forgotten_and_comes_back_is_stored_again() -> None:
    story = lived().restart().at("+1d 12:02")
    assert VERSIONS[0].version not in kept(story)
    use(story, VERSIONS[0])
    story.send("job.taken", "new")
    assert VERSIONS[0].version in kept(story)
    use(story, VERSIONS[-1])
    story.restart().at("+3d 12:03").expect("breached", "new", due="+3d 12:02")


def test_a_version_that_a_worker_forgot_and_another_took_for_known_is_stored_again() -> None:
    story = lived().restart().at("+1d 12:02")
    use(story, VERSIONS[0])
    story.send("job.taken", "new")
    source = story.state.pop(key_of(VERSIONS[0]))  # a release that did not heed the tombstone did not store it again
    use(story, VERSIONS[-1])
    story.processor = story._processor()
    story.processor.restore([(key_of(VERSIONS[0]), source), (key_of(VERSIONS[0]), None), *story.state.items()])
    story.processor.ready()
    story.at("+1d 12:03")
    assert story.state[key_of(VERSIONS[0])] == source
    story.restart().at("+3d 12:03").expect("breached", "new", due="+3d 12:02")
