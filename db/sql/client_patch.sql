-- $1 code, $2 merge patch, $3 versions that may be changed (null: any)
with locked as (
	select * from client where code = $1 for no key update
), patched as (
	select l.version as was, client_body.body, client_errors(client_body.body) as errors
	from locked l, lateral (
		select jsonb_build_object('name', l.name, 'roles', l.roles, 'agency', l.agency, 'note', l.note, 'status', l.status)
			|| $2::jsonb as body
	) client_body
	where $3::bigint[] is null or l.version = any ($3::bigint[])
), updated as (
	update client c
	set (name, roles, agency, note, status, version)
		= (p.body->>'name', client_roles(p.body->'roles'), p.body->>'agency', p.body->>'note', p.body->>'status',
			c.version + 1)
	from patched p
	where c.code = $1 and p.errors is null
		and (c.name, c.roles, c.agency, c.note, c.status) is distinct from
			(p.body->>'name', client_roles(p.body->'roles'), p.body->>'agency', p.body->>'note', p.body->>'status')
	returning c.*
)
select
	case
		when p.was is null then 'stale_version'
		when p.errors is not null then 'invalid'
		else 'ok'
	end as outcome,
	p.errors,
	case when u.code is not null then client_json(u) else client_json(l) end::text as body,
	coalesce(u.version, l.version) as version
from locked l
left join patched p on true
left join updated u on true
