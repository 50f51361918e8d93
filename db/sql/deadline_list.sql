-- plan: custom
-- $1 filters, $2 limit, $3 after [due_on, id], $4 today, $5 roles, $6 agency of the caller, $7 actions of the workflow
with found as (
	select f.deadline, deadline_sees(f.deadline, p.publish_progress, $5::text[], $6) as sees,
		-- Before what is joined to it for the view, which keeps no order.
		row_number() over (order by case when $1::jsonb->>'sort' = '-due_on' then (f.deadline).due_on end desc,
			case when $1::jsonb->>'sort' = '-due_on' then (f.deadline).id end desc,
			case when $1::jsonb->>'sort' is distinct from '-due_on' then (f.deadline).due_on end,
			case when $1::jsonb->>'sort' is distinct from '-due_on' then (f.deadline).id end) as nth
	from (
		(
			select d as deadline
			from deadline_filtered($1::jsonb, $3::jsonb, $4::date) d
			where ($5::text[] && array['viewer', 'office'] or coalesce($1::jsonb->>'status', $1::jsonb->>'overdue') is null)
				and (d.status <> 'cancelled' and d.task is not null or deadline_shown(d, false, $5::text[], $6)
					or (d.status <> 'cancelled' and d.plan = any (array(select code from plan where publish_progress))))
			-- Constants leave the order: an index gives it either way.
			order by case when $1::jsonb->>'sort' = '-due_on' then d.due_on end desc,
				case when $1::jsonb->>'sort' = '-due_on' then d.id end desc,
				case when $1::jsonb->>'sort' is distinct from '-due_on' then d.due_on end,
				case when $1::jsonb->>'sort' is distinct from '-due_on' then d.id end
			limit $2::integer + 1
		)
		-- Of what a caller may not see nothing is told by being found.
		union all
		select d
		from deadline_disclosed($1::jsonb, $3::jsonb, $4::date, case when 'agency' = any ($5::text[]) then $6 end,
			$2::integer + 1) d
		where not $5::text[] && array['viewer', 'office'] and coalesce($1::jsonb->>'status', $1::jsonb->>'overdue') is not null
	) f
	join plan p on p.code = (f.deadline).plan
	order by nth
	limit $2::integer + 1
), page as (
	select (f.deadline).due_on, (f.deadline).id,
		deadline_view(f.deadline, t.title, f.sees, $4::date, n.number, c.number,
			deadline_actions((f.deadline).agency, $7::jsonb, $5::text[], $6))::text as item,
		f.nth
	from found f
	left join task t on t.code = (f.deadline).task
	left join calendar_day c on c.day = (f.deadline).due_on
	left join calendar_day n on n.day = $4::date
)
select '[' || coalesce(string_agg(item, ',' order by nth) filter (where nth <= $2::integer), '') || ']' as body,
	case when count(*) > $2::integer
		then (select jsonb_build_array(due_on, id) from page where nth = $2::integer) end as next_key
from page
