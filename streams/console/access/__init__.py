"""Who may look at the console and act in it: sign-in, sessions, tokens, form tokens, limits and headers.

`Access.of(settings, clock)` is all that the console is built with; pages ask `csrf(request)` and `viewer_of(request)`,
and routes are guarded with `@require("responder")`. Everything but the sign-in page, /static/ and acknowledge links is
closed to whom the gate does not know.
"""

from streams.console.access.entrance import Access
from streams.console.access.limits import Limits, Rate
from streams.console.access.passage import csrf, require, viewer_of
from streams.console.access.render import RenderRefusal, RenderSignIn

__all__ = ["Access", "Limits", "Rate", "RenderRefusal", "RenderSignIn", "csrf", "require", "viewer_of"]
