-- $1 id, $2 today, $3 roles, $4 agency of the caller, $5 actions of the workflow
select deadline_view(d, t.title, v.sees, $2::date, n.number, c.number, deadline_actions(d.agency, $5::jsonb, $3::text[], $4))::text as body,
	case when v.sees then d.version else d.public_version end as version,
	deadline_variant(e.version, t.version, p.version, v.sees, d.agency = $4) as variant
from deadline d
join plan p on p.code = d.plan
cross join lateral (select deadline_sees(d, p.publish_progress, $3::text[], $4) as sees offset 0) v
cross join calendar_edition e
left join task t on t.code = d.task
left join calendar_day c on c.day = d.due_on
left join calendar_day n on n.day = $2::date
where d.id = deadline_id($1) and deadline_shown(d, p.publish_progress, $3::text[], $4)
