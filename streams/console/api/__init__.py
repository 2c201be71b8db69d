"""The console's API: everything that the pages show and do, under /api/v1, with its OpenAPI document."""

from streams.console.api.document import openapi
from streams.console.api.serve import routes

__all__ = ["openapi", "routes"]
