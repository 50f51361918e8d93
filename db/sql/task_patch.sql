-- $1 code, $2 merge patch, $3 versions that may be changed (null: any)
with held as materialized (
	-- The plan first, as plan_store() does: what follows waits for a plan that is being replaced, and sees it whole.
	select code from plan where code = (select plan from task where code = $1) for no key update
), locked as (
	select t.* from held h join task t on t.plan = h.code where t.code = $1 for update of t
), patched as (
	select l.code,
		case when $2::jsonb ? 'label' then $2::jsonb->>'label' else l.label end as label,
		coalesce(($2::jsonb->>'section')::integer, l.section) as section,
		coalesce($2::jsonb->>'title', l.title) as title,
		coalesce(task_parts($2::jsonb->'parts'), l.parts) as parts,
		task_errors(l.plan, $2::jsonb) as errors
	from locked l
	where $3::bigint[] is null or l.version = any ($3::bigint[])
), updated as (
	update task t
	set (label, section, title, parts, version) = (n.label, n.section, n.title, n.parts, t.version + 1)
	from patched n
	where t.code = n.code and n.errors is null
		and (t.label, t.section, t.title, t.parts) is distinct from (n.label, n.section, n.title, n.parts)
	returning t.*
), reviewed as (
	-- Who issues or replaces a draft names the version that he has seen: an edit of its tasks is another one.
	update plan p set version = p.version + 1
	from updated u
	where p.code = u.plan and p.status = 'draft'
), now_stored as (
	select * from updated
	union all
	select * from locked where not exists (select from updated)
)
select
	case
		when n.code is null then 'stale_version'
		when n.errors is not null then 'invalid'
		else 'ok'
	end as outcome,
	n.errors,
	task_view(t, s)::text as body,
	t.version
from now_stored t
left join lateral section_now(t.plan, t.section) s on true
left join patched n on true
