"""Problem details (RFC 9457): what a caller reads where a call did not do what it asked.

A code, one sentence in Japanese and one in English, what to do next, and details that hold no personal data.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from starlette.responses import Response

from shared.kernel.errors import GENERAL, Problem, Sentences, catalogue

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "1"
"""Seconds after which a call may be made again that found something away."""

WEB: tuple[Sentences, ...] = (
    Sentences(
        "header.malformed",
        "ヘッダーの値を読めません。",
        "A header's value cannot be read.",
        "headerとexpectedを見て、値を直して送ってください。",
        "See `header` and `expected`, and send it again.",
    ),
    Sentences(
        "query.unreadable",
        "アドレスの値を読めません。",
        "A value in the address cannot be read.",
        "fieldsを見て、値を直して送ってください。",
        "See `fields`, and send it again.",
    ),
    Sentences(
        "problem.unknown",
        "この問題の説明はありません。",
        "There is no such problem code.",
        "codeを確認してください。",
        "Check the code.",
    ),
)
PLATFORM: tuple[Sentences, ...] = GENERAL + WEB
"""The problems that every service can answer with."""

_STANDARD = ("type", "title", "status", "code", "detail_ja", "detail_en", "todo_ja", "todo_en")


def _plain(value: object) -> object:
    """Return a detail as something that JSON has; whatever is no plain value is left out, it may hold anything."""
    if value is None or isinstance(value, bool | int | float | str | UUID | datetime):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes | msgspec.Struct):
        return [_plain(one) for one in value]
    return None


class Problems:
    """The problem table of one service, joined with the platform's."""

    def __init__(self, *tables: Iterable[Sentences], root_path: str = "") -> None:
        """`root_path`: under which path of an ingress their explanations are read.

        Raises ValueError where two rows claim one code.
        """
        self._root_path = root_path
        self.rows: Mapping[str, Sentences] = catalogue(PLATFORM, *tables)

    def body(self, code: str, status: int, details: Mapping[str, object]) -> dict[str, Any]:
        """Return the members of the problem."""
        row = self.rows.get(code) or self.rows["server.failed"]._replace(code=code)
        return {
            "type": f"{self._root_path}/problems/{code}",
            "title": row.en,
            "status": status,
            "code": code,
            "detail_ja": row.ja,
            "detail_en": row.en,
            "todo_ja": row.todo_ja,
            "todo_en": row.todo_en,
        } | {name: _plain(value) for name, value in details.items() if name not in _STANDARD}

    def response(
        self,
        code: str,
        status: int,
        details: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the response that tells this problem."""
        more = dict(headers or {})
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            more.setdefault("Retry-After", RETRY_AFTER)
        elif status == HTTPStatus.UNAUTHORIZED:
            more.setdefault("WWW-Authenticate", "Bearer")
        return Response(
            msgspec.json.encode(self.body(code, status, details or {})), status, more, media_type=MEDIA_TYPE
        )

    def of(self, problem: Problem) -> Response:
        """Return the response for one of the domain's own errors."""
        return self.response(problem.code, problem.status, problem.details)
