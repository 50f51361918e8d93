-- $1 code, $2 merge patch, $3 versions that may be changed (null: any)
select outcome, errors, body, version
from agency_patch($1, $2::jsonb, $3::bigint[])
