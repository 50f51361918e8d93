-- plan: custom
-- $1 filters, $2 limit, $3 after [code], $4 roles of the caller
with page as (
	select p.code, plan_item(p)::text as item, row_number() over (order by p.code) as nth
	from (
		select *
		from plan
		where (status = 'issued' or 'office' = any ($4::text[]))
			and ($1::jsonb->>'status' is null or status = $1::jsonb->>'status')
			and ($1::jsonb->>'year' is null or year = ($1::jsonb->>'year')::integer)
			and ($3::jsonb is null or code > $3::jsonb->>0)
		order by code
		limit $2::integer + 1
	) p
)
select '[' || coalesce(string_agg(item, ',' order by nth) filter (where nth <= $2::integer), '') || ']' as body,
	case when count(*) > $2::integer
		then jsonb_build_array(max(code) filter (where nth = $2::integer)) end as next_key
from page
