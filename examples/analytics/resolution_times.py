"""How long do tickets take, by category and week? Folds the topic `docket.ticket` into DuckDB and answers.

    python resolution_times.py --brokers localhost:9092 --database tickets.duckdb --until-end

Run it again and it goes on where it stopped: what it has seen of each partition stands in the same
database, moved in the same transaction as the tickets, so a record that comes twice counts once.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, timezone

import duckdb

SCHEMA = """
create table if not exists tickets (
    id          uuid primary key,
    number      varchar not null,
    category    varchar,
    status      varchar not null,
    place       varchar not null,    -- active, merged or deleted
    opened_at   timestamp not null,  -- all times are UTC
    resolved_at timestamp            -- when work on it ended; null while it goes on
);
create table if not exists positions (
    partition   integer primary key,
    position    bigint not null,     -- the last one seen, of the whole log
    next_offset bigint not null      -- where to go on reading: a hint, the position decides
);
"""

ANSWER = """
select date_trunc('week', resolved_at)::date      as week,
       coalesce(category, '(none)')               as category,
       count(*)                                   as resolved,
       round(median(hours), 1)                    as median_hours,
       round(quantile_cont(hours, 0.9), 1)        as p90_hours
from (select *, epoch(resolved_at - opened_at) / 3600 as hours from tickets)
where place = 'active' and resolved_at is not null
group by all
order by week, category
"""

# The events that matter here, with the newest version of their data that this program understands.
KNOWN = {
    "ticket.opened": 2,
    "ticket.categorised": 1,
    "ticket.status_changed": 1,
    "ticket.deleted": 1,
    "ticket.restored": 1,
    "ticket.merged_into": 1,
    "ticket.unmerged": 1,
}
FINISHED = ("resolved", "closed")
BATCH = 10_000


@dataclass(frozen=True)
class Record:
    """An event as it is on Kafka, as far as it matters here."""

    partition: int
    offset: int
    position: int
    previous: int
    ticket: str
    type: str
    schema_version: int
    occurred_at: datetime
    data: dict


@dataclass
class Ticket:
    """A row of `tickets`."""

    id: str
    number: str
    category: str | None
    status: str
    place: str
    opened_at: datetime
    resolved_at: datetime | None


def connect(database: str) -> duckdb.DuckDBPyConnection:
    """Opens the database and makes its tables, if they are not there."""
    connection = duckdb.connect(database)
    connection.execute(SCHEMA)
    return connection


def fold(connection: duckdb.DuckDBPyConnection, records: Iterable[Record]) -> list[str]:
    """Applies the records and moves the positions, in one transaction. Returns warnings.

    Records of one partition come in their order; those seen before change nothing.
    """
    connection.begin()
    try:
        warnings = fold_within(connection, records)
        connection.commit()
        return warnings
    except BaseException:
        connection.rollback()
        raise


def fold_within(connection: duckdb.DuckDBPyConnection, records: Iterable[Record]) -> list[str]:
    positions = dict(connection.execute("select partition, position from positions").fetchall())
    offsets, fresh, warnings = {}, [], []
    for record in records:
        offsets[record.partition] = record.offset + 1
        seen = positions.get(record.partition, 0)
        if record.position <= seen:
            continue
        if record.previous > seen:
            warnings.append(
                f"partition {record.partition}: records between positions {seen} and "
                f"{record.position} are missing; has the topic let go of them?"
            )
        positions[record.partition] = record.position
        fresh.append(record)
    tickets = load(connection, {record.ticket for record in fresh})
    for record in fresh:
        apply(tickets, record)
    store(connection, tickets.values())
    for partition, offset in offsets.items():
        connection.execute(
            "insert or replace into positions values (?, ?, ?)",
            [partition, positions[partition], offset],
        )
    return warnings


def apply(tickets: dict[str, Ticket], record: Record) -> None:
    """Folds one event into its ticket."""
    if record.type not in KNOWN:
        return
    if record.schema_version > KNOWN[record.type]:
        raise SystemExit(f"{record.type} in version {record.schema_version} is newer than this program")
    data, at = record.data, record.occurred_at
    if record.type == "ticket.opened":
        tickets[record.ticket] = Ticket(
            record.ticket, data["number"], data.get("category"), "open", "active", at, None
        )
        return
    ticket = tickets.get(record.ticket)
    if ticket is None:
        return  # Its beginning is missing, and a warning has said so.
    if record.type == "ticket.categorised":
        ticket.category = data.get("category")
    elif record.type == "ticket.status_changed":
        was_finished, is_finished = ticket.status in FINISHED, data["to"] in FINISHED
        if is_finished and not was_finished:
            ticket.resolved_at = at
        elif not is_finished:
            ticket.resolved_at = None
        ticket.status = data["to"]
    elif record.type == "ticket.deleted":
        ticket.place = "deleted"
    elif record.type == "ticket.merged_into":
        ticket.place = "merged"
    else:  # restored or unmerged
        ticket.place = "active"


def load(connection: duckdb.DuckDBPyConnection, ids: set[str]) -> dict[str, Ticket]:
    rows = connection.execute(
        "select id::varchar, * exclude (id) from tickets where id in (select unnest(?::uuid[]))", [list(ids)]
    ).fetchall()
    return {row[0]: Ticket(*row) for row in rows}


def store(connection: duckdb.DuckDBPyConnection, tickets: Iterable[Ticket]) -> None:
    columns = list(zip(*map(astuple, tickets)))
    if columns:
        # Whole columns: one statement, however many rows.
        types = ["uuid", "varchar", "varchar", "varchar", "varchar", "timestamp", "timestamp"]
        unnested = ", ".join(f"unnest(?::{type}[])" for type in types)
        connection.execute(f"insert or replace into tickets select {unnested}", list(map(list, columns)))


def record_of(message) -> Record:
    """Reads a Kafka message: a CloudEvent in binary mode."""
    headers = {name: value.decode() for name, value in message.headers()}
    metadata = json.loads(headers["ce_metadata"])
    # What was moved in from another desk happened earlier than it was recorded.
    occurred_at = metadata.get("occurred_at") or headers["ce_time"]
    return Record(
        partition=message.partition(),
        offset=message.offset(),
        position=int(headers["ce_position"]),
        previous=int(headers["ce_previous"]),
        ticket=headers["ce_subject"],
        type=headers["ce_type"],
        schema_version=int(headers["ce_schemaversion"]),
        occurred_at=utc(occurred_at),
        data=json.loads(message.value()),
    )


def utc(text: str) -> datetime:
    """Reads RFC 3339 as UTC without a zone, as DuckDB's `timestamp` is."""
    return datetime.fromisoformat(text).astimezone(timezone.utc).replace(tzinfo=None)


def batches(arguments: argparse.Namespace, offsets: dict[int, int]) -> Iterable[list[Record]]:
    """Reads the topic from the given offsets on: to its end, or for ever."""
    from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

    topic = f"{arguments.prefix}.ticket"
    settings = dict(setting.split("=", 1) for setting in arguments.set)
    consumer = Consumer(
        {
            "bootstrap.servers": arguments.brokers,
            "group.id": "docket-resolution-times",  # librdkafka wants one; nothing is committed to it
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
            # Errors are told once, below; librdkafka would repeat them many times a second.
            "log_level": 2,
        }
        | settings
    )
    try:
        try:
            found = consumer.list_topics(topic, timeout=30).topics[topic]
        except KafkaException as error:
            raise SystemExit(f"no broker answers at {arguments.brokers}: {error.args[0].str()}") from None
        if found.error is not None:
            raise SystemExit(f"{topic} cannot be read: {found.error.str()}")
        unfinished = set(found.partitions)
        consumer.assign(
            [TopicPartition(topic, p, offsets.get(p, OFFSET_BEGINNING)) for p in found.partitions]
        )
        while unfinished or not arguments.until_end:
            records = []
            for message in consumer.consume(num_messages=BATCH, timeout=1.0):
                error = message.error()
                if error is None:
                    records.append(record_of(message))
                elif error.code() == KafkaError._PARTITION_EOF:
                    unfinished.discard(message.partition())
                else:
                    raise KafkaException(error)
            yield records
    finally:
        consumer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--brokers", default="localhost:9092", help="where Kafka is")
    parser.add_argument("--prefix", default="docket", help="what Docket's topics begin with")
    parser.add_argument("--database", default="tickets.duckdb", help="the file to fold into")
    parser.add_argument("--until-end", action="store_true", help="stop at the end of the topic")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a librdkafka setting: TLS, SASL …"
    )
    arguments = parser.parse_args()
    connection = connect(arguments.database)
    offsets = dict(connection.execute("select partition, next_offset from positions").fetchall())
    try:
        for records in batches(arguments, offsets):
            for warning in fold(connection, records):
                print(f"warning: {warning}", file=sys.stderr)
    except KeyboardInterrupt:
        pass
    connection.sql(ANSWER).show(max_rows=10_000)


if __name__ == "__main__":
    main()
