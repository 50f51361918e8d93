-- Each locks its row in a statement of its own: what comes next sees the row as it then is. In one statement the change
-- would begin at the version of its snapshot, whose lock the next in the queue has while he waits for this one: a deadlock,
-- as soon as somebody's foreign key shares the row.

create function agency_patch(of_code text, patch jsonb, versions bigint[])
	returns table (outcome text, errors jsonb, body text, version bigint)
language plpgsql volatile as $$
#variable_conflict use_column
begin
	perform from agency where code = of_code for no key update;
	return query
	with locked as (
		select * from agency where code = of_code for no key update
	), patched as (
		select l.version as was,
			to_jsonb(l) - 'search' || patch || jsonb_build_object('code', l.code, 'contact',
				jsonb_strip_nulls(l.contact || coalesce(nullif(patch->'contact', 'null'), '{}'))) as body
		from locked l
		where versions is null or l.version = any (versions)
	), checked as (
		select p.body, agency_errors(of_code, p.body) as errors
		from patched p
	), wanted as (
		select n.*
		from checked c, jsonb_populate_record(null::agency, c.body) n
		where c.errors is null
	), updated as (
		update agency a
		set (name, short_name, kind, parent, official_code, groups, valid_from, valid_to, successor, contact, aliases, version)
			= (w.name, w.short_name, w.kind, w.parent, w.official_code, w.groups, w.valid_from, w.valid_to, w.successor,
				w.contact, w.aliases, a.version + 1)
		from wanted w
		where a.code = w.code
			and (a.name, a.short_name, a.kind, a.parent, a.official_code, a.groups, a.valid_from, a.valid_to, a.successor,
				a.contact, a.aliases)
			is distinct from (w.name, w.short_name, w.kind, w.parent, w.official_code, w.groups, w.valid_from, w.valid_to,
				w.successor, w.contact, w.aliases)
		returning a.*
	)
	select
		case
			when p.was is null then 'stale_version'
			when c.errors is not null then 'invalid'
			else 'ok'
		end as outcome,
		c.errors,
		case when u.code is not null then agency_json(u) else agency_json(l) end::text as body,
		coalesce(u.version, l.version) as version
	from locked l
	left join patched p on true
	left join checked c on true
	left join updated u on true;
end $$;

create function agency_put(of_code text, given jsonb, versions bigint[])
	returns table (outcome text, errors jsonb, body text, version bigint, location text, status integer)
language plpgsql volatile as $$
#variable_conflict use_column
begin
	perform from agency where code = of_code for no key update;
	return query
	with locked as (
		select * from agency where code = of_code for no key update
	), allowed as (
		-- One row when the precondition holds (RFC 9110, 13.1).
		select l.code
		from (select) always
		left join locked l on true
		where case
				when versions = '{}' then l.code is null
				when versions is null then l.code is not null
				else l.version = any (versions)
			end
	), checked as (
		select agency_errors(of_code, given) as errors from allowed
	), wanted as (
		select n.*
		from checked, jsonb_populate_record(null::agency, '{"groups": [], "contact": {}, "aliases": []}'::jsonb || given
			|| jsonb_build_object('contact', jsonb_strip_nulls(coalesce(nullif(given->'contact', 'null'), '{}')))) n
		where checked.errors is null
	), inserted as (
		insert into agency as a (code, name, short_name, kind, parent, official_code, groups, valid_from, valid_to,
			successor, contact, aliases)
		select of_code, name, short_name, kind, parent, official_code, groups, valid_from, valid_to, successor, contact, aliases
		from wanted
		where versions = '{}'
		on conflict (code) do nothing
		returning a.*
	), updated as (
		update agency a
		set (name, short_name, kind, parent, official_code, groups, valid_from, valid_to, successor, contact, aliases, version)
			= (w.name, w.short_name, w.kind, w.parent, w.official_code, w.groups, w.valid_from, w.valid_to, w.successor,
				w.contact, w.aliases, a.version + 1)
		from wanted w, locked l
		where a.code = l.code
			and (a.name, a.short_name, a.kind, a.parent, a.official_code, a.groups, a.valid_from, a.valid_to, a.successor,
				a.contact, a.aliases)
			is distinct from (w.name, w.short_name, w.kind, w.parent, w.official_code, w.groups, w.valid_from, w.valid_to,
				w.successor, w.contact, w.aliases)
		returning a.*
	), now_stored as (
		select * from inserted
		union all
		select * from updated
		union all
		select l.* from locked l, wanted where not exists (select from updated)
	)
	select
		case
			when d.code is not null then 'ok'
			when c.errors is not null then 'invalid'
			else 'stale_version'
		end as outcome,
		c.errors,
		agency_json(d)::text as body,
		d.version,
		case when i.code is not null then '/v1/agencies/' || of_code end as location,
		case when i.code is not null then 201 end as status
	from (select) always
	left join checked c on true
	left join now_stored d on true
	left join inserted i on true;
end $$;

create function plan_patch(of_code text, patch jsonb, versions bigint[])
	returns table (outcome text, body text, version bigint)
language plpgsql volatile as $$
#variable_conflict use_column
begin
	perform from plan where code = of_code for no key update;
	return query
	with locked as (
		select * from plan where code = of_code for no key update
	), updated as (
		update plan p set publish_progress = (patch->>'publish_progress')::boolean, version = p.version + 1
		from locked l
		where p.code = l.code and (versions is null or l.version = any (versions))
			and (patch->>'publish_progress')::boolean <> l.publish_progress
		returning p.*
	)
	select
		case when versions is null or l.version = any (versions) then 'ok' else 'stale_version' end as outcome,
		case when u.code is not null then plan_json(u) else plan_json(l) end::text as body,
		coalesce(u.version, l.version) as version
	from locked l
	left join updated u on true;
end $$;

grant execute on function agency_patch, agency_put, plan_patch to kstthc_service;
