-- $1 query {agency}, $2 limit, $3 after [due_on, id], $4 today, $5 roles, $6 agency of the caller, $7 actions of the workflow
select outcome, errors, version, body, next_key
from agenda_read($1::jsonb, $2::integer, $3::jsonb, $4::date, $5::text[], $6, $7::jsonb)
