-- Docket's tickets in ClickHouse: `docket.ticket` into a table of events, and the same question as in
-- resolution_times.py. Run it with `clickhouse-client --queries-file clickhouse.sql`, the broker's address put in.

-- 1. The topic. A message is one event: its value is JSON, everything else stands in headers, which ClickHouse shows
--    as the virtual columns `_headers.name` and `_headers.value`. Its client reads only what was committed
--    (`isolation.level=read_committed` is the default of librdkafka). A new consumer group begins at the topic's
--    end unless the server's configuration says <kafka><auto_offset_reset>earliest</auto_offset_reset></kafka>.
CREATE TABLE docket_ticket_topic
(
    data String
)
ENGINE = Kafka
SETTINGS
    kafka_broker_list = 'localhost:9092',
    kafka_topic_list = 'docket.ticket',
    kafka_group_name = 'clickhouse-docket',
    kafka_format = 'JSONAsString';

-- 2. The events, for good. Kafka's consumers in ClickHouse may write a message twice; rows of one position are the
--    same event, and of those one stays. `FINAL` leaves the others out before they are merged away.
CREATE TABLE docket_ticket_events
(
    ticket         UUID,
    position       UInt64,
    version        UInt32,
    type           LowCardinality(String),
    schema_version UInt16,
    recorded_at    DateTime64(6, 'UTC'),
    occurred_at    DateTime64(6, 'UTC'),
    data           String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree
ORDER BY (ticket, position);

-- 3. What fills the one from the other. An event moved in from another desk happened at its `occurred_at`.
CREATE MATERIALIZED VIEW docket_ticket_reader TO docket_ticket_events AS
WITH
    mapFromArrays(_headers.name, _headers.value) AS headers,
    JSONExtractString(headers['ce_metadata'], 'occurred_at') AS moved_in
SELECT
    toUUID(headers['ce_subject'])                                      AS ticket,
    toUInt64(headers['ce_position'])                                   AS position,
    toUInt32(headers['ce_version'])                                    AS version,
    headers['ce_type']                                                 AS type,
    toUInt16(headers['ce_schemaversion'])                              AS schema_version,
    parseDateTime64BestEffort(headers['ce_time'], 6, 'UTC')            AS recorded_at,
    parseDateTime64BestEffort(
        if(moved_in = '', headers['ce_time'], moved_in), 6, 'UTC')     AS occurred_at,
    data
FROM docket_ticket_topic;

-- 4. The tickets as they are now. The last event of a sort says how a ticket stands; work on it ended with the last
--    change from an unfinished status to a finished one.
CREATE VIEW docket_tickets AS
WITH
    ('resolved', 'closed') AS finished,
    type = 'ticket.status_changed' AS is_move
SELECT
    ticket,
    minIf(occurred_at, type = 'ticket.opened') AS opened_at,
    argMaxIf(JSONExtractString(data, 'category'), version,
        type IN ('ticket.opened', 'ticket.categorised')) AS category,
    argMaxIf(JSONExtractString(data, 'to'), version, is_move) AS moved_to,
    if(moved_to = '', 'open', moved_to) AS status,
    if(status IN finished,
        argMaxIf(occurred_at, version, is_move
            AND JSONExtractString(data, 'to') IN finished
            AND JSONExtractString(data, 'from') NOT IN finished),
        NULL) AS resolved_at,
    argMaxIf(type, version, type IN ('ticket.opened', 'ticket.deleted', 'ticket.restored',
        'ticket.merged_into', 'ticket.unmerged')) IN ('ticket.opened', 'ticket.restored', 'ticket.unmerged') AS active
FROM docket_ticket_events FINAL
GROUP BY ticket
HAVING countIf(type = 'ticket.opened') > 0;

-- 5. The question: resolution time by category and week.
SELECT
    toMonday(resolved_at)                                  AS week,
    if(category = '', '(none)', category)                  AS in_category,
    count()                                                AS resolved,
    round(quantileExact(0.5)(hours), 1)                    AS median_hours,
    round(quantileExactInclusive(0.9)(hours), 1)           AS p90_hours
FROM
(
    SELECT *, dateDiff('microsecond', opened_at, resolved_at) / 3600e6 AS hours
    FROM docket_tickets
    WHERE active AND resolved_at IS NOT NULL
)
GROUP BY week, in_category
ORDER BY week, in_category;
