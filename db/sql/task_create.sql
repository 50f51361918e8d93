-- $1 body
with held as materialized (
	select code from plan where code = $1::jsonb->>'plan' for no key update
), body as (
	select b.*, h.code is not null as plan_known, task_errors(b.of_plan, $1::jsonb) as errors
	from (select $1::jsonb->>'plan' as of_plan, ($1::jsonb->>'number')::integer as number) b
	left join held h on true
), inserted as (
	insert into task (plan, number, label, section, title, parts)
	select of_plan, number, $1::jsonb->>'label', ($1::jsonb->>'section')::integer, $1::jsonb->>'title',
		task_parts($1::jsonb->'parts')
	from body
	where plan_known and errors is null
	on conflict (plan, number) do nothing
	returning *
), reviewed as (
	update plan p set version = p.version + 1
	from inserted i
	where p.code = i.plan and p.status = 'draft'
)
select
	case
		when i.code is not null then 'ok'
		when not b.plan_known or b.errors is not null then 'invalid'
		else 'conflict'
	end as outcome,
	case
		when i.code is not null then null
		when not b.plan_known
			then jsonb_build_array(jsonb_build_object('pointer', '/plan', 'code', 'unknown_plan', 'value', b.of_plan))
		else coalesce(b.errors,
			jsonb_build_array(jsonb_build_object('pointer', '/number', 'code', 'taken', 'value', b.number::text)))
	end as errors,
	task_view(i, s)::text as body,
	i.version,
	'/v1/tasks/' || i.code as location
from body b
left join inserted i on true
left join lateral section_now(i.plan, i.section) s on true
