-- $1 {"days": [{date, kind, reason, verified}]}; what has been edited is left alone
select calendar_seed($1::jsonb) as seeded
