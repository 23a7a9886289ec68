"""The page 人をさがす: a person by name or kana, among those within the caller's reach and nobody else."""

import unicodedata
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.casework import queries_life
from services.casework.domain.journey import STANDINGS
from services.casework.pages.signed_in import of_whom
from shared.contracts.wards import ward_name
from shared.platform.access import Call, allow
from shared.platform.pages.routing import PageRoute, page
from shared.platform.paging import Paged, encode_mark

router = APIRouter(route_class=PageRoute)
Finding = Annotated[Call, Depends(allow("person.find"))]


def search_words(text: str) -> str:
    """Return what is searched for: in one way of writing (half and full width), without the spaces between names."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@router.get("/pages/persons", **page("person.find"))
async def find(request: Request, call: Finding, paged: Paged, q: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Who is called so, by kana; of those out of reach nothing is said, not even that there are any."""
    words = search_words(q)
    within = call.within()
    async with call.parts.database.session() as session:
        rows = (
            await queries_life.find(session, within, words, paged.after(tuple[str, UUID]), paged.limit + 1)
            if words
            else []
        )
        found = rows[: paged.limit]
        places = await queries_life.places(
            session, {id_ for row in found for id_ in (row["shelter"], row["facility"]) if id_ is not None}
        )
    more = encode_mark((found[-1]["sorted"], found[-1]["person"])) if len(rows) > paged.limit else None
    return request.app.state.pages.answer(  # type: ignore[no-any-return]  # the state of an application is untyped
        request,
        call,
        "persons.html",
        {
            "of_whom": of_whom(call),
            "q": q.strip(),
            "asked": bool(words),
            "found": found,
            "wards": {row["ward"]: ward_name(row["ward"]) for row in found if row["ward"]},
            "places": {id_: place.name for id_, place in places.items()},
            "standings": {code: label[0] for code, label in STANDINGS.items()},
            "next": more,
            "first": paged.mark is None,
        },
    )
