-- $1 body, $2 versions of a draft that may be replaced (null: none was named; 0: any)
select outcome, errors, body_json as body, plan_version as version, location, status
from plan_store($1::jsonb, $2::bigint[])
