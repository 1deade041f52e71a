-- When somebody is to look at something again: the alarm clocks of tickets, tasks and users. What to do then is not
-- written here; whoever is woken looks at how things stand. Lost timers are set again by whoever follows the log.

create table work.timers (
    kind   text        not null,
    id     uuid        not null, -- the ticket, task or user
    due_at timestamptz not null,
    seen   integer     not null, -- the version of the stream that due_at was computed from: a late word about less is passed by
    token  uuid        not null, -- new whenever due_at is: names this one alarm
    primary key (kind, id)
) with (fillfactor = 70);
create index timers_due on work.timers (due_at);
