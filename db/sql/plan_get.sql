-- $1 code, $2 roles of the caller
select plan_json(p)::text as body, p.version
from plan p
where p.code = $1 and (p.status = 'issued' or 'office' = any ($2::text[]))
