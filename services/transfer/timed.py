"""The kinds of timers of this service; what each does when it is due stands in `due`."""

ANSWER_DUE = "placement-answer-due"
"""A facility has not answered in time; subject: placement."""

OFFER_DUE = "trip-offer-due"
"""A partner has not answered in time; subject: trip."""

ASK_NEXT = "ask-next"
"""Nobody is asked for a need any more: the next candidate is; subject: need. Due at once."""

FREE_PLACES = "free-places"
"""A facility has opened, reported or released places: somebody on the waiting list may have one; subject: facility.
Due at once."""
