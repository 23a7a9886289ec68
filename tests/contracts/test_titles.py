"""Every event and topic has a title in both languages, one catalogue for pages and documents."""

import re

from shared.contracts.catalogue import MODULES
from shared.contracts.event import event_types
from shared.contracts.titles import EVENTS, SERVICES, TOPICS, title_of
from shared.contracts.topics import TOPICS as DECLARED

assert MODULES  # every event type is registered
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def test_every_event_type_has_a_title_of_its_own_in_both_languages() -> None:
    assert {name.removeprefix("tsunagi.").rpartition(".")[0] for name in event_types()} == EVENTS.keys()
    for label in EVENTS.values():
        assert JAPANESE.search(label.ja)
        assert len(label.ja) <= 40
        assert not JAPANESE.search(label.en)
    for language in (0, 1):
        assert len({label[language] for label in EVENTS.values()}) == len(EVENTS), "two events with one title"


def test_every_topic_and_service_has_a_title() -> None:
    assert {topic.name for topic in DECLARED} == TOPICS.keys()
    assert {cls.TOPIC.partition(".")[0] for cls in event_types().values()} == SERVICES.keys()


def test_a_second_version_says_the_same_and_an_unknown_type_is_shown_as_itself() -> None:
    assert title_of("tsunagi.intake.person.died.v2").ja == "亡くなった"
    assert title_of("tsunagi.intake.person.moved-house.v1").ja == "intake.person.moved-house"
