"""HTTP in: the disaster that everything belongs to."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.intake import handlers
from services.intake.domain import disaster
from services.intake.models import Declaration, Stage, known
from shared.contracts import codes
from shared.contracts.intake_disaster import DisasterDeclared
from shared.kernel.ids import client_id
from shared.platform.access import Answer, Call, action, allow, answer

router = APIRouter(tags=["disasters"])


@router.get("/disasters", **action("disaster.read"))
async def list_disasters(call: Annotated[Call, Depends(allow("disaster.read"))]) -> dict[str, Any]:
    """Every disaster and drill of this stack (a handful; not paged)."""
    async with call.parts.database.session() as session:
        rows = await session.fetch("SELECT * FROM disasters ORDER BY began DESC LIMIT 200")
    return {"items": [dict(row) for row in rows], "next": None}


@router.put("/disasters/{disaster_id}", **action("disaster.declare"))
async def declare(
    disaster_id: UUID,
    body: Declaration,
    call: Annotated[Call, Depends(allow("disaster.declare"))],
) -> Answer:
    """Declare a disaster under an id of your own. On a drill's stack it is a drill."""
    client_id(str(disaster_id))
    event = DisasterDeclared(
        kind=body.kind,
        drill=call.parts.settings.drill,
        title=body.title,
        wards=tuple(body.wards),
        began=body.began,
        stage=known("stage", body.stage, codes.STAGE) or "onset",
    )
    outcome = await handlers.change_disaster(
        call.parts, disaster_id, disaster.Declare(event), call.origin(disaster=disaster_id)
    )
    return answer(outcome)


@router.post("/disasters/{disaster_id}/stage", **action("disaster.declare"))
async def change_stage(
    disaster_id: UUID,
    body: Stage,
    call: Annotated[Call, Depends(allow("disaster.declare"))],
) -> Answer:
    """Change the stage."""
    known("stage", body.stage, codes.STAGE)
    outcome = await handlers.change_disaster(
        call.parts, disaster_id, disaster.ChangeStage(body.stage), call.origin(disaster=disaster_id)
    )
    return answer(outcome)
