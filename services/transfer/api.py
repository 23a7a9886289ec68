"""Transfer's web application."""

from fastapi import FastAPI

from services.transfer import routes, routes_facility, routes_partner, routes_placement, routes_trip
from services.transfer.permissions import PERMISSIONS
from services.transfer.problems import PROBLEMS
from shared.platform.parts import Parts
from shared.platform.web import create_app

LARGEST_LIST = 4 << 20
"""Bytes of a list of facilities in one request; a longer one is sent in parts."""


def make_api(parts: Parts) -> FastAPI:
    """Make the application out of the parts."""
    return create_app(
        parts,
        title="tsunagi transfer",
        description="Who is to be moved, which facility receives them, and who drives (受入要請, 受入報告, 移送).",
        routers=(
            routes_facility.router,
            routes.router,
            routes_placement.router,
            routes_trip.router,
            routes_partner.router,
        ),
        problems=PROBLEMS,
        permissions=PERMISSIONS,
        body_limit=LARGEST_LIST,
    )
