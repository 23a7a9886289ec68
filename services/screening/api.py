"""Screening's web application."""

from fastapi import FastAPI

from services.screening import routes, routes_work
from services.screening.permissions import PERMISSIONS
from services.screening.problems import PROBLEMS
from shared.platform.parts import Parts
from shared.platform.web import create_app


def make_api(parts: Parts) -> FastAPI:
    """Make the application out of the parts."""
    return create_app(
        parts,
        title="tsunagi screening",
        description="The nurses' queue, their questions, and where each person should be (保健班のスクリーニング).",
        routers=(routes.router, routes_work.router),
        problems=PROBLEMS,
        permissions=PERMISSIONS,
    )
