-- plan: custom
-- $1 filters, $2 limit, $3 after [plan, number], $4 roles of the caller
with page as (
	select t.plan, t.number, task_view(t, s)::text as item, row_number() over (order by t.plan, t.number) as nth
	from (
		select t.*
		from task t
		where exists (select from plan p where p.code = t.plan and (p.status = 'issued' or 'office' = any ($4::text[])))
			and ($1::jsonb->>'plan' is null or t.plan = $1::jsonb->>'plan')
			and ($1::jsonb->>'section' is null or t.section = ($1::jsonb->>'section')::integer)
			and ($1::jsonb->>'timing' is null or t.timings @> array[$1::jsonb->>'timing'])
			and ($1::jsonb->>'q' is null or t.search @@ search_query($1::jsonb->>'q'))
			and ($1::jsonb->>'agency' is null or t.parties && agency_parties($1::jsonb->>'agency', $1::jsonb->>'role'))
			and ($1::jsonb->>'role' is null or t.parties @> array[':' || ($1::jsonb->>'role')])
			and ($3::jsonb is null or (t.plan, t.number) > ($3::jsonb->>0, ($3::jsonb->>1)::integer))
		order by t.plan, t.number
		limit $2::integer + 1
	) t
	join plan_section s on s.plan = t.plan and s.ordinal = t.section
)
select '[' || coalesce(string_agg(item, ',' order by nth) filter (where nth <= $2::integer), '') || ']' as body,
	case when count(*) > $2::integer
		then (select jsonb_build_array(plan, number) from page where nth = $2::integer) end as next_key
from page
