"""Calls of screening's API, as several tests make them."""

from typing import Any
from uuid import UUID

from tests.adapters.screening.conftest import Send

CORE = {
    "urgent": "no", "unstable": "no", "infection": "no", "medical-care": "no", "maternity-infancy": "none",
    "adl": "full", "carer": "always", "group-life": "none",
}  # fmt: skip
"""Answers that lead to a core welfare shelter (P7)."""


async def post(send: Send, person: UUID, path: str, body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    answer = await send("POST", f"/screenings/{person}/{path}", {} if body is None else body, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(
    send: Send, person: UUID, path: str, body: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    answer = await send("POST", f"/screenings/{person}/{path}", {} if body is None else body, **more)
    assert answer.status_code in (403, 404, 409, 422), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def decide(send: Send, person: UUID, destination: str = "core-welfare", **more: Any) -> None:
    """Let a nurse take the person, answer and decide."""
    for path, body in (
        ("take", {}),
        ("answers", {"answers": CORE}),
        ("decision", {"destination": destination, **more}),
    ):
        answer = await send("POST", f"/screenings/{person}/{path}", body)
        assert answer.status_code == 200, answer.text


async def in_queue(send: Send, state: str = "waiting") -> dict[str, dict[str, Any]]:
    answer = await send("GET", "/screenings", params={"state": state})
    assert answer.status_code == 200, answer.text
    return {row["person"]: row for row in answer.json()["items"]}
