"""clickhouse.sql in ClickHouse's own engine, without Kafka; needs `pip install chdb`, and is skipped without it."""

import json
import re
from pathlib import Path

import pytest

from test_resolution_times import EXPECTED, messages

chdb = pytest.importorskip("chdb")

SQL = Path(__file__).with_name("clickhouse.sql").read_text()


def statements():
    return [s for s in map(str.strip, re.sub(r"--.*", "", SQL).split(";")) if s]


def text(value):
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def row(message):
    names, values = zip(*((name, value.decode()) for name, value in message.headers()))
    array = lambda texts: "[" + ", ".join(map(text, texts)) + "]"
    return f"({text(message.value().decode())}, {array(names)}, {array(values)})"


def test_the_same_answer_as_duckdb_gives_and_repeated_messages_count_once():
    from chdb import session

    topic, *others, question = statements()
    desk = session.Session()
    desk.query("CREATE DATABASE desk ENGINE = Atomic")
    desk.query("USE desk")
    # The topic's place is taken by a table with the columns that the Kafka engine would show.
    assert "ENGINE = Kafka" in topic
    stand_in = re.sub(r"data String", "data String, `_headers.name` Array(String), `_headers.value` Array(String)", topic)
    desk.query(re.sub(r"ENGINE = Kafka.*", "ENGINE = Memory", stand_in, flags=re.S))
    for statement in others:
        desk.query(statement)
    rows = ", ".join(map(row, messages()))
    for _ in range(2):
        desk.query(f"INSERT INTO docket_ticket_topic VALUES {rows}")
    answer = str(desk.query(question, "JSONCompactEachRow"))
    got = [tuple(json.loads(line)) for line in answer.splitlines()]
    assert [(w, c, int(n), m, p) for w, c, n, m, p in got] == [(str(w), c, n, m, p) for w, c, n, m, p in EXPECTED]
    desk.close()
