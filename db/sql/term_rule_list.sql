-- $1 limit, $2 after [code]
with page as (
	select r.code, term_rule_json(r)::text as item, row_number() over (order by r.code) as nth
	from (
		select * from term_rule
		where $2::jsonb is null or code > $2::jsonb->>0
		order by code
		limit $1::integer + 1
	) r
)
select '[' || coalesce(string_agg(item, ',' order by nth) filter (where nth <= $1::integer), '') || ']' as body,
	case when count(*) > $1::integer
		then (select jsonb_build_array(code) from page where nth = $1::integer) end as next_key
from page
