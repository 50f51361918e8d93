-- $1 {"agencies": [...]}; what is there is left alone
with inserted as (
	insert into agency (code, name, short_name, kind, parent, official_code, groups, valid_from, valid_to, successor,
		contact, aliases, verified, note)
	select code, name, short_name, kind, parent, official_code, coalesce(groups, '{}'), valid_from, valid_to, successor,
		coalesce(contact, '{}'), coalesce(aliases, '{}'), coalesce(verified, true), note
	from jsonb_to_recordset($1::jsonb->'agencies') as a (code text, name text, short_name text, kind text, parent text,
		official_code text, groups text[], valid_from date, valid_to date, successor text, contact jsonb, aliases text[],
		verified boolean, note text)
	on conflict (code) do nothing
	returning code
)
select count(*) as seeded from inserted
