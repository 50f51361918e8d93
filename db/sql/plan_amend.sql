-- $1 code, $2 body {draft, renumbered, dropped, number, date, confirm}, $3 versions that may be amended (null or 0: any), $4 today
select outcome, errors, body_json as body, plan_version as version
from plan_amend($1, $2::jsonb, $3::bigint[], $4::date)
