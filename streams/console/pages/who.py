"""Who looks at a page, where it may be looked at by nobody in particular."""

from starlette.requests import Request

from streams.console.viewer import Viewer


def viewer_of(request: Request) -> Viewer | None:
    """Who is signed in, as the gate found; None for nobody."""
    viewer = getattr(request.state, "viewer", None)
    return viewer if isinstance(viewer, Viewer) else None
