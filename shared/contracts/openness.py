"""What every text in an open body is: a code, somebody's or something's id, a version, or a published fact.

Who may read a topic may read its open bodies, so nothing stands there that this table does not declare; a field
that is missing here fails the tests. Numbers, times, ids (UUID) and truth values need no declaration.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["code", "question", "actor", "partner", "base", "number", "area", "version", "field", "published"]

KINDS: Mapping[Kind, str] = {
    "code": "a code of the set named (open: readers keep codes that they do not know)",
    "question": "codes of a guide's questions, of their answers, or of its rows and rules",
    "actor": "the id of a member of staff or a service, never a name",
    "partner": "the id of a transport partner, or `family`",
    "base": "the id of a base of casework (地域支え合いセンター)",
    "number": "a number of a paper or a register, letters and digits",
    "area": "a JIS code of a municipality or ward",
    "version": "a name with a version of what was applied: kobe-2022@1",
    "field": "the name of a field",
    "published": "a fact that its publisher has published, with source and licence",
}


class Open(NamedTuple):
    """What a text is; for codes, of which set (`shared.contracts.codes`)."""

    kind: Kind
    codes: str | None = None


def _of(codes: str) -> Open:
    return Open("code", codes)


ACTOR = Open("actor")
PARTNER = Open("partner")
BASE = Open("base")
NUMBER = Open("number")
AREA = Open("area")
VERSION = Open("version")
FIELD = Open("field")
QUESTION = Open("question")
PUBLISHED = Open("published")

OPEN: Mapping[str, Open] = {
    # where somebody is
    "Place.kind": _of("PLACE"),
    "Place.lodging": _of("LODGING"),
    # intake.disaster
    "DisasterDeclared.kind": _of("DISASTER"),
    "DisasterDeclared.title": PUBLISHED,
    "DisasterDeclared.wards": AREA,
    "DisasterDeclared.stage": _of("STAGE"),
    "StageChanged.stage": _of("STAGE"),
    # intake.household
    "Mark.field": FIELD,
    "Mark.code": _of("MARK"),
    "HouseholdRegistered.sheet_no": NUMBER,
    "HouseholdRegistered.form": _of("FORM"),
    "HouseholdRegistered.damage": _of("DAMAGE"),
    "HouseholdRegistered.reasons": _of("REASON"),
    "HouseholdRegistered.lifelines": _of("LIFELINE"),
    "HouseholdRegistered.inquiry_consent": _of("CONSENT"),
    "HouseholdRegistered.written_by": _of("WRITER"),
    "HouseholdCorrected.fields": FIELD,
    "HouseholdCorrected.sheet_no": NUMBER,
    "HouseholdCorrected.damage": _of("DAMAGE"),
    "HouseholdCorrected.reasons": _of("REASON"),
    "HouseholdCorrected.lifelines": _of("LIFELINE"),
    "HouseholdCorrected.inquiry_consent": _of("CONSENT"),
    "HouseholdCorrected.reason": _of("CORRECTION_REASON"),
    "RepresentativeChanged.reason": _of("REPRESENTATIVE_REASON"),
    # intake.person
    "PersonRegistered.relation": _of("RELATION"),
    "PersonRegistered.age_band": _of("AGE_BAND"),
    "PersonRegistered.sex": _of("SEX"),
    "PersonRegistered.needs": _of("NEED"),
    "PersonRegistered.aids": _of("AID"),
    "PersonRegistered.communication": _of("COMMUNICATION"),
    "PersonRegistered.observations": _of("OBSERVATION"),
    "PersonRegistered.groups": _of("GROUP"),
    "PersonRegistered.carer": _of("CARER"),
    "PersonCorrected.fields": FIELD,
    "PersonCorrected.relation": _of("RELATION"),
    "PersonCorrected.age_band": _of("AGE_BAND"),
    "PersonCorrected.sex": _of("SEX"),
    "PersonCorrected.needs": _of("NEED"),
    "PersonCorrected.aids": _of("AID"),
    "PersonCorrected.communication": _of("COMMUNICATION"),
    "PersonCorrected.observations": _of("OBSERVATION"),
    "PersonCorrected.groups": _of("GROUP"),
    "PersonCorrected.carer": _of("CARER"),
    "PersonCorrected.reason": _of("CORRECTION_REASON"),
    "Departed.destination": _of("DESTINATION_AFTER"),
    "PersonForgotten.reason": _of("FORGET_REASON"),
    # screening.screening
    "ScreeningRequested.reason": _of("SCREENING_REASON"),
    "ScreeningRequested.risk": _of("RISK"),
    "ScreeningRequested.rules": VERSION,
    "ScreeningRequested.because": QUESTION,
    "ScreeningRequested.observations": _of("OBSERVATION"),
    "ScreeningRequested.anew": QUESTION,
    "ScreeningRequested.policy": VERSION,
    "ScreeningTaken.nurse": ACTOR,
    "ScreeningReleased.nurse": ACTOR,
    "ScreeningReleased.reason": _of("RELEASE_REASON"),
    "CallAttempted.outcome": _of("CALL_OUTCOME"),
    "CallAttempted.called": _of("CALLED"),
    "VisitOrdered.nurse": ACTOR,
    "VisitAccepted.nurse": ACTOR,
    "VisitMade.outcome": _of("VISIT_OUTCOME"),
    "VisitMade.nurse": ACTOR,
    "HealthConsulted.observations": _of("OBSERVATION"),
    "ScreeningAnswered.answers": QUESTION,
    "ScreeningAnswered.guide": VERSION,
    "Suggestion.guide": VERSION,
    "Suggestion.row": QUESTION,
    "Suggestion.destinations": _of("DESTINATION"),
    "Suggestion.also_right": _of("DESTINATION"),
    "Suggestion.candidates": _of("DESTINATION"),
    "Suggestion.ask": QUESTION,
    "Suggestion.awaited": QUESTION,
    "Suggestion.meanwhile": _of("DESTINATION"),
    "ScreeningDecided.nurse": ACTOR,
    "ScreeningDecided.destination": _of("DESTINATION"),
    "ScreeningDecided.answers": QUESTION,
    "ScreeningDecided.reason": _of("DIFFERS"),
    "ScreeningDecided.admission_kind": _of("ADMISSION"),
    "ScreeningDecided.interim": _of("DESTINATION"),
    "ScreeningDecided.groups": _of("GROUP"),
    "ScreeningDecided.aids": _of("AID"),
    "ScreeningDecided.policy": VERSION,
    "ScreeningEnded.reason": _of("END"),
    "ScreeningEnded.policy": VERSION,
    # transfer.facility
    "Received.groups": _of("GROUP"),
    "Received.wording": PUBLISHED,
    "FacilityListed.name": PUBLISHED,
    "FacilityListed.kind": _of("FACILITY"),
    "FacilityListed.operator": PUBLISHED,
    "FacilityListed.city": AREA,
    "FacilityListed.ward": AREA,
    "FacilityListed.address": PUBLISHED,
    "FacilityListed.hazards": _of("HAZARD"),
    "FacilityListed.at_risk": _of("HAZARD"),
    "FacilityListed.official_id": NUMBER,
    "FacilityListed.source": PUBLISHED,
    "FacilityListed.licence": PUBLISHED,
    "FacilityListed.extra": PUBLISHED,
    "FacilityChanged.fields": FIELD,
    "FacilityChanged.name": PUBLISHED,
    "FacilityChanged.kind": _of("FACILITY"),
    "FacilityChanged.operator": PUBLISHED,
    "FacilityChanged.city": AREA,
    "FacilityChanged.ward": AREA,
    "FacilityChanged.address": PUBLISHED,
    "FacilityChanged.hazards": _of("HAZARD"),
    "FacilityChanged.at_risk": _of("HAZARD"),
    "FacilityChanged.source": PUBLISHED,
    "FacilityChanged.licence": PUBLISHED,
    "FacilityChanged.extra": PUBLISHED,
    "OpeningRequested.cause": _of("OPENING_CAUSE"),
    "OpeningStepReported.step": _of("OPENING_STEP"),
    "OpeningStepReported.cause": _of("OPENING_CAUSE"),
    "FacilityClosed.reason": _of("CLOSING_REASON"),
    "Capacity.group": _of("GROUP"),
    "CapacityReported.lacks": _of("LACK"),
    # transfer.need
    "NeedOpened.exception": _of("EXCEPTION"),
    "NeedOpened.destination": _of("DESTINATION"),
    "NeedOpened.groups": _of("GROUP"),
    "NeedOpened.aids": _of("AID"),
    "NeedOpened.admission_kind": _of("ADMISSION"),
    "NeedOpened.interim": _of("DESTINATION"),
    "NeedOpened.policy": VERSION,
    "NeedChanged.exception": _of("EXCEPTION"),
    "NeedChanged.destination": _of("DESTINATION"),
    "NeedChanged.groups": _of("GROUP"),
    "NeedChanged.aids": _of("AID"),
    "NeedChanged.admission_kind": _of("ADMISSION"),
    "NeedChanged.interim": _of("DESTINATION"),
    "NeedChanged.policy": VERSION,
    "NeedWaitlisted.reason": _of("WAITLIST"),
    "NeedEnded.reason": _of("END"),
    # transfer.placement
    "PlacementRequested.group": _of("GROUP"),
    "PlacementRequested.chosen": _of("CHOSEN"),
    "PlacementRequested.reason": _of("CHOICE_REASON"),
    "PlacementRequested.asked_by": _of("CHANNEL"),
    "PlacementRequested.policy": VERSION,
    "PlacementAccepted.conditions": _of("CONDITION"),
    "PlacementAccepted.lacks": _of("LACK"),
    "PlacementDeclined.reason": _of("DECLINE"),
    "PlacementDeclined.lacks": _of("LACK"),
    "PlacementWithdrawn.reason": _of("END"),
    "PlacementEnded.reason": _of("END"),
    # transfer.trip, transfer.dispatch
    "TripPlanned.by": _of("TRIP_BY"),
    "TripPlanned.vehicle": _of("VEHICLE"),
    "TripPlanned.aids": _of("AID"),
    "TripOffered.partner": PARTNER,
    "TripOffered.vehicle": _of("VEHICLE"),
    "TripAccepted.partner": PARTNER,
    "TripDeclined.partner": PARTNER,
    "TripDeclined.reason": _of("TRIP_DECLINE"),
    "TripFailed.reason": _of("TRIP_FAILURE"),
    "TripCancelled.reason": _of("END"),
    "DispatchOffered.partner": PARTNER,
    "DispatchOffered.from_ward": AREA,
    "DispatchOffered.aids": _of("AID"),
    "DispatchOffered.vehicle": _of("VEHICLE"),
    "DispatchWithdrawn.partner": PARTNER,
    "DispatchWithdrawn.reason": _of("END"),
    # casework.case
    "CaseOpened.reason": _of("CASE_REASON"),
    "CaseOpened.worker": ACTOR,
    "CaseOpened.base": BASE,
    "CaseAssigned.worker": ACTOR,
    "CaseAssigned.base": BASE,
    "CaseAssigned.before": ACTOR,
    "CaseTakenOver.worker": ACTOR,
    "CaseVisited.kind": _of("VISIT"),
    "CaseVisited.outcome": _of("VISIT_OUTCOME"),
    "CaseVisited.urgent_to": _of("PROVIDER"),
    "CaseVisited.worker": ACTOR,
    "CaseVisited.findings": _of("FINDING"),
    "CaseAssessed.scheme": _of("SCHEME"),
    "CaseAssessed.housing": _of("AXIS"),
    "CaseAssessed.living": _of("AXIS"),
    "CaseAssessed.result": _of("CLASS"),
    "CaseReferred.provider": _of("PROVIDER"),
    "CaseReferred.consent": _of("REFERRAL_CONSENT"),
    "CaseReferred.reason": _of("OVERRIDE_REASON"),
    "ReferralAnswered.answer": _of("REFERRAL_ANSWER"),
    "CaseClosed.reason": _of("CASE_END"),
    "CaseReopened.reason": _of("CASE_REASON"),
    # casework.conference
    "Member.actor": ACTOR,
    "Member.role": _of("MEMBER"),
    "ConferenceCalled.agenda": _of("AGENDA"),
    "ConferenceHeld.agenda": _of("AGENDA"),
    "ConferenceHeld.decision": _of("DECISION"),
    "Goal.term": _of("TERM"),
    "Task.owner": ACTOR,
    "Task.kind": _of("TASK"),
    "Task.provider": _of("PROVIDER"),
    "ConferenceCancelled.reason": _of("END"),
    "TaskDone.outcome": _of("TASK_OUTCOME"),
    # casework.handoff
    "HandoffTaken.kind": _of("HANDOFF"),
    "HandoffTaken.owner": ACTOR,
    "HandoffReturned.kind": _of("HANDOFF"),
    "HandoffReturned.reason": _of("RELEASE_REASON"),
    "HandoffEnded.kind": _of("HANDOFF"),
    "HandoffEnded.reason": _of("END"),
    "HandoffEscalated.kind": _of("HANDOFF"),
    "HandoffEscalated.level": _of("LEVEL"),
    "HandoffEscalated.definitions": VERSION,
}
"""`<struct>.<field>` → what its text is. A mapping's keys and values are meant alike."""

SAID_OPENLY: Mapping[str, str] = {
    "DisasterDeclared.title": "a disaster's or drill's name as published",
    "FacilityListed.name": "a facility's name is published; one that is not is shown to staff only (`published`)",
    "FacilityListed.address": "a facility's address is published",
    "FacilityListed.latitude": "a facility's position is published",
    "FacilityListed.longitude": "a facility's position is published",
    "FacilityChanged.name": "as in FacilityListed",
    "FacilityChanged.address": "as in FacilityListed",
    "FacilityChanged.latitude": "as in FacilityListed",
    "FacilityChanged.longitude": "as in FacilityListed",
}
"""Fields of an open body whose name would be somebody's if it stood elsewhere, with the reason why it is not."""

TELLING: frozenset[str] = frozenset(
    {
        "address",
        "age",
        "birth",
        "birth_date",
        "car",
        "condition",
        "contact",
        "description",
        "diagnosis",
        "doctor",
        "email",
        "fax",
        "kana",
        "latitude",
        "longitude",
        "mobile",
        "name",
        "note",
        "phone",
        "postcode",
        "recorder",
        "remarks",
        "text",
        "title",
        "wishes",
        "words",
    }
)
"""Names of fields that tell who somebody is, or hold free text: they belong into the words."""
