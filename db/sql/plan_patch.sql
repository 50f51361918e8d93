-- $1 code, $2 merge patch {publish_progress}, $3 versions that may be changed (null: any)
select outcome, body, version
from plan_patch($1, $2::jsonb, $3::bigint[])
