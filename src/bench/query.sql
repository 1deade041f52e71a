-- A desk of $TICKETS tickets, as the projectors would leave it. Values follow from the ticket's number through a hash, so
-- they look random and are the same in every run. Newer tickets are open, old ones closed; 'legacy' is on closed ones only.
create function pg_temp.h(i bigint, salt int, sides int) returns int language sql immutable as
    $$ select ((hashint8extended(i, salt) & 9007199254740991) % sides)::int $$;

-- The word of a rank; low ranks far more often than high ones, as in a language.
create function pg_temp.word(rank int) returns text language sql immutable as
    $$ select translate(substr(md5(rank::text), 1, 4 + rank % 6), '0123456789', 'ghijklmnop') $$;
create function pg_temp.w(i bigint, salt int) returns text language sql immutable as
    $$ select pg_temp.word((20000 * power(pg_temp.h(i, salt, 1000000) / 1000000.0::float8, 3))::int) $$;

create temp table made as
select i,
       ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id,
       20260000000000 + i as number,
       case when i > $TICKETS * 0.95 then (array['open', 'in_progress', 'waiting_customer'])[1 + pg_temp.h(i, 1, 3)]
            when i > $TICKETS * 0.85 then (array['resolved', 'closed', 'closed', 'open'])[1 + pg_temp.h(i, 1, 4)]
            else (array['resolved', 'closed', 'closed', 'closed'])[1 + pg_temp.h(i, 1, 4)] end as status,
       (array[1, 2, 2, 2, 3, 3, 4])[1 + pg_temp.h(i, 2, 7)] as priority,
       'category_' || pg_temp.h(i, 3, 6) as category,
       'department_' || pg_temp.h(i, 4, 10) as department,
       (array['web_form', 'email', 'api', 'chat', 'phone'])[1 + pg_temp.h(i, 5, 5)] as source,
       case when pg_temp.h(i, 6, 4) > 0 then lpad(to_hex(pg_temp.h(i, 7, 50)), 32, '0') end as assignee,
       lpad(to_hex(1000 + pg_temp.h(i, 8, 20)), 32, '0') as owner,
       'customer' || pg_temp.h(i, 9, greatest($TICKETS / 5, 1)::int) || '@example.org' as customer,
       case when pg_temp.h(i, 10, 2) = 0 then array['tag_' || pg_temp.h(i, 11, 30)] else '{}' end
         || case when pg_temp.h(i, 12, 10000) = 0 then array['rare'] else '{}' end
         || case when i < $TICKETS * 0.5 and pg_temp.h(i, 13, 5) = 0
                 then array['legacy'] else '{}' end as tags,
       -- Seven in ten have filled in a form; some began long before they were reported.
       pg_temp.h(i, 40, 10) < 7 as typed,
       'BJ-' || lpad(pg_temp.h(i, 41, 2000)::text, 4, '0') as site_id,
       (array['critical', 'major', 'major', 'major', 'minor', 'minor', 'minor', 'minor'])[1 + pg_temp.h(i, 42, 8)] as severity,
       pg_temp.h(i, 43, 1000) as level,
       date_trunc('second', timestamptz '2024-01-01' + (i - pg_temp.h(i, 44, 500)) * interval '70 seconds') as began_at,
       timestamptz '2024-01-01' + i * interval '70 seconds' as created_at,
       timestamptz '2024-01-01' + i * interval '70 seconds' + pg_temp.h(i, 14, 900000) * interval '1 second' as updated_at
from generate_series(1, $TICKETS) i;

insert into views.tickets
select id, number, status, priority, created_at, updated_at,
       case when status in ('resolved', 'closed') then updated_at end, 1, false,
       array['status:' || status, 'priority:' || (array['low', 'medium', 'high', 'urgent'])[priority],
             'category:' || category, 'department:' || department, 'source:' || source,
             'assignee:' || coalesce(assignee, 'none'), 'owner:' || owner, 'customer:' || customer]
       || array(select 'tag:' || t from unnest(tags) t)
       || case when typed then array['form:' || lpad('1', 32, '0'), 'data:site_id#text', 'data:site_id=' || site_id,
                                     'data:severity#text', 'data:severity=' || severity, 'data:level#number',
                                     'data:level=' || level, 'data:began_at#text', 'data:began_at#number']
               else '{}' end
from made;

insert into views.ticket_data
select id, v.field, v.text, v.number
from made, lateral (values
    ('site_id', site_id, null::float8), ('severity', severity, null), ('level', null, level),
    ('began_at', to_char(began_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), extract(epoch from began_at) * 1000000)
) v(field, text, number)
where typed;

insert into views.ticket_details
select id, 1, json_build_object('state', 'active', 'ticket', json_build_object(
    'number', 'TKT-2026-' || lpad(i::text, 6, '0'),
    'subject', json_build_object('$personal', 'Subject of ticket ' || i),
    'description', json_build_object('$personal', repeat('What happened, told in some words. ', 8)),
    'category', category, 'subcategory', null, 'department', department,
    'priority', (array['low', 'medium', 'high', 'urgent'])[priority], 'status', status,
    'external_id', null, 'ticket_type', null, 'data', null,
    'customer', json_build_object('email', json_build_object('$personal', customer)),
    'tags', tags, 'source', source, 'browser', null, 'device_type', null,
    'opened_by', owner::uuid, 'assignee', assignee::uuid, 'watchers', '{}'::text[], 'links', '{}'::text[],
    'comment_count', 0, 'merged_from', '{}'::text[],
    'created_at', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'updated_at', to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'resolved_at', null, 'closed_at', null, 'first_response_at', null, 'reopened_count', 0))::text
from made;

insert into views.stat_counters
select 'facet', f, count(*) from views.tickets, unnest(facets) f where f not like 'customer:%' and f not like 'data:%=%' group by f
union all select 'tickets', '', count(*) from views.tickets
union all select 'day', created_at::date::text, count(*) from views.tickets group by created_at::date;

-- Clocks: those of open tickets run, are at risk or overdue, those of waiting ones stand still, a few have none at all.
insert into views.ticket_sla
select id,
       case when status = 'waiting_customer' then 'paused'
            when status in ('open', 'in_progress')
                then (array['ok', 'ok', 'ok', 'at_risk', 'breached'])[1 + pg_temp.h(i, 20, 5)]
            else (array['met', 'met', 'met', 'met', 'missed'])[1 + pg_temp.h(i, 20, 5)] end,
       case when status in ('open', 'in_progress')
           then created_at + pg_temp.h(i, 21, 2000000) * interval '1 second' end
from made where pg_temp.h(i, 22, 50) > 0;

insert into views.sla_counters
select 'ticket', state, count(*) from views.ticket_sla group by state
union all select 'ticket', 'due', count(due_at) from views.ticket_sla;

-- A dozen words a ticket.
insert into views.search (ticket_id, number, subject, description, public, internal, comment_bytes)
select m.id,
       array_to_tsvector(array['tkt-2026-' || lpad(m.i::text, 6, '0'), lpad(m.i::text, 6, '0')]),
       array_to_tsvector(array[pg_temp.w(i, 101), pg_temp.w(i, 102), pg_temp.w(i, 103), pg_temp.w(i, 104)]),
       array_to_tsvector(array[pg_temp.w(i, 201), pg_temp.w(i, 202), pg_temp.w(i, 203), pg_temp.w(i, 204),
                               pg_temp.w(i, 205), pg_temp.w(i, 206), pg_temp.w(i, 207), pg_temp.w(i, 208)]
           || case when pg_temp.h(m.i, 301, 3) = 0 then array['network'] else '{}' end
           || case when pg_temp.h(m.i, 302, 500) = 0 then array['refund'] else '{}' end
           || case when pg_temp.h(m.i, 303, 1000) = 0 then array['connection'] else '{}' end
           || case when pg_temp.h(m.i, 304, 200) = 0 then array['基站', '站故', '故障', '障'] else '{}' end),
       '', '', 0
from made m;

-- Words that may be misspelt.
insert into views.search_words
select distinct word from (select pg_temp.word(r) as word from generate_series(0, 20000) r union select unnest(array['network', 'refund', 'connection'])) w;
insert into views.search_deletes
select word, word from views.search_words
union select overlay(word placing '' from at for 1), word from views.search_words, generate_series(1, length(word)) at;

drop table made;
