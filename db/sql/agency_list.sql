-- plan: custom
-- $1 filters, $2 limit, $3 after [code], $4 today
with page as (
	select a.code, agency_json(a)::text as item, row_number() over (order by a.code) as nth
	from (
		select *
		from agency
		where ($1::jsonb->>'kind' is null or kind = $1::jsonb->>'kind')
			and ($1::jsonb->>'parent' is null or parent = $1::jsonb->>'parent')
			and ($1::jsonb->>'successor' is null or successor = $1::jsonb->>'successor')
			and ($1::jsonb->>'group' is null or groups @> array[$1::jsonb->>'group'])
			and ($1::jsonb->>'q' is null or search @@ search_query($1::jsonb->>'q'))
			and coalesce(($1::jsonb->>'valid_on')::date, $4::date)
				between coalesce(valid_from, '-infinity') and coalesce(valid_to, 'infinity')
			and ($3::jsonb is null or code > $3::jsonb->>0)
		order by code
		limit $2::integer + 1
	) a
)
select '[' || coalesce(string_agg(item, ',' order by nth) filter (where nth <= $2::integer), '') || ']' as body,
	case when count(*) > $2::integer
		then jsonb_build_array(max(code) filter (where nth = $2::integer)) end as next_key
from page
