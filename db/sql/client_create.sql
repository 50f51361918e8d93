-- $1 body, $2 SHA-256 of the secret as hex
with checked as (
	select client_errors($1::jsonb) as errors
), inserted as (
	insert into client (code, name, roles, agency, note, secret_hash, secret_made_at)
	select $1::jsonb->>'code', $1::jsonb->>'name', client_roles($1::jsonb->'roles'), $1::jsonb->>'agency',
		$1::jsonb->>'note', decode($2, 'hex'), clock_timestamp()
	from checked
	where errors is null
	on conflict (code) do nothing
	returning *
)
select
	case
		when i.code is not null then 'ok'
		when c.errors is not null then 'invalid'
		else 'conflict'
	end as outcome,
	case
		when i.code is not null then null
		else coalesce(c.errors,
			jsonb_build_array(jsonb_build_object('pointer', '/code', 'code', 'taken', 'value', $1::jsonb->>'code')))
	end as errors,
	client_json(i)::text as body,
	i.version,
	'/v1/clients/' || i.code as location
from checked c
left join inserted i on true
