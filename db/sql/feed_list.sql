-- $1 filters {agency}, $2 limit, $3 after [id], $4 roles, $5 agency of the caller
with page as (
	select f.id, calendar_feed_json(f)::text as item, row_number() over (order by f.id) as nth
	from (
		select *
		from calendar_feed
		where revoked_on is null
			and ($1::jsonb->>'agency' is null or agency = $1::jsonb->>'agency')
			and ($4::text[] && array['viewer', 'office'] or agency = $5)
			and ($3::jsonb is null or id > ($3::jsonb->>0)::bigint)
		order by id
		limit $2::integer + 1
	) f
)
select '[' || coalesce(string_agg(item, ',' order by nth) filter (where nth <= $2::integer), '') || ']' as body,
	case when count(*) > $2::integer
		then (select jsonb_build_array(id) from page where nth = $2::integer) end as next_key
from page
