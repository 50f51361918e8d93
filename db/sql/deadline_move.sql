-- $1 id, $2 the move {move, role, from}, $3 body, $4 versions that may be moved (null or 0: any), $5 today, $6 roles,
-- $7 agency of the caller, $8 actions of the workflow
select outcome, errors, body_json as body, deadline_version as version, variant, location
from deadline_move($1, $2::jsonb, $3::jsonb, $4::bigint[], $5::date, $6::text[], $7, $8::jsonb)
