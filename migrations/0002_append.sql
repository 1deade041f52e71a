-- The one way into the log: a group commit of many requests in one call (one transaction).
--
-- Arrays with one prefix are parallel: r_ one entry per request, s_ per stream of a request, e_ per event,
-- c_ per claim, d_ per released claim, n_ per new subject key, i_ per new identifier of a subject, v_ per credential.
-- *_req points at the request, e_stream at the stream, both 1-based. r_epoch is the erasure epoch from before the
-- request's keys were read, null when it sealed nothing.
--
-- Outcome per request: 0 appended, 1 conflict (detail: the stream), 2 duplicate, 3 claimed (detail: the claim),
-- 4 key gone (somebody was erased since the caller read its keys: seal again), 5 an identifier belongs to another
-- subject. These are results and never exceptions, so that one bad request cannot fail its neighbours.
--
-- The lock is a statement of its own: what follows must look under a snapshot taken after it was granted.
--
-- Cost must not depend on the size of the tables, nor on their size when the plans of this connection were made:
-- big tables are met by scalar index sub-selects or one key at a time, never by joins with the input (nor by EXISTS,
-- which may turn into a hash of the whole table); and the settings below keep a plan that was made while the tables
-- were empty from reading them from end to end ever after. (The first setting makes such plans look so expensive that
-- Postgres would compile them, some 3 ms a call: hence no jit.)
create function log.append(
    r_cmd uuid[], r_hash bytea[], r_stream int[], r_events int[], r_epoch bigint[],
    s_req int[], s_stream uuid[], s_expected int[], s_n int[],
    e_req int[], e_seq int[], e_stream int[], e_ord int[], e_id uuid[], e_kind text[], e_type text[],
    e_schema smallint[], e_data bytea[], e_meta bytea[], e_leaf bytea[],
    c_req int[], c_kind text[], c_key bytea[], c_owner uuid[],
    d_req int[], d_kind text[], d_key bytea[],
    n_req int[], n_key uuid[], n_subject uuid[], n_wrapped bytea[],
    i_req int[], i_hash bytea[], i_subject uuid[],
    v_req int[], v_owner uuid[], v_kind text[], v_secret bytea[]
) returns table (outcomes int[], details int[], first_positions bigint[], versions int[], owners uuid[], at timestamptz, head bigint, now_epoch bigint)
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    requests constant int := cardinality(r_cmd);
    h bigint;
    previous_seal bytea;
    previous_at timestamptz;
    ts timestamptz;
    cur int[];
    dup boolean[];
    claimed uuid[];
    subject uuid[];
    outcome int[] := array_fill(0, array[requests]);
    detail int[] := array_fill(0, array[requests]);
    fp bigint[] := array_fill(0::bigint, array[requests]);
    rest int[] := array_fill(0, array[requests]);
    total int := 0;
    epoch_now bigint;
begin
    perform pg_advisory_xact_lock(7236837465);

    select b.last_position, b.seal, b.recorded_at into h, previous_seal, previous_at
        from log.batches b order by b.first_position desc limit 1;
    h := coalesce(h, 0);
    previous_seal := coalesce(previous_seal, ''::bytea);
    ts := greatest(clock_timestamp(), previous_at);
    select e.epoch into epoch_now from vault.erasure_epoch e;

    -- What is there: receipts of these commands, versions of these streams, owners of these claims and identifiers.
    select array_agg((select true from log.receipts rc where rc.command_id = r.cmd) order by r.ord) into dup
        from unnest(r_cmd) with ordinality as r(cmd, ord);
    select array_agg(coalesce((select e.version from log.events e where e.stream_id = s.id
                               order by e.stream_id desc, e.version desc limit 1), 0) order by s.ord) into cur
        from unnest(s_stream) with ordinality as s(id, ord);
    if cardinality(c_req) > 0 then
        select array_agg((select cl.owner from log.claims cl where cl.kind = c.kind and cl.key = c.key) order by c.ord) into claimed
            from unnest(c_kind, c_key) with ordinality as c(kind, key, ord);
    end if;
    if cardinality(i_req) > 0 then
        select array_agg((select id.subject_id from vault.identifiers id where id.hash = i.hash) order by i.ord) into subject
            from unnest(i_hash) with ordinality as i(hash, ord);
    end if;

    -- What becomes of each request. The first reason counts; a repeat comes before all others.
    for i in 1 .. requests loop
        if dup[i] then
            outcome[i] := 2;
        elsif r_epoch[i] <> epoch_now then
            outcome[i] := 4;
        end if;
    end loop;
    for i in 1 .. cardinality(s_req) loop
        if s_expected[i] >= 0 and s_expected[i] <> cur[i] and outcome[s_req[i]] = 0 then
            outcome[s_req[i]] := 1;
            detail[s_req[i]] := i;
        end if;
    end loop;
    for i in 1 .. cardinality(c_req) loop
        if claimed[i] <> c_owner[i] and outcome[c_req[i]] = 0 then
            outcome[c_req[i]] := 3;
            detail[c_req[i]] := i;
        end if;
    end loop;
    for i in 1 .. cardinality(i_req) loop
        if subject[i] <> i_subject[i] and outcome[i_req[i]] = 0 then
            outcome[i_req[i]] := 5;
        end if;
    end loop;
    for i in 1 .. requests loop
        if outcome[i] = 0 then
            if r_events[i] > 0 then fp[i] := h + total + 1; end if;
            total := total + r_events[i];
            rest[i] := total;
        end if;
    end loop;

    -- What is kept beside the events.
    if cardinality(n_req) > 0 then
        insert into vault.subject_keys (key_id, subject_id, wrapped, created_at)
            select n.key, n.subject, n.wrapped, ts from unnest(n_req, n_key, n_subject, n_wrapped) as n(req, key, subject, wrapped)
            where outcome[n.req] = 0 on conflict do nothing;
    end if;
    if cardinality(i_req) > 0 then
        insert into vault.identifiers (hash, subject_id)
            select i.hash, i.subject from unnest(i_req, i_hash, i_subject) as i(req, hash, subject)
            where outcome[i.req] = 0 on conflict do nothing;
    end if;
    for i in 1 .. cardinality(d_req) loop
        if outcome[d_req[i]] = 0 then
            delete from log.claims cl where cl.kind = d_kind[i] and cl.key = d_key[i];
        end if;
    end loop;
    if cardinality(c_req) > 0 then
        insert into log.claims (kind, key, owner)
            select c.kind, c.key, c.owner from unnest(c_req, c_kind, c_key, c_owner) as c(req, kind, key, owner)
            where outcome[c.req] = 0 on conflict do nothing;
    end if;
    for i in 1 .. cardinality(v_req) loop
        if outcome[v_req[i]] = 0 then
            delete from vault.credentials cr where cr.owner = v_owner[i] and cr.kind = v_kind[i];
            if v_secret[i] is not null then
                insert into vault.credentials (owner, kind, secret) values (v_owner[i], v_kind[i], v_secret[i]);
            end if;
        end if;
    end loop;

    if total > 0 then
        insert into log.events (position, event_id, stream_id, kind, version, type, schema_version, data, metadata, leaf, recorded_at)
            select fp[e.req] + e.seq - 1, e.id, s_stream[e.stream], e.kind, cur[e.stream] + e.ord, e.type, e.schema, e.data, e.meta, e.leaf, ts
            from unnest(e_req, e_seq, e_stream, e_ord, e_id, e_kind, e_type, e_schema, e_data, e_meta, e_leaf)
                as e(req, seq, stream, ord, id, kind, type, schema, data, meta, leaf)
            where outcome[e.req] = 0;
        insert into log.batches (first_position, last_position, seal, recorded_at)
            select h + 1, h + total,
                   sha256(previous_seal || int8send(h + 1) || timestamptz_send(ts)
                          || string_agg(int4send(cur[e.stream] + e.ord) || e.leaf, ''::bytea order by e.req, e.seq)), ts
            from unnest(e_req, e_seq, e_stream, e_ord, e_leaf) as e(req, seq, stream, ord, leaf)
            where outcome[e.req] = 0;
        perform pg_notify('docket_log', (h + total)::text);
    end if;
    insert into log.receipts (command_id, body_hash, stream_id, version, first_position, last_position, recorded_at)
        select r.cmd, r.hash,
               case when r.stream > 0 then s_stream[r.stream] end,
               case when r.stream > 0 then cur[r.stream] + s_n[r.stream] else 0 end,
               fp[r.ord], h + rest[r.ord], ts
        from unnest(r_cmd, r_hash, r_stream) with ordinality as r(cmd, hash, stream, ord)
        where outcome[r.ord] = 0;

    return query select outcome, detail, fp, cur, claimed, ts, h + total, epoch_now;
end $$;
