-- $1 query {from, working_days or days}
select outcome, errors, body_json as body from calendar_term($1::jsonb)
