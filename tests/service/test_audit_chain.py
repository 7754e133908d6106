"""The chain against everything that could be done to it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.audit.chain import ROOT_HASH, Entry, Link, verify_chain

# The fixtures that every test of the service has mean nothing to a pure function.
EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WHEN = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


def chain(length: int) -> tuple[list[Link], tuple[int, str]]:
    links, last = [], ROOT_HASH
    for number in range(1, length + 1):
        entry = Entry(
            sequence=number,
            at=WHEN + timedelta(seconds=number),
            person_id=UUID(int=number),
            person="Sari",
            tablet_id=None,
            tablet="Meja 1",
            action="inspection.kept",
            subject=f"inspection/{number}",
            before_sha256=None,
            after_sha256="ab" * 32,
            previous_hash=last,
        )
        last = entry.hash()
        links.append(Link(entry, last))
    return links, (length, last)


def test_the_hash_is_that_of_the_documented_text() -> None:
    (link,), _ = chain(1)
    text = (
        '[1,"2026-11-24T07:30:01.000000+00:00","00000000-0000-0000-0000-000000000001","Sari",'
        'null,"Meja 1","inspection.kept","inspection/1",null,"'
        + "ab" * 32
        + '","'
        + "0" * 64
        + '"]'
    )
    json.loads(text)
    assert link.hash == hashlib.sha256(text.encode()).hexdigest()


@EXAMPLES
@given(st.integers(0, 30))
def test_a_chain_that_nobody_touched_is_whole(length: int) -> None:
    links, head = chain(length)
    found = verify_chain(links, head)
    assert (found.entries, found.head, found.problems) == (length, head[1], ())


CHANGES = st.sampled_from(
    [
        {"person": "Made"},
        {"person_id": None},
        {"tablet": None},
        {"tablet_id": UUID(int=9)},
        {"at": WHEN + timedelta(days=1)},
        {"action": "inspection.lost"},
        {"subject": "inspection/0"},
        {"before_sha256": "cd" * 32},
        {"after_sha256": None},
        {"previous_hash": "ef" * 32},
    ]
)


@EXAMPLES
@given(st.integers(1, 12), st.data())
def test_a_changed_entry_is_found_also_with_a_new_hash(length: int, data: st.DataObject) -> None:
    links, head = chain(length)
    at = data.draw(st.integers(0, length - 1))
    entry = replace(links[at].entry, **data.draw(CHANGES))
    rehashed = data.draw(st.booleans())
    links[at] = Link(entry, entry.hash() if rehashed else links[at].hash)
    assert verify_chain(links, head).problems


@EXAMPLES
@given(st.integers(1, 12), st.data())
def test_removed_entries_are_found_and_named(length: int, data: st.DataObject) -> None:
    links, head = chain(length)
    first = data.draw(st.integers(1, length))
    last = data.draw(st.integers(first, length))
    del links[first - 1 : last]
    (problem,) = verify_chain(links, head).problems
    assert "missing" in problem
    assert str(first) in problem


@EXAMPLES
@given(st.integers(1, 12), st.data())
def test_an_inserted_entry_is_found(length: int, data: st.DataObject) -> None:
    """With a good hash and the right one before it, and all later ones numbered anew."""
    links, head = chain(length)
    at = data.draw(st.integers(0, length))
    before = links[at - 1].hash if at else ROOT_HASH
    forged = replace(chain(1)[0][0].entry, sequence=at + 1, person="Nobody", previous_hash=before)
    later = [
        Link(moved, moved.hash())
        for moved in (replace(one.entry, sequence=one.entry.sequence + 1) for one in links[at:])
    ]
    assert verify_chain([*links[:at], Link(forged, forged.hash()), *later], head).problems


def test_a_forged_chain_is_whole_but_has_another_head() -> None:
    """What the chain alone cannot show: therefore its head is noted down elsewhere."""
    links, head = chain(5)
    shorter, new_head = links[:4], (4, links[3].hash)
    assert verify_chain(shorter, new_head).problems == ()
    assert new_head[1] != head[1]
