-- Work that a request, an event or a clock asked for and that is done later. What a job leaves in the log is history;
-- the job itself may be lost: whoever asked asks again.

create table work.jobs (
    id               uuid        not null primary key, -- UUIDv7, so that the newest come last
    queue            text        not null,             -- each has a concurrency of its own
    job_type         text        not null,             -- names what does it
    key              text        not null,             -- an event's id, or the caller's: a repeat does nothing
    fingerprint      bytea,                            -- keyed hash of what was asked, where a key could come with something else
    parameters       jsonb       not null,             -- for people to see; nothing personal
    payload          bytea       not null,             -- sealed: what the work needs, and on whose behalf
    status           text        not null check (status in ('queued', 'running', 'succeeded', 'failed', 'dead', 'cancelled')),
    progress         jsonb,                            -- numbers by name
    result           bytea,                            -- sealed: row errors quote what stood in the row
    error            bytea,                            -- sealed, for the same reason
    tries            integer     not null default 0,
    max_tries        integer     not null,
    -- When it may be taken: its time while it is queued, the end of its lease while it is running. One column, so that
    -- one index finds both what is due and what a killed worker left behind.
    due_at           timestamptz not null,
    -- Rises whenever the job changes hands or status. A worker that was paused past its lease holds an old one, and can
    -- neither complete the job nor prolong its lease.
    version          integer     not null default 1,
    worker           uuid,                             -- who has it
    cancel_requested boolean     not null default false,
    created_by       uuid,
    created_at       timestamptz not null default now(),
    started_at       timestamptz,                      -- for the first time
    finished_at      timestamptz,
    unique (queue, key)
) with (fillfactor = 70);
create index jobs_due on work.jobs (queue, due_at) where status in ('queued', 'running');
create index jobs_finished on work.jobs (finished_at) where finished_at is not null;
create index jobs_creator on work.jobs (created_by, id);
comment on column work.jobs.status is
    'failed: what was asked cannot be done. dead: given up after the last try, may be tried again.';

-- What a job reads that is too large for its row, in pieces, each sealed under a key of its own derived from the master
-- key: nothing personal may lie readable, and a file is full of it. Deleted when the job has ended for good. There is no
-- foreign key: the pieces of an upload come before its job does, in a transaction each, so that a slow client holds
-- neither a connection nor a snapshot. Pieces whose job never came are swept out after a day.
create table work.job_inputs (
    job_id   uuid        not null,
    seq      integer     not null, -- from 0
    bytes    bytea       not null,
    added_at timestamptz not null default now(),
    primary key (job_id, seq)
);
-- Sealed bytes do not compress.
alter table work.job_inputs alter column bytes set storage external;
create index job_inputs_first on work.job_inputs (added_at) where seq = 0;
