"""Events → rows of intake's own tables: the one place that knows both, for the hot statement and the projection."""

import msgspec

from shared.contracts.envelope import Recorded
from shared.contracts.event import encode_words
from shared.contracts.intake_household import HouseholdRegistered, HouseholdWords
from shared.contracts.intake_person import PersonRegistered, PersonWords
from shared.contracts.places import Place

STAY = ("event", "person", "presence", "shelter", "place_kind", "lodging", "happened", "recorded_at")


def household_row(one: Recorded, event: HouseholdRegistered) -> tuple[object, ...]:
    """Return the row of `households`, in the order of its columns."""
    envelope = one.envelope
    return (
        envelope.subject,
        envelope.ward,
        envelope.disaster,
        event.place.shelter,
        event.sheet_no,
        list(event.members),
        event.representative,
        event.inquiry_consent,
        event.sharing_confirmed,
        len(event.marks),
        envelope.time if event.written_at else None,
        envelope.recorded_at,
    )


def household_words_row(one: Recorded) -> tuple[object, ...]:
    """Return the row of `personal.household`."""
    words = one.words if isinstance(one.words, HouseholdWords) else HouseholdWords()
    return one.envelope.subject, encode_words(words).decode(), words.car


def person_row(one: Recorded, event: PersonRegistered) -> tuple[object, ...]:
    """Return the row of `persons`, in the order of its columns."""
    envelope = one.envelope
    return (
        envelope.subject,
        event.household,
        envelope.ward,
        envelope.disaster,
        "present",
        event.place.shelter,
        event.place.kind,
        event.place.lodging,
        event.age_band,
        msgspec.json.encode(event.needs).decode(),
        event.care,
        envelope.time,
    )


def person_words_row(one: Recorded) -> tuple[object, ...]:
    """Return the row of `personal.person`."""
    words = one.words if isinstance(one.words, PersonWords) else PersonWords()
    return one.envelope.subject, one.envelope.version, encode_words(words).decode(), words.name, words.kana


def stay_row(one: Recorded, presence: str, place: Place) -> tuple[object, ...]:
    """Return the row of `stays`: from this event on the person is there."""
    envelope = one.envelope
    return (
        envelope.id,
        envelope.subject,
        presence,
        place.shelter,
        place.kind,
        place.lodging,
        envelope.time,
        envelope.recorded_at,
    )
