"""A way on which every field that may hold words is filled with a word that stands nowhere else.

Each planted word is its own, so that one that is found says from which field it came.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from tests.journeys.casework import CITY_WELFARE
from tests.journeys.health_team import CORE_WELFARE
from tests.journeys.receiving import Facility
from tests.journeys.shelter import Household, Person
from tests.journeys.ward import Ward

BIRTH, BIRTH_DATE = "昭和12年3月4日", "1937-03-04"


class Words:
    """The words that were planted, by what they were planted in."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.planted: dict[str, str] = {}

    def __call__(self, field: str) -> str:
        """Plant a word in a field: Japanese, and findable in any part of a text."""
        number = len(self.planted)
        word = f"秘密谷{self._tag}{number:03d}"
        self.planted[field] = word
        return word

    def phone(self, field: str) -> str:
        """Plant a telephone number."""
        number = len(self.planted)
        word = f"090-7{self._tag}-8{number:03d}"
        self.planted[field] = word
        return word

    def contact(self, field: str) -> dict[str, str]:
        """Plant a whole contact (⑧)."""
        names = ("name", "relation", "postcode", "address", "note")
        return {name: self(f"{field}.{name}") for name in names} | {"phone": self.phone(f"{field}.phone")}


class Planted(NamedTuple):
    """Who was on the way, and which words were planted about them; the facility's own words apart."""

    household: Household
    kiyo: Person
    hana: Person
    case: UUID
    conference: UUID
    placement: UUID
    trip: UUID
    facility: Facility
    words: Words
    of_facility: Words

    @property
    def owners(self) -> list[UUID]:
        """Whose keys the words are sealed under."""
        return [self.household.id, *(person.id for person in self.household)]


def planted_sheet(ward: Ward, words: Words) -> dict[str, Any]:
    """A sheet with a word wherever a word can stand, codes and unknown fields included."""
    staff = ward.staff
    member = {
        "needs": ["care-3-plus", words("member.needs")],
        "groups": [words("member.groups")],
        "aids": [words("member.aids")],
        "communication": [words("member.communication")],
        "observations": [words("member.observations")],
        "sex": words("member.sex"),
        "carer": words("member.carer"),
        "relation": words("member.relation"),
        "kana": words("member.kana"),
        "description": words("member.description"),
        "birth": BIRTH,
        "age": 86,
        "remarks": words("member.remarks"),
        "doctor": words.contact("member.doctor"),
        "care_manager": words.contact("member.care_manager"),
        "care_office": words("member.care_office"),
        "medicine": words("member.medicine"),
        "devices": words("member.devices"),
        "food": words("member.food"),
        "equipment": words("member.equipment"),
        "communication_note": words("member.communication_note"),
        "carer_contact": words.contact("member.carer_contact"),
        "place": {"kind": words("member.place.kind"), "lodging": words("member.place.lodging")},
        words("member's unknown field"): words("what stands in it"),
    }
    return staff.sheet(
        staff.line(words("representative")),
        staff.line(words("member.name"), **member),
        staff.line(words("another"), needs=["mental"]),
        sheet_no=words("sheet_no"),
        form=words("form"),
        written_by={words("written_by.field"): words("written_by.who")},
        place={"kind": "shelter", "shelter": str(staff.shelter), "lodging": words("lodging")},
        postcode=words("postcode"),
        address=words("address"),
        phone=words.phone("phone"),
        mobile=words.phone("mobile"),
        car=words("car"),
        shelter_written=words("shelter_written"),
        room=words("room"),
        relatives=[words.contact("relatives")],
        damage=words("damage"),
        damage_other=words("damage_other"),
        lodging_other=words("lodging_other"),
        reasons=["other", words("reasons")],
        lifelines=[words("lifelines")],
        inquiry_consent=words("inquiry_consent"),
        reason_other=words("reason_other"),
        note=words("note"),
        recorder=words("recorder"),
        **{words("sheet's unknown field"): words("what stands in that")},
    )


async def whole_way(ward: Ward, tag: str) -> Planted:
    """Go the whole way, and say in words all that can be said."""
    words, of_facility = Words(tag), Words(f"{int(tag) + 1}")
    facility = await _facility(ward, of_facility)
    household = await ward.staff.hands_in(planted_sheet(ward, words))
    _, kiyo, hana = household
    await _at_the_shelter(ward, household, words)
    await _before_the_nurse(ward, kiyo, words)
    placement, trip = await _moved(ward, kiyo, facility, words)
    case, conference = await _in_casework(ward, kiyo, words)
    await ward.staff.learns_hospital(hana, words("hospital"))
    await ward.staff.tell(
        "intake",
        f"/persons/{household.representative.id}/departure",
        {"destination": "relatives", "destination_text": words("destination"), "contact": words("contact")},
    )
    return Planted(household, kiyo, hana, case, conference, placement, trip, facility, words, of_facility)


async def _facility(ward: Ward, words: Words) -> Facility:
    facility = await ward.facility(opens=False)
    await facility.opens(note=words("step.note"))
    contact = {
        "person": words("contact.person"),
        "phone": words.phone("contact.phone"),
        "fax": words.phone("contact.fax"),
        "night_phone": words.phone("contact.night_phone"),
    }
    await facility.tell("transfer", f"/facilities/{facility.facility}/contact", contact, method="PUT")
    return facility


async def _at_the_shelter(ward: Ward, household: Household, words: Words) -> None:
    staff, kiyo = ward.staff, household.people[1]
    await staff.corrects(kiyo, name=words("corrected.name"), remarks=words("corrected.remarks"), birth=BIRTH_DATE)
    await staff.corrects_sheet(household, address=words("corrected.address"), car=words("corrected.car"))
    await staff.notes(household, words("noted.text"), words("noted.recorder"))


async def _before_the_nurse(ward: Ward, person: Person, words: Words) -> None:
    nurse = ward.nurse

    def spoken(field: str) -> dict[str, str]:
        return {"with_whom": words(f"{field}.with_whom"), "note": words(f"{field}.note")}

    await nurse.finds(person)
    await nurse.tell("screening", f"/screenings/{person.id}/consultations", spoken("consultation"))
    await nurse.takes_on(person)
    await nurse.rings_up(person, **spoken("call"))
    await nurse.tell("screening", f"/screenings/{person.id}/visits")
    await nurse.tell("screening", f"/screenings/{person.id}/visits/made", {"outcome": "met", **spoken("visit")})
    await nurse.records(person, CORE_WELFARE, **spoken("answers"))
    await nurse.decides(
        person,
        condition=words("condition"),
        carer=words("decision.carer"),
        reason="condition",
        reason_words=words("decision.reason"),
    )


async def _moved(ward: Ward, person: Person, facility: Facility, words: Words) -> tuple[UUID, UUID]:
    need = await ward.hq.need(person)
    declined = await ward.hq.asks(need, condition=words("request.condition"), note=words("request.note"))
    await facility.declines(declined, "full", text=words("decline.text"))
    await facility.reports_places(1)
    placement = UUID((await ward.hq.placement(need, "asked"))["placement"])
    await facility.accepts(placement, text=words("accept.text"))
    trip = await ward.hq.plans_trip(
        placement,
        driver=words("trip.driver"),
        pick_up=words("trip.pick_up"),
        phone=words.phone("trip.phone"),
        note=words("trip.note"),
    )
    for step in ("accept", "start", "pick-up", "drop-off"):
        await ward.hq.family(trip, step)
    await facility.reports_arrival(placement)
    return placement, trip


async def _in_casework(ward: Ward, person: Person, words: Words) -> tuple[UUID, UUID]:
    worker = ward.caseworker
    await worker.hears(person, "transfer.placement.arrival-reported")
    case = await worker.opens_case(person)
    await worker.visits(case, found=words("visit.found"))
    await worker.assesses(
        case,
        housing_words=words("assessment.housing"),
        living_words=words("assessment.living"),
        wishes=words("assessment.wishes"),
    )
    invitation = {"place": words("invitation.place"), "names": [words("invitation.name")], "note": words("invitation")}
    conference = await worker.calls_conference(case, **invitation)
    await worker.changes_members(conference, CITY_WELFARE, {"role": "neighbour"}, names=[words("circle.name")])
    task = worker.task(words=words("task"))
    await worker.holds(
        conference,
        task,
        present=[CITY_WELFARE],
        goal=words("goal"),
        shared=words("shared"),
        issues=[words("issue")],
        measures=[words("measure")],
        risks=[words("risk")],
        names=[words("present")],
    )
    referral = await worker.refers(
        case,
        conference=conference,
        task=task["task"],
        provider_name=words("referral.provider"),
        request=words("referral.request"),
    )
    await worker.hears_answer(case, referral, text=words("referral.answer"))
    return case, conference


def tag_now() -> str:
    """Return four digits that no other run on this stack has planted."""
    return f"{int(datetime.now(UTC).timestamp()) % 9000 + 1000:04d}"
