-- $1 a plan as createPlan takes it
select plan_seed($1::jsonb) as seeded
