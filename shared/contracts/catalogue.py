"""Loads every topic's module, so that every event type is known."""

from types import ModuleType

from shared.contracts import (
    casework_case,
    casework_conference,
    casework_handoff,
    intake_disaster,
    intake_household,
    intake_person,
    screening_screening,
    transfer_dispatch,
    transfer_facility,
    transfer_need,
    transfer_placement,
    transfer_trip,
)

MODULES: tuple[ModuleType, ...] = (
    intake_disaster,
    intake_household,
    intake_person,
    screening_screening,
    transfer_facility,
    transfer_need,
    transfer_placement,
    transfer_trip,
    transfer_dispatch,
    casework_case,
    casework_conference,
    casework_handoff,
)
