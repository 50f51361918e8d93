create table plan (
	code text collate "C" primary key check (code ~ '^[a-z0-9][a-z0-9.-]{0,39}$'),
	year integer not null check (year between 2000 and 2199),
	title text not null,
	status text not null default 'draft' check (status in ('draft', 'issued')),
	decision_number text,
	decision_date date,
	issuer text,
	issued_on date,
	sections jsonb not null check (jsonb_typeof(sections) = 'array'),
	target_rule jsonb,
	indicators jsonb not null default '[]',
	version bigint not null default 1
);
comment on table plan is 'A year''s plan. A draft is seen by the office alone; an issued one is binding and public.';
comment on column plan.indicators is 'The appendix as the document states it.';

create table plan_section (
	plan text collate "C" not null references plan on delete cascade,
	ordinal integer not null check (ordinal > 0),
	label text not null,
	title text not null,
	ancestors jsonb not null default '[]',
	primary key (plan, ordinal)
);
comment on table plan_section is
	'Headings that hold tasks, kept from plan.sections by a trigger: so that a task''s section exists. The key is the ordinal: the plan of 2025 has two sections B.I.';

create function plan_section_fill() returns trigger
language plpgsql security definer set search_path = kstthc, pg_temp as $$
begin
	-- Sections no longer in the plan go with plan_store(), once no task is left in them.
	insert into plan_section (plan, ordinal, label, title, ancestors)
	select new.code, s.ordinal, s.label, s.title, coalesce(s.ancestors, '[]')
	from jsonb_to_recordset(new.sections) as s (ordinal integer, label text, title text, ancestors jsonb)
	on conflict (plan, ordinal) do update
	set label = excluded.label, title = excluded.title, ancestors = excluded.ancestors;
	return null;
end $$;
create trigger plan_section_fill after insert or update of sections on plan
	for each row execute function plan_section_fill();

create function task_search(title text, parts jsonb) returns tsvector
language sql immutable parallel safe
return search_vector(title || ' / ' || coalesce(
	(select string_agg(value #>> '{}', ' / ') from jsonb_path_query(parts, '$[*].outputs[*]') as value), ''));

create function task_timings(parts jsonb) returns text[]
language sql immutable parallel safe
return array(select distinct value #>> '{}' from jsonb_path_query(parts, '$[*].timings[*].kind') as value order by 1);

create function task_parties(parts jsonb) returns text[]
language sql immutable parallel safe
return array(select distinct party
	from jsonb_path_query(parts, '$[*].assignments[*]') as value,
		lateral (values
			(coalesce('agency:' || (value->>'agency'), 'group:' || (value->>'group'))),
			(coalesce('agency:' || (value->>'agency'), 'group:' || (value->>'group')) || ':' || (value->>'role')),
			(':' || (value->>'role'))) parties (party)
	where party is not null
	order by 1);
comment on function task_parties is
	'Who is named: each as "agency:code", "agency:code:role" (or "group:…"), and the roles as ":role".';

create function agency_parties(of_agency text, in_role text) returns text[]
language plpgsql stable as $$
begin
	return (
		select array_agg(party || coalesce(':' || in_role, ''))
		from (
			select 'agency:' || of_agency as party
			union all
			select 'group:' || g from agency a, unnest(a.groups) g where a.code = of_agency
		) parties);
end $$;
comment on function agency_parties is
	'The values of task.parties that name an agency or a group it is in. Stable plpgsql, so that the planner can ask it for its estimates.';

create table task (
	code text collate "C" primary key generated always as (plan || '.' || number) stored,
	plan text collate "C" not null references plan on delete cascade,
	number integer not null check (number > 0),
	label text,
	section integer not null,
	title text not null,
	parts jsonb not null check (jsonb_typeof(parts) = 'array' and jsonb_array_length(parts) > 0),
	version bigint not null default 1,
	search tsvector generated always as (task_search(title, parts)) stored,
	timings text[] generated always as (task_timings(parts)) stored,
	parties text[] generated always as (task_parties(parts)) stored,
	unique (plan, number),
	foreign key (plan, section) references plan_section (plan, ordinal)
);
comment on column task.label is 'The document''s own numbering, where it is not the number.';
comment on column task.parts is 'Pieces with their own outputs, timings and assignments; one for most tasks.';
create index task_section on task (plan, section, number);
create index task_search on task using gin (search);
create index task_timings on task using gin (timings);
create index task_parties on task using gin (parties);

create table task_party (
	task text collate "C" not null references task on delete cascade,
	role text not null,
	agency text collate "C" references agency,
	group_code text collate "C" references agency_group,
	check (num_nonnulls(agency, group_code) = 1),
	unique nulls not distinct (task, role, agency, group_code)
);
comment on table task_party is 'Who is named in task.parts, kept by a trigger: so that no unknown code is stored.';
create index task_party_agency on task_party (agency, task);
create index task_party_group on task_party (group_code, task);

create function task_party_fill() returns trigger
language plpgsql security definer set search_path = kstthc, pg_temp as $$
begin
	if tg_op = 'UPDATE' then
		delete from task_party where task = new.code;
	end if;
	insert into task_party (task, role, agency, group_code)
	select distinct new.code, value->>'role', value->>'agency', value->>'group'
	from jsonb_path_query(new.parts, '$[*].assignments[*]') as value
	where value ? 'agency' or value ? 'group';
	return null;
end $$;
create trigger task_party_fill after insert or update of parts on task
	for each row execute function task_party_fill();

create function section_now(of_plan text, of_ordinal integer) returns setof plan_section
language plpgsql volatile rows 1 as $$
begin
	return query select * from plan_section where plan = of_plan and ordinal = of_ordinal;
end $$;
comment on function section_now is
	'A section as it is now, for a statement that had to wait for its row: the statement''s own snapshot is older.';

create function task_json(t task) returns json
language sql stable parallel safe
return json_build_object('code', t.code, 'plan', t.plan, 'number', t.number, 'label', t.label,
	'section', t.section, 'title', t.title, 'parts', t.parts, 'version', t.version);
comment on function task_json is 'The stored representation: what the ledger keeps.';

create function task_view(t task, s plan_section) returns json
language sql stable parallel safe
return json_build_object('code', t.code, 'plan', t.plan, 'number', t.number, 'label', t.label,
	'section', json_build_object('ordinal', s.ordinal, 'label', s.label, 'title', s.title, 'ancestors', s.ancestors),
	'title', t.title, 'parts', t.parts, 'version', t.version);
comment on function task_view is 'What a caller gets.';

create function plan_item(p plan) returns json
language sql stable parallel safe
return json_build_object('code', p.code, 'year', p.year, 'title', p.title, 'status', p.status,
	'decision', json_build_object('number', p.decision_number, 'date', p.decision_date, 'issuer', p.issuer),
	'issued_on', p.issued_on, 'version', p.version);
comment on function plan_item is 'A plan in a list.';

create function plan_json(p plan) returns json
language sql stable parallel safe
return json_build_object('code', p.code, 'year', p.year, 'title', p.title, 'status', p.status,
	'decision', json_build_object('number', p.decision_number, 'date', p.decision_date, 'issuer', p.issuer),
	'issued_on', p.issued_on, 'sections', p.sections, 'target_rule', p.target_rule,
	'indicators', p.indicators, 'version', p.version);
comment on function plan_json is 'The stored representation, and what callers get.';

call ledger_attach('plan', 'plan');
call ledger_attach('task', 'task', $$new.plan || '.' || new.number$$);

grant execute on function agency_parties, task_view, plan_item, plan_json to kstthc_service, kstthc_public;
grant execute on function section_now, task_search, task_timings, task_parties to kstthc_service;
