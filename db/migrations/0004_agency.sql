create table agency_group (
	code text collate "C" primary key check (code ~ '^[a-z0-9][a-z0-9.-]{0,63}$'),
	name text not null,
	aliases text[] not null default '{}',
	note text,
	version bigint not null default 1
);
comment on table agency_group is
	'Agencies that plans name together, such as "các sở, ban, ngành". Membership is agency.groups.';
comment on column agency_group.aliases is 'Other spellings in documents; one that starts with ~ is a guess.';

create function agency_search(name text, short_name text, aliases text[]) returns tsvector
language sql immutable parallel safe
return search_vector(concat_ws(' / ', name, short_name) || ' / ' || coalesce(array_to_string(aliases, ' / '), ''));

create table agency (
	code text collate "C" primary key check (code ~ '^[a-z0-9][a-z0-9.-]{0,63}$'),
	name text not null,
	short_name text,
	kind text not null check (kind in ('provincial_office', 'service_centre', 'department', 'central_vertical',
		'media', 'commune', 'ward', 'special_zone', 'other')),
	parent text collate "C" references agency check (parent <> code),
	official_code text collate "C" unique,
	groups text[] not null default '{}',
	valid_from date,
	valid_to date,
	successor text collate "C" references agency check (successor <> code),
	contact jsonb not null default '{}',
	aliases text[] not null default '{}',
	verified boolean not null default true,
	note text,
	version bigint not null default 1,
	search tsvector generated always as (agency_search(name, short_name, aliases)) stored,
	check (valid_to >= valid_from)
);
comment on column agency.contact is 'Published for feedback (plan of 2025, task 40): address, phone, website, email.';
comment on column agency.official_code is 'Code of the commune-level unit, or the agency identifier of QĐ 20/2020/QĐ-TTg.';
create index agency_parent on agency (parent);
create index agency_successor on agency (successor);
create index agency_kind on agency (kind, code);
create index agency_groups on agency using gin (groups);
create index agency_search on agency using gin (search);

create function agency_json(a agency) returns json
language sql stable parallel safe
return json_build_object(
	'code', a.code, 'name', a.name, 'short_name', a.short_name, 'kind', a.kind, 'parent', a.parent,
	'official_code', a.official_code, 'groups', to_json(a.groups),
	'valid_from', a.valid_from, 'valid_to', a.valid_to, 'successor', a.successor,
	'contact', json_build_object('address', a.contact->'address', 'phone', a.contact->'phone',
		'website', a.contact->'website', 'email', a.contact->'email'),
	'aliases', to_json(a.aliases), 'version', a.version);
comment on function agency_json is 'The stored representation, and what callers get.';

create function agency_group_json(g agency_group) returns json
language sql stable parallel safe
return json_build_object('code', g.code, 'name', g.name, 'aliases', to_json(g.aliases), 'version', g.version);

call ledger_attach('agency', 'agency');
call ledger_attach('agency_group', 'group');

create function agency_leads_to(start text, target text, along text) returns boolean
language plpgsql stable as $$
begin
	return exists (
		with recursive step (code) as (
			select start collate "C"
			union
			select case along when 'parent' then a.parent else a.successor end
			from step join agency a on a.code = step.code
			where step.code <> target
		)
		select from step where code = target
	);
end $$;
comment on function agency_leads_to is 'Whether parents ("parent") or successors ("successor") from start on come to target.';

create function agency_errors(code text, body jsonb) returns jsonb
language plpgsql stable as $$
begin
	return (
		select jsonb_agg(error) from (
			select jsonb_build_object('pointer', '/parent', 'code', 'unknown_parent', 'value', body->>'parent') as error
			where not exists (select from agency a where a.code = body->>'parent')
				and body->>'parent' <> agency_errors.code
			union all
			select jsonb_build_object('pointer', '/parent', 'code', 'own_parent')
			where body->>'parent' = agency_errors.code
			union all
			select jsonb_build_object('pointer', '/successor', 'code', 'unknown_successor', 'value', body->>'successor')
			where not exists (select from agency a where a.code = body->>'successor')
				and body->>'successor' <> agency_errors.code
			union all
			select jsonb_build_object('pointer', '/' || along, 'code', 'cycle', 'value', body->>along)
			from unnest(array['parent', 'successor']) as along
			where (along = 'successor' or body->>along <> agency_errors.code)
				and agency_leads_to(body->>along, agency_errors.code, along)
			union all
			select jsonb_build_object('pointer', '/groups/' || (g.position - 1), 'code', 'unknown_group', 'value', g.code)
			from jsonb_array_elements_text(body->'groups') with ordinality as g (code, position)
			where not exists (select from agency_group where agency_group.code = g.code)
			union all
			select jsonb_build_object('pointer', '/official_code', 'code', 'taken', 'value', body->>'official_code')
			where exists (select from agency a where a.official_code = body->>'official_code'
				and a.code <> agency_errors.code)
			union all
			select jsonb_build_object('pointer', '/valid_to', 'code', 'valid_to_before_valid_from')
			where (body->>'valid_to')::date < (body->>'valid_from')::date
		) errors
	);
end $$;
comment on function agency_errors is 'What a body, put over the stored row, has wrong beyond its fields; null when nothing.';

grant select on agency, agency_group to kstthc_service, kstthc_public;
grant insert, update on agency to kstthc_service;
grant execute on function agency_json to kstthc_service, kstthc_public;
grant execute on function agency_search, agency_errors, agency_leads_to to kstthc_service;
