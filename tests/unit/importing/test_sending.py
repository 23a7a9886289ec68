"""What was read is checked against what transfer takes before any of it is sent."""

import msgspec
import pytest

from services.transfer.models_facility import ListBody
from shared.contracts.transfer_facility import FacilityListed, Received
from shared.kernel.errors import Invalid
from tsunagi.drill import scenario
from tsunagi.importing.sending import check

ROWS = scenario.load("kobe").listed


def test_the_rows_of_a_published_list_are_taken_as_they_are() -> None:
    bodies = check(ROWS)
    taken = ListBody.model_validate({"rows": bodies[:50]})
    for row, came in zip(ROWS, taken.rows, strict=False):
        event = came.event()
        assert came.id == row.id
        for name in set(FacilityListed.__struct_fields__) & set(row.__struct_fields__):
            assert getattr(event, name) == getattr(row, name), name
        assert event.receives is None or isinstance(event.receives, Received)


def test_a_row_that_transfer_would_refuse_is_named_before_anything_is_sent() -> None:
    odd = msgspec.structs.replace(ROWS[3], name="長" * 300)
    with pytest.raises(Invalid) as refusal:
        check([*ROWS[:3], odd])
    assert refusal.value.code == "import.value-wrong"
    assert refusal.value.details["place"] == f"{odd.official_id} / name"
