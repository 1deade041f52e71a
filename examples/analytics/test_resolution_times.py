"""The fold of resolution_times.py, without Kafka: `pytest test_resolution_times.py`."""

import json
from datetime import date

import pytest

from resolution_times import ANSWER, connect, fold, record_of

A, B, C = (f"01978a5e-3c1f-7c55-a0e4-0c9d1b7f2e{n}0" for n in "abc")


class Message:
    """A Kafka message as confluent-kafka hands it out."""

    def __init__(self, position, ticket, type, data, time, previous=0, partition=0, occurred_at=None, version=1):
        metadata = {"actor": {"kind": "system"}, "correlation_id": "x"}
        if occurred_at:
            metadata["occurred_at"] = occurred_at
        self._partition, self._offset, self._data = partition, position * 2, data
        self._headers = {
            "ce_position": str(position),
            "ce_previous": str(previous),
            "ce_version": str(position),  # rises within a ticket; here without its being gapless
            "ce_subject": ticket,
            "ce_type": type,
            "ce_schemaversion": str(version),
            "ce_time": time,
            "ce_metadata": json.dumps(metadata),
        }

    def headers(self):
        return [(name, value.encode()) for name, value in self._headers.items()]

    def value(self):
        return json.dumps(self._data).encode()

    def partition(self):
        return self._partition

    def offset(self):
        return self._offset


def opened(position, ticket, time, category="account", **more):
    sealed = {"$sealed": {"key": A, "box": "AAAA"}}
    data = {"number": f"TKT-2026-{position:06}", "priority": "low", "subject": sealed, "description": sealed}
    if category:
        data["category"] = category
    return Message(position, ticket, "ticket.opened", data, time, **more)


def moved(position, ticket, time, before, after, previous):
    data = {"from": before, "to": after}
    return Message(position, ticket, "ticket.status_changed", data, time, previous=previous)


def messages():
    """Two tickets resolved in one week, one reopened and closed in the next, one without a category deleted."""
    return [
        opened(1, A, "2026-03-02T08:00:00Z"),
        opened(2, B, "2026-03-02T09:00:00.123456Z", previous=1),
        opened(3, C, "2026-03-02T10:00:00Z", category=None, previous=2),
        moved(4, A, "2026-03-02T12:00:00Z", "open", "resolved", previous=3),
        Message(5, B, "ticket.categorised", {"category": "billing"}, "2026-03-02T12:00:00Z", previous=4),
        moved(6, C, "2026-03-03T10:00:00Z", "open", "closed", previous=5),
        moved(7, B, "2026-03-03T09:00:00.123456Z", "open", "closed", previous=6),
        moved(8, B, "2026-03-03T10:00:00Z", "closed", "in_progress", previous=7),
        moved(9, A, "2026-03-05T12:00:00Z", "resolved", "closed", previous=8),
        Message(10, C, "ticket.deleted", {}, "2026-03-05T13:00:00Z", previous=9),
        Message(11, A, "ticket.comment_added", {"visibility": "public"}, "2026-03-05T13:00:00Z", previous=10),
        moved(12, B, "2026-03-09T09:00:00.123456Z", "in_progress", "closed", previous=11),
    ]

def story():
    return [record_of(message) for message in messages()]


EXPECTED = [
    (date(2026, 3, 2), "account", 1, 4.0, 4.0),
    (date(2026, 3, 9), "billing", 1, 168.0, 168.0),
]


def answer(connection):
    return connection.execute(ANSWER).fetchall()


def test_resolution_ends_when_work_does_and_begins_again_when_a_ticket_is_reopened():
    connection = connect(":memory:")
    assert fold(connection, story()) == []
    assert answer(connection) == EXPECTED


@pytest.mark.parametrize("size", [1, 5])
def test_a_restart_goes_on_and_a_repeated_record_counts_once(tmp_path, size):
    database, records = str(tmp_path / "tickets.duckdb"), story()
    for begin in range(0, len(records), size):
        connection = connect(database)
        # As after a crash between folding and remembering the offset: the batch before comes again.
        assert fold(connection, records[max(0, begin - size) : begin + size]) == []
        connection.close()
    connection = connect(database)
    assert fold(connection, records) == []
    assert answer(connection) == EXPECTED
    assert connection.execute("select * from positions").fetchall() == [(0, 12, 25)]


def test_nothing_is_kept_of_a_batch_that_fails():
    connection = connect(":memory:")
    newer = record_of(opened(2, B, "2026-03-02T09:00:00Z", previous=1, version=3))
    with pytest.raises(SystemExit, match="version 3"):
        fold(connection, [*story()[:1], newer])
    assert connection.execute("select count(*) from tickets").fetchone() == (0,)
    assert connection.execute("select count(*) from positions").fetchone() == (0,)


def test_what_was_moved_in_happened_when_it_happened():
    connection = connect(":memory:")
    record = record_of(opened(1, A, "2026-03-02T08:00:00Z", occurred_at="2019-07-01T12:00:00+02:00"))
    fold(connection, [record])
    assert str(connection.execute("select opened_at from tickets").fetchone()[0]) == "2019-07-01 10:00:00"


def test_missing_records_are_told_and_a_ticket_without_its_beginning_is_left_out():
    connection = connect(":memory:")
    late = [record for record in story() if record.position >= 4]
    warnings = fold(connection, late)
    assert len(warnings) == 1 and "between positions 0 and 4" in warnings[0]
    assert answer(connection) == []
    assert fold(connection, late) == []


def test_partitions_have_positions_of_their_own():
    connection = connect(":memory:")
    fold(connection, [record_of(opened(7, A, "2026-03-02T08:00:00Z", partition=1))])
    assert fold(connection, [record_of(opened(5, B, "2026-03-02T08:00:00Z", partition=0))]) == []
    assert connection.execute("select count(*) from tickets").fetchone() == (2,)
