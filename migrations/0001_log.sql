-- The log is the truth about what happened: append-only, written by log.append alone.
create schema log;

create table log.events (
    position       bigint      not null primary key, -- global, gapless, in commit order
    event_id       uuid        not null,             -- UUIDv7
    stream_id      uuid        not null,
    kind           text        not null,             -- kind of the stream: ticket, user, audit …
    version        integer     not null,             -- 1-based and gapless within the stream
    type           text        not null,             -- ticket.opened …
    schema_version smallint    not null,
    data           bytea       not null,             -- the exact JSON bytes that were hashed; personal values sealed
    metadata       bytea       not null,             -- likewise
    leaf           bytea       not null,             -- SHA-256 over the canonical encoding (see eventstore::leaf)
    recorded_at    timestamptz not null,             -- one per batch, never decreasing
    unique (stream_id, version)
) with (toast_tuple_target = 8160);
-- Sealed values do not compress; trying, and moving rows of 2 KiB out of line, would cost more than the append.
alter table log.events alter column data set storage external, alter column metadata set storage external;
comment on table log.events is 'What happened, in order. Never updated, never deleted from.';

-- The last row of batches is the head of the log. (A head row that is updated in place decays while any snapshot is open.)
create table log.batches (
    first_position bigint      not null primary key,
    last_position  bigint      not null,
    seal           bytea       not null, -- H(previous seal ‖ first position ‖ recorded_at ‖ (version ‖ leaf) in order)
    recorded_at    timestamptz not null
);

-- One receipt per accepted command: a repeat finds the first result and appends nothing.
create table log.receipts (
    command_id     uuid        not null primary key,
    body_hash      bytea       not null, -- keyed hash of the request; never the request itself
    stream_id      uuid,                 -- the stream that the command was about
    version        integer     not null, -- that stream's version after the command
    first_position bigint      not null, -- 0 when the command changed nothing
    last_position  bigint      not null, -- the head as the command left it
    recorded_at    timestamptz not null
);

-- What must be unique across streams. The key is a keyed hash where the value is personal.
create table log.claims (
    kind      text  not null,
    key       bytea not null,
    owner     uuid  not null, -- the stream that holds the claim
    primary key (kind, key)
);

-- The vault holds what must be forgettable or secret: never part of the log.
create schema vault;

create table vault.subject_keys (
    key_id     uuid        not null primary key,
    subject_id uuid        not null,
    wrapped    bytea       not null, -- the subject's AES-256 key, sealed under the master key
    created_at timestamptz not null
);
create index subject_keys_subject on vault.subject_keys (subject_id);

-- Which person an e-mail address or customer id belongs to, by keyed hash.
create table vault.identifiers (
    hash       bytea not null primary key,
    subject_id uuid  not null
);
create index identifiers_subject on vault.identifiers (subject_id);

-- Counts erasures, so that an append need not look up its keys while none happened since it read them.
create table vault.erasure_epoch (
    single boolean not null primary key default true check (single),
    epoch  bigint  not null
);
insert into vault.erasure_epoch (epoch) values (0);

-- Password hashes (argon2id) and hashes of API tokens, by owner.
create table vault.credentials (
    owner  uuid  not null,
    kind   text  not null,
    secret bytea not null,
    primary key (owner, kind)
);
-- An API token is looked up by its hash.
create unique index credentials_secret on vault.credentials (kind, secret) where kind = 'api_token';

-- Log-ins that can be refreshed. One family per log-in, one row per refresh token of it.
create table vault.sessions (
    family_id  uuid        not null primary key,
    user_id    uuid        not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_for text
);
create index sessions_user on vault.sessions (user_id);
create index sessions_expiry on vault.sessions (expires_at);

create table vault.refresh_tokens (
    token_hash  bytea       not null primary key,
    family_id   uuid        not null references vault.sessions on delete cascade,
    predecessor bytea,                       -- the token that was exchanged for this one
    issued_at   timestamptz not null,
    expires_at  timestamptz not null,
    first_used_at timestamptz,               -- first use of this token; from then on its predecessor is spent
    spent_at    timestamptz                  -- set when a successor was first used; a later use is theft
);
create index refresh_tokens_family on vault.refresh_tokens (family_id);

-- Work in progress: may be lost without losing history.
create schema work;

create table work.checkpoints (
    consumer     text        not null,
    partition_no integer     not null,
    position     bigint      not null,
    updated_at   timestamptz not null default now(),
    primary key (consumer, partition_no)
);

-- Ticket numbers are handed out in blocks per year; what is left of a block is lost with its process.
create table work.number_blocks (
    year integer not null primary key,
    next bigint  not null
);
