"""Intake's web application."""

from uuid import UUID

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from services.intake import routes, routes_disaster, routes_person
from services.intake.domain.sheet import Sheet
from services.intake.permissions import PERMISSIONS
from services.intake.problems import PROBLEMS
from services.intake.registering import Receipt, receive
from services.intake.settings import IntakeSettings
from shared.platform.parts import Parts
