"""An instant that a caller gives is written out, with its offset; nothing is taken for one."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.platform.instants import GivenInstant

INSTANT: TypeAdapter[datetime] = TypeAdapter(GivenInstant)


@pytest.mark.parametrize("text", ["2026-01-17T14:46:00+09:00", "2026-01-17T05:46:00Z", "2026-01-17 05:46:00z"])
def test_a_text_with_its_offset_is_an_instant(text: str) -> None:
    assert INSTANT.validate_python(text) == datetime(2026, 1, 17, 5, 46, tzinfo=UTC)


@pytest.mark.parametrize(
    "given", [1768628760, 1.5, True, "1768628760", "-1.75e-22", "2026-01-17", "2026-01-17T14:46:00", ""]
)
def test_seconds_dates_and_texts_without_an_offset_are_not(given: object) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(given)


@pytest.mark.parametrize(
    "text", ["2026-01-18T02:41:00+20:55", "2026-01-17T05:46:00-00:00", "2026-01-16T10:46:00-19:00"]
)
def test_whatever_its_offset_it_goes_on_in_utc(text: str) -> None:
    assert str(INSTANT.validate_python(text)) == "2026-01-17 05:46:00+00:00"


@pytest.mark.parametrize("text", ["0001-01-01T08:59:59+09:00", "9999-12-31T23:00:00-01:00"])
def test_one_that_has_no_year_in_utc_is_none(text: str) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(text)


def test_the_document_says_what_it_is() -> None:
    assert INSTANT.json_schema() == {"type": "string", "format": "date-time"}
