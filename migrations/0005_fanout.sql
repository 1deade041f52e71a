-- What processes need to share the work on one log: checkpoints by partition, leases, what the relay has published,
-- what was parked, and who is there.

-- A consumer that reads the log itself has one partition, 'log'; one that reads Kafka has one per topic partition,
-- such as 'ticket/3'. The hint is the Kafka offset to go on at. It may be wrong; the position may not. The generation
-- rises when what the consumer keeps was exchanged under it: what it remembers of that does not hold any more.
alter table work.checkpoints
    add column partition text not null default 'log',
    add column hint bigint,
    add column generation bigint not null default 0;
alter table work.checkpoints drop column partition_no;
alter table work.checkpoints alter column partition drop default;
alter table work.checkpoints add primary key (consumer, partition);
-- Rows are updated all the time: room beside them, so that no index is touched.
alter table work.checkpoints set (fillfactor = 20);

-- One holder at a time. The epoch rises with every new holder: what an earlier one still tries can be told apart.
create table work.leases (
    name       text        not null primary key,
    holder     uuid        not null, -- work.processes
    epoch      bigint      not null,
    taken_at   timestamptz not null,
    expires_at timestamptz not null
) with (fillfactor = 20);

-- How far the log is on Kafka. Written after each commit there; the relay itself goes by what Kafka holds.
create table work.relay (
    one        boolean     not null primary key default true check (one),
    position   bigint      not null, -- everything up to here is published
    partitions integer     not null, -- of each topic
    updated_at timestamptz not null
) with (fillfactor = 20);

-- The last position in each topic partition: whoever has folded it has folded all of that partition.
create table work.relayed (
    kind         text    not null,
    partition_no integer not null,
    position     bigint  not null,
    primary key (kind, partition_no)
) with (fillfactor = 20);

-- The processes of this desk. A row that was not touched for a while is of one that is gone.
create table work.processes (
    id         uuid        not null primary key,
    roles      text[]      not null,
    host       text        not null,
    pid        integer     not null,
    version    text        not null,
    started_at timestamptz not null,
    seen_at    timestamptz not null
);

-- Streams that a consumer could not fold, because of an error in the data of one event. All others go on.
create table work.parked_streams (
    consumer       text        not null,
    stream_id      uuid        not null,
    kind           text        not null,
    first_position bigint      not null, -- the event that could not be folded
    error          text        not null,
    parked_at      timestamptz not null default now(),
    tries          integer     not null default 0,
    tried_at       timestamptz,
    primary key (consumer, stream_id)
);

-- The events of these streams that were passed by: the first one and all after it, in order of version.
create table work.parked_events (
    consumer  text    not null,
    stream_id uuid    not null,
    version   integer not null,
    position  bigint  not null,
    primary key (consumer, stream_id, version),
    foreign key (consumer, stream_id) references work.parked_streams on delete cascade
);
