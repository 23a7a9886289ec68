"""The OpenAPI document of a service."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of this application."""
    return get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
