-- $1 query {agency, plan}, $2 today, $3 roles, $4 agency of the caller
with asked as (
	select coalesce($1::jsonb->>'agency', case when 'agency' = any ($3::text[]) then $4 end) as agency
), seen as (
	select p.code
	from plan p, asked
	where p.status = 'issued' and ($1::jsonb->>'plan' is null or p.code = $1::jsonb->>'plan')
		and (p.publish_progress or $3::text[] && array['viewer', 'office'] or ('agency' = any ($3::text[]) and asked.agency = $4))
), now_open as (
	select count(*) as all_open,
		count(*) filter (where d.due_on between $2::date and $2::date + 7) as soon,
		count(*) filter (where d.due_on < $2::date) as late
	from asked
	join deadline d on d.agency = asked.agency and d.status = 'open'
	where d.plan in (select code from seen)
), now_reported as (
	select count(*) as all_reported
	from asked
	join deadline d on d.agency = asked.agency and d.status = 'reported'
	where d.plan in (select code from seen)
), done as (
	select coalesce(sum(t.done_in_time), 0) as in_time, coalesce(sum(t.done_late), 0) as late
	from asked
	join deadline_tally t on t.agency = asked.agency
	where t.plan in (select code from seen)
)
select
	case
		when asked.agency is null or a.code is null or ($1::jsonb->>'plan' is not null
			and not exists (select from plan where code = $1::jsonb->>'plan' and status = 'issued')) then 'invalid'
		else 'ok'
	end as outcome,
	case
		when asked.agency is null then jsonb_build_array(jsonb_build_object('parameter', 'agency', 'code', 'required'))
		when a.code is null
			then jsonb_build_array(jsonb_build_object('parameter', 'agency', 'code', 'unknown_agency', 'value', asked.agency))
		else jsonb_build_array(jsonb_build_object('parameter', 'plan', 'code', 'unknown_plan', 'value', $1::jsonb->>'plan'))
	end as errors,
	json_build_object('agency', asked.agency, 'plan', $1::jsonb->>'plan', 'on', $2::date, 'open', o.all_open,
		'due_within_7_days', o.soon, 'late', o.late, 'reported', r.all_reported, 'done_in_time', d.in_time,
		'done_late', d.late)::text as body
from asked
cross join now_open o
cross join now_reported r
cross join done d
left join agency a on a.code = asked.agency
