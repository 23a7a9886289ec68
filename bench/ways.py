"""Ways of people as the log holds them: sheets, screenings, moves and cases, in the order in which they are heard.

Made by the code that makes the real ones (a sheet is read and registered, events are frozen types of the contracts,
words are sealed), straight into messages; which people there are and what becomes of them is a function of a seed.

The mix, by event: about six in ten are intake's (a sheet of one to four people, gates, departures), two in ten are
screening's, less than two in ten transfer's, the rest casework's. Three people of twenty need care; four of ten of
those are moved to a welfare shelter, and six of ten of these get a caseworker. A person has 4 events in the median
and 40 at the most; one event in a hundred is on the log twice, as the relay sends it where its ack was lost.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.intake.domain.reading import read_sheet
from services.intake.domain.registration import register
from shared.contracts import casework_case as case
from shared.contracts import casework_conference as conference
from shared.contracts import intake_disaster as disaster
from shared.contracts import intake_person as intake
from shared.contracts import screening_screening as screening
from shared.contracts import transfer_dispatch as dispatch
from shared.contracts import transfer_facility as facility
from shared.contracts import transfer_need as need
from shared.contracts import transfer_placement as placement
from shared.contracts import transfer_trip as trip
from shared.contracts.casework_handoff import HandoffTaken
from shared.contracts.envelope import Envelope, Sealed, to_headers, with_sealed
from shared.contracts.event import Event, encode_body, encode_words
from shared.contracts.places import Place
from shared.kernel.ids import derived_id, seeded_id

BEGAN = datetime(2026, 1, 17, 5, 46, tzinfo=UTC)
WARDS = tuple(f"2810{n}" for n in range(1, 10))
_TOGETHER = 500
"""Households whose events are heard among each other's."""
_GUIDE = screening.Suggestion(
    guide="kobe-2022@1", row="P6", destinations=("core-welfare",), candidates=("core-welfare", "welfare-space")
)


class Told(NamedTuple):
    """A message for the log, and when what it says was recorded."""

    heard: datetime
    topic: str
    key: bytes
    headers: list[tuple[str, bytes]]
    value: bytes


def told(seed: int, most: int) -> Iterator[Told]:
    """Yield that many messages."""
    ways = _Ways(seed)
    made = 0
    chunk = ways.city()
    while True:
        chunk += [again for again in chunk if ways.dice.random() < 0.01]
        chunk.sort(key=lambda one: one.heard)
        for one in chunk:
            if made == most:
                return
            made += 1
            yield one
        chunk = [one for _ in range(_TOGETHER) for one in ways.household()]


class _Ways:
    """The city's people, one household after the other."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.seed = seed
        self.households = 0
        self.disaster = self.id("disaster")
        self.shelters = [self.id("shelter", n) for n in range(60)]
        self.cores = [self.id("core", n) for n in range(20)]

    def id(self, *names: object) -> UUID:
        return seeded_id(BEGAN, self.seed, *names)

    def city(self) -> list[Told]:
        """Tell the disaster and the facilities."""
        opened = _Stream(self, self.disaster, WARDS[0], BEGAN)
        opened.say(
            disaster.DisasterDeclared(
                kind="earthquake", title="訓練", drill=True, wards=WARDS, stage="onset", began=BEGAN
            )
        )
        made = opened.told
        for n, one in enumerate((*self.shelters, *self.cores)):
            kind = "shelter" if n < len(self.shelters) else "core-welfare"
            says = _Stream(self, one, WARDS[n % len(WARDS)], BEGAN)
            says.say(facility.FacilityListed(name=f"訓練施設{n}", kind=kind, ward=WARDS[n % len(WARDS)]))
            for step in ("people-safe", "damage-checked", "space-made", "receiving"):
                says.say(facility.OpeningStepReported(step=step))
            says.say(facility.CapacityReported(total=40, reserved=4))
            made += says.told
        return made

    def household(self) -> list[Told]:
        """Tell a household's sheet and what becomes of its members."""
        dice, n = self.dice, self.households
        self.households += 1
        heard = BEGAN + timedelta(seconds=n * 3)
        ward, shelter = dice.choice(WARDS), dice.choice(self.shelters)
        members = [self._member(n, m) for m in range(dice.choice((1, 1, 2, 2, 3, 4)))]
        sheet = read_sheet(_sheet(self.id("household", n), n, ward, shelter, heard, members))
        registered = register(sheet, heard)
        says = _Stream(self, sheet.id, ward, heard)
        says.say(registered.household)
        made = says.told
        for person, event in registered.persons:
            way = _Way(self, person, sheet.id, ward, heard, shelter)
            way.say(event)
            way.goes_on(cares=event.needs_screening)
            made += way.told
        return made

    def _member(self, household: int, number: int) -> dict[str, object]:
        line: dict[str, object] = {
            "id": str(self.id("person", household, number)),
            "representative": number == 0,
            "name": f"訓練 {household}の{number}",
            "kana": "クンレン タロウ",
            "birth": f"昭和{self.dice.randint(5, 63)}年{self.dice.randint(1, 12)}月3日",
        }
        if self.dice.random() < 0.15:
            line |= {"needs": ["care-3-plus"], "aids": ["wheelchair"], "remarks": "高血圧の薬。そばアレルギー。"}
        return line


def _sheet(id_: UUID, n: int, ward: str, shelter: UUID, at: datetime, members: list[dict[str, object]]) -> bytes:
    return msgspec.json.encode(
        {
            "id": id_,
            "ward": ward,
            "place": {"kind": "shelter", "shelter": shelter, "lodging": "building"},
            "sheet_no": f"{ward}-{n:06d}",
            "written_at": at - timedelta(minutes=5),
            "postcode": "658-0000",
            "address": "神戸市東灘区（訓練）1丁目2-3",
            "mobile": "090-0000-0012",
            "damage": "half-destroyed",
            "reasons": ["lifelines", "aftershocks"],
            "lifelines": ["water", "gas"],
            "inquiry_consent": "agreed",
            "sharing_confirmed": True,
            "recorder": "訓練 一郎",
            "members": members,
        }
    )


class _Stream:
    """What is said about one key: its messages, in its streams' order."""

    def __init__(self, ways: _Ways, key: UUID, ward: str, heard: datetime) -> None:
        self.ways, self.key, self.ward, self.heard = ways, key, ward, heard
        self.told: list[Told] = []
        self._versions: dict[UUID, int] = {}
        self._cipher: AESGCM | None = None

    def say(self, event: Event, stream: UUID | None = None, *, later: float = 0, key: UUID | None = None) -> None:
        """Tell an event of this key, so many seconds after the one before."""
        subject = stream or self.key
        version = self._versions[subject] = self._versions.get(subject, 0) + 1
        self.heard += timedelta(seconds=later)
        id_ = seeded_id(self.heard, self.ways.seed, subject, event.TOPIC, version)
        envelope = Envelope(
            id=id_,
            type=event.TYPE,
            topic=event.TOPIC,
            source=f"/281000/{event.TOPIC.partition('.')[0]}",
            subject=subject,
            version=version,
            time=self.heard - timedelta(seconds=20),
            recorded_at=self.heard,
            key=key or self.key,
            actor=f"staff-{subject.int % 40}",
            channel="page",
            correlation=id_,
            causation=id_,
            disaster=self.ways.disaster,
            ward=self.ward,
        )
        value = with_sealed(encode_body(event), self._sealed(id_, event))
        self.told.append(Told(self.heard, event.TOPIC, str(envelope.key).encode(), to_headers(envelope), value))

    def _sealed(self, id_: UUID, event: Event) -> Sealed | None:
        words = getattr(event, "words", None)
        if words is None:
            return None
        if self._cipher is None:
            self._cipher = AESGCM(self.key.bytes * 2)
        nonce = id_.bytes[4:]
        sealed = self._cipher.encrypt(nonce, encode_words(words), id_.bytes + event.TYPE.encode())
        return Sealed(k=self.key, c=nonce + sealed)


class _Way(_Stream):
    """One person's way."""

    def __init__(self, ways: _Ways, key: UUID, household: UUID, ward: str, heard: datetime, shelter: UUID) -> None:
        super().__init__(ways, key, ward, heard)
        self.household = household
        self.place = Place(kind="shelter", shelter=shelter, lodging="building")
        self.core = ways.dice.choice(ways.cores)

    def id(self, *names: object) -> UUID:
        return self.ways.id(self.key, *names)

    def goes_on(self, *, cares: bool) -> None:
        """Tell what follows the registration."""
        dice = self.ways.dice
        if dice.random() < 0.3:
            self.say(intake.CheckedIn(place=self.place), later=120)
        if cares:
            self.is_screened()
        for _ in range(dice.choice((0, 0, 1, 1, 2))):
            self.say(intake.WentOut(), later=dice.randint(600, 9000))
            self.say(intake.CameBack(), later=dice.randint(600, 9000))
        if cares and dice.random() < 0.4:
            self.is_moved()
        elif dice.random() < 0.3:
            self.say(intake.Departed(destination="home", shelter=self.place.shelter), later=9000)

    def is_screened(self) -> None:
        """Tell a screening by telephone."""
        nurse = f"nurse-{self.key.int % 30}"
        household, place = self.household, self.place
        self.say(screening.ScreeningRequested(reason="sheet", risk="raised", household=household, place=place), later=1)
        self.say(screening.ScreeningTaken(nurse=nurse), later=1500)
        words = screening.CallWords(with_whom="本人", note="昨夜は眠れた。水分をとれている。")
        self.say(screening.CallAttempted(outcome="reached", called="person", words=words), later=200)
        answers = {"adl": "partial", "carer": "always", "unstable": "no", "infection": "no", "care": "none"}
        self.say(screening.ScreeningAnswered(answers=answers, guide="kobe-2022@1"), later=60)
        self.say(
            screening.ScreeningDecided(
                nurse=nurse,
                destination="core-welfare",
                suggestion=_GUIDE,
                answers=answers,
                interim="welfare-space",
                groups=("elderly",),
                aids=("wheelchair",),
                household=household,
                place=place,
                words=screening.DecisionWords(condition="歩行に見守りが必要。服薬で安定。"),
            ),
            later=120,
        )

    def is_moved(self) -> None:
        """Tell a need, the shelters asked for it, the drive and the arrival."""
        wanted, core, planned = self.id("need"), self.core, self.heard + timedelta(hours=3)
        self.say(
            need.NeedOpened(person=self.key, destination="core-welfare", household=self.household, place=self.place),
            wanted,
            later=1,
        )
        if self.ways.dice.random() < 0.4:
            self.asks(wanted, "first", self.ways.dice.choice(self.ways.cores))
            declined = placement.PlacementDeclined(facility=core, need=wanted, reason="full")
            self.say(declined, self.id("first"), later=900)
        asked, drive = self.id("placement"), self.id("trip")
        self.asks(wanted, "placement", core)
        self.say(placement.PlacementAccepted(facility=core, need=wanted), asked, later=1200)
        words = trip.TripWords(name="訓練 花子", pick_up="体育館の入口", phone="090-0000-0012")
        self.say(
            trip.TripPlanned(
                placement=asked,
                person=self.key,
                by="partner",
                vehicle="welfare",
                planned_at=planned,
                from_place=self.place.shelter,
                to_facility=core,
                words=words,
            ),
            drive,
            later=300,
        )
        self.say(trip.TripOffered(partner="taxi-1", until=planned), drive, later=1)
        offered = dispatch.DispatchOffered(
            trip=drive, partner="taxi-1", planned_at=planned, until=planned, to_facility=core
        )
        self.say(offered, self.id("dispatch"), key=drive)
        self.say(trip.TripAccepted(partner="taxi-1", pick_up_at=planned), drive, later=400)
        for event in (trip.TripStarted(), trip.PickedUp(), trip.DroppedOff()):
            self.say(event, drive, later=1200)
        departed = intake.Departed(destination="welfare-shelter", shelter=self.place.shelter, placement=asked)
        self.say(departed, later=10)
        self.say(placement.ArrivalReported(facility=core, need=wanted), asked, later=600)
        self.say(need.NeedMet(placement=asked), wanted, later=1)
        if self.ways.dice.random() < 0.6:
            self.has_a_caseworker()

    def asks(self, wanted: UUID, which: str, core: UUID) -> None:
        until = self.heard + timedelta(minutes=30)
        words = placement.RequestWords(condition="歩行に見守りが必要。")
        self.say(
            placement.PlacementRequested(need=wanted, person=self.key, facility=core, until=until, words=words),
            self.id(which),
            later=300,
        )

    def has_a_caseworker(self) -> None:
        """Tell a case with its visits, a conference and a referral."""
        own, met, worker = derived_id("case", self.key), self.id("conference"), f"worker-{self.key.int % 20}"
        kind = "arrival-to-casework"
        arrived = self.told[-2].headers
        of = next(UUID(text.decode()) for name, text in arrived if name == "ce_id")
        self.say(HandoffTaken(kind=kind, owner=worker), derived_id("hand-off", kind, of), later=3600)
        opened = case.CaseOpened(person=self.key, household=self.household, reason="arrival", worker=worker)
        self.say(opened, own, later=600)
        for _ in range(self.ways.dice.randint(1, 4)):
            words = case.VisitWords(found="部屋の片付けに手助けが要る。")
            self.say(case.CaseVisited(kind="outreach", outcome="met", words=words), own, later=86400)
        words_of_it = case.AssessmentWords(housing="借家が半壊、戻れない", living="買い物に手助けが要る")
        self.say(
            case.CaseAssessed(
                scheme="kobe@1", housing="much", living="much", result="both", continues=True, words=words_of_it
            ),
            own,
            later=600,
        )
        at = self.heard + timedelta(days=2)
        members = (conference.Member(actor=worker, role="city-welfare", confidential=True),)
        called = conference.ConferenceCalled(case=own, person=self.key, at=at, members=members, agenda=("issues",))
        self.say(called, met, later=600)
        task = conference.Task(id=self.id("task"), owner=worker, kind="refer", provider="law")
        held = conference.ConferenceHeld(
            case=own, present=members, city_present=True, decision="refer", tasks=(task,), agenda=("issues",)
        )
        self.say(held, met, later=2 * 86400)
        referred = case.CaseReferred(
            referral=self.id("referral"), provider="law", consent="given", conference=met, task=task.id
        )
        self.say(referred, own, later=3600)
