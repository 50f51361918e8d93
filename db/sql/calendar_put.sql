-- $1 date, $2 body {kind, reason, verified}, $3 versions that may be replaced (null: any)
select outcome, body_json as body, day_version as version, variant
from calendar_put($1, $2::jsonb, $3::bigint[])
