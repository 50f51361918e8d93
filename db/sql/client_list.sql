-- plan: custom
-- $1 filters, $2 limit, $3 after [code]
with page as (
	select c.code, client_json(c)::text as item, row_number() over (order by c.code) as nth
	from (
		select *
		from client
		where ($1::jsonb->>'status' is null or status = $1::jsonb->>'status')
			and ($1::jsonb->>'role' is null or $1::jsonb->>'role' = any (roles))
			and ($1::jsonb->>'agency' is null or agency = $1::jsonb->>'agency')
			and ($3::jsonb is null or code > $3::jsonb->>0)
		order by code
		limit $2::integer + 1
	) c
)
select '[' || coalesce(string_agg(item, ',' order by nth) filter (where nth <= $2::integer), '') || ']' as body,
	case when count(*) > $2::integer
		then jsonb_build_array(max(code) filter (where nth = $2::integer)) end as next_key
from page
