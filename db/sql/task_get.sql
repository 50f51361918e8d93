-- $1 code, $2 roles of the caller
select task_view(t, s)::text as body, t.version
from task t
join plan p on p.code = t.plan
join plan_section s on s.plan = t.plan and s.ordinal = t.section
where t.code = $1 and (p.status = 'issued' or 'office' = any ($2::text[]))
