-- plan: custom
-- $1 filters {from, to, kind, exceptional}, $2 limit, $3 after [date], $4 today
with page as (
	select c.day, calendar_day_view(c)::text as item, row_number() over (order by c.day) as nth
	from (
		select *
		from calendar_day
		where day >= coalesce(($1::jsonb->>'from')::date, date_trunc('year', $4::date)::date)
			and day <= coalesce(($1::jsonb->>'to')::date,
				(date_trunc('year', coalesce(($1::jsonb->>'from')::date, $4::date)) + interval '1 year')::date - 1)
			and ($1::jsonb->>'kind' is null or kind = $1::jsonb->>'kind')
			and ($1::jsonb->>'exceptional' is null
				or ((kind = 'work') <> (extract(isodow from day) < 6)) = ($1::jsonb->>'exceptional')::boolean)
			and ($3::jsonb is null or day > ($3::jsonb->>0)::date)
		order by day
		limit $2::integer + 1
	) c
)
select '[' || coalesce(string_agg(item, ',' order by nth) filter (where nth <= $2::integer), '') || ']' as body,
	case when count(*) > $2::integer
		then (select jsonb_build_array(day) from page where nth = $2::integer) end as next_key
from page
