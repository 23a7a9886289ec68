"""Intake's web application, and the route of the sheet."""

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
from shared.platform.origin import read_origin
from shared.platform.parts import Parts
from shared.platform.tokens import verified
from shared.platform.web import RawRoute, create_app

_JSON = "application/json"
_ACTION = "household.register"
_encoder = msgspec.json.Encoder()

EXAMPLE = {
    "id": "0193484c-4f00-7000-8000-000000000001",
    "ward": "28101",
    "place": {"kind": "shelter", "shelter": "8f9d1c5e-7a1f-8c52-9b2e-3f0d5a1c7e10", "lodging": "building"},
    "sheet_no": "12",
    "written_at": "2026-11-21T13:40:00+09:00",
    "entered_on": "2026-11-21",
    "address": "神戸市東灘区（訓練）1-2-3",
    "mobile": "090-0000-0012",
    "damage": "half-destroyed",
    "reasons": ["lifelines", "aftershocks"],
    "lifelines": ["water"],
    "inquiry_consent": "agreed",
    "sharing_confirmed": True,
    "members": [
        {
            "id": "0193484c-4f00-7000-8000-000000000002",
            "representative": True,
            "name": "訓練 太郎",
            "kana": "クンレン タロウ",
            "birth": "昭和50年1月17日",
        },
        {
            "id": "0193484c-4f00-7000-8000-000000000003",
            "name": "訓練 キヨ",
            "kana": "クンレン キヨ",
            "birth": "昭和15年3月5日",
            "relation": "parent",
            "needs": ["care-3-plus"],
            "aids": ["wheelchair"],
            "medicine_days": 2,
        },
    ],
}


async def register(request: Request) -> Response:
    """Take a household's sheet: past FastAPI, because hundreds of them arrive at once when a network returns."""
    state, scope = request.app.state, request.scope
    parts: Parts = state.parts
    caller = await verified(state.verifier, request.headers.get("authorization"))
    within = state.permissions[_ACTION].within(caller)
    raw = await request.body()
    receipt, repeated = await receive(parts, raw, read_origin(scope["headers"], caller, parts.clock), within)
    headers = {"Tsunagi-Repeated": "true"} if repeated else None
    return Response(_encoder.encode(receipt), 200, headers, _JSON)


def make_api(parts: Parts) -> FastAPI:
    """Make the application out of the parts."""
    return create_app(
        parts,
        title="tsunagi intake",
        description="Survey sheets of households, and where each person is (避難者調査票, 入退所).",
        routers=(routes.router, routes_person.router, routes_disaster.router),
        problems=PROBLEMS,
        permissions=PERMISSIONS,
        body_limit=parts.policy(IntakeSettings).sheet_bytes,
        raw_routes=(
            RawRoute(
                path="/households",
                methods=("POST",),
                endpoint=register,
                action=_ACTION,
                request_type=Sheet,
                response_type=Receipt,
                summary="Register a household's survey sheet",
                description=(
                    "Under ids that the client chose (UUIDv7). Answered when it is durable. The same sheet again: the"
                    " same answer. The same id with other content: 409 `household.differs`, with the fields. A missing"
                    " or odd field never blocks it: it is accepted, and marked."
                ),
                example=EXAMPLE,
            ),
        ),
    )
