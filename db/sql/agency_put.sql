-- $1 code, $2 body, $3 versions that may be replaced (null: any; empty: it must not exist yet)
select outcome, errors, body, version, location, status
from agency_put($1, $2::jsonb, $3::bigint[])
