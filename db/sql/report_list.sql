-- $1 id of the deadline, $2 limit, $3 after [id], $4 roles, $5 agency of the caller
with held as materialized (
	select d.id from deadline d where d.id = deadline_id($1) and deadline_sees(d, false, $4::text[], $5)
), page as (
	select e.id, deadline_report_view(e)::text as item, row_number() over (order by e.id) as nth
	from (
		select e.*
		from held h
		join deadline_event e on e.deadline = h.id and e.kind = 'report'
		where $3::jsonb is null or e.id > ($3::jsonb->>0)::bigint
		order by e.id
		limit $2::integer + 1
	) e
)
select '[' || coalesce((select string_agg(item, ',' order by nth) from page where nth <= $2::integer), '') || ']' as body,
	(select jsonb_build_array(id) from page where nth = $2::integer
		and exists (select from page where nth > $2::integer)) as next_key
from held
