-- $1 {"groups": [{code, name, aliases, note}]}; what is there is left alone
with inserted as (
	insert into agency_group (code, name, aliases, note)
	select code, name, coalesce(aliases, '{}'), note
	from jsonb_to_recordset($1::jsonb->'groups') as g (code text, name text, aliases text[], note text)
	on conflict (code) do nothing
	returning code
)
select count(*) as seeded from inserted
