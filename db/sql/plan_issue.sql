-- $1 code, $2 body {number, date}, $3 versions that may be issued (null or 0: any), $4 today
with locked as (
	select * from plan where code = $1 for no key update
), updated as (
	update plan p
	set status = 'issued', issued_on = $4::date,
		decision_number = coalesce($2::jsonb->>'number', p.decision_number),
		decision_date = coalesce(($2::jsonb->>'date')::date, p.decision_date),
		version = p.version + 1
	from locked l
	where p.code = l.code and l.status = 'draft' and ($3::bigint[] is null or l.version = any ($3::bigint[]) or 0 = any ($3::bigint[]))
	returning p.*
)
select
	case
		when u.code is not null then 'ok'
		when l.version <> all ($3::bigint[]) and 0 <> all ($3::bigint[]) then 'stale_version'
		else 'wrong_state'
	end as outcome,
	plan_json(u)::text as body,
	u.version
from locked l
left join updated u on true
