-- What an append looks up in the vault before it is sent. Functions, because of their settings: a plan that a
-- connection made while a table was but one page reads that table from end to end until the table is analysed
-- again, and an import brings thousands of people before that.

-- The subjects that identifiers (keyed hashes) are known to belong to.
create function vault.subjects_of(hashes bytea[]) returns table (hash bytea, subject_id uuid)
language plpgsql stable rows 10
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    return query select h.hash, i.subject_id from unnest(hashes) as h(hash)
        cross join lateral (select f.subject_id from vault.identifiers f where f.hash = h.hash limit 1) i;
end $$;

-- The newest key of each subject that has one.
create function vault.keys_of(subjects uuid[]) returns table (subject_id uuid, key_id uuid, wrapped bytea)
language plpgsql stable rows 10
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    return query select s.id, k.key_id, k.wrapped from unnest(subjects) as s(id)
        cross join lateral (select f.key_id, f.wrapped from vault.subject_keys f where f.subject_id = s.id
                            order by f.created_at desc limit 1) k;
end $$;

-- The keys with these ids that still exist.
create function vault.keys_by_id(ids uuid[]) returns table (key_id uuid, wrapped bytea)
language plpgsql stable rows 10
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    return query select i.id, k.wrapped from unnest(ids) as i(id)
        cross join lateral (select f.wrapped from vault.subject_keys f where f.key_id = i.id limit 1) k;
end $$;
