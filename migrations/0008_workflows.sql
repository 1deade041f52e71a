-- Who holds a work role is looked up by claims: key is the role's id and the user's, the owner is the user. These are
-- the claims of the users from before, whose work roles stand in clear in the last event that tells of them.
insert into log.claims (kind, key, owner)
select 'work_role.holder', uuid_send(role::uuid) || uuid_send(last.stream_id), last.stream_id
from (select distinct on (stream_id) stream_id, convert_from(data, 'UTF8')::json -> 'work_roles' as roles
      from log.events
      where kind = 'user' and type in ('user.registered', 'user.work_roles_changed')
      order by stream_id, version desc) last
cross join lateral json_array_elements_text(coalesce(last.roles, '[]')) role
on conflict do nothing;
