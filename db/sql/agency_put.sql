-- $1 code, $2 body, $3 versions that may be replaced (null: any; empty: it must not exist yet)
with locked as (
	select * from agency where code = $1 for no key update
), allowed as (
	-- One row when the precondition holds (RFC 9110, 13.1).
	select l.code
	from (select) always
	left join locked l on true
	where case
			when $3::bigint[] = '{}' then l.code is null
			when $3::bigint[] is null then l.code is not null
			else l.version = any ($3::bigint[])
		end
), checked as (
	select agency_errors($1, $2::jsonb) as errors from allowed
), wanted as (
	select n.*
	from checked, jsonb_populate_record(null::agency, '{"groups": [], "contact": {}, "aliases": []}'::jsonb || $2::jsonb
		|| jsonb_build_object('contact', jsonb_strip_nulls(coalesce(nullif($2::jsonb->'contact', 'null'), '{}')))) n
	where checked.errors is null
), inserted as (
	insert into agency as a (code, name, short_name, kind, parent, official_code, groups, valid_from, valid_to,
		successor, contact, aliases)
	select $1, name, short_name, kind, parent, official_code, groups, valid_from, valid_to, successor, contact, aliases
	from wanted
	where $3::bigint[] = '{}'
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
	case when i.code is not null then '/v1/agencies/' || $1 end as location,
	case when i.code is not null then 201 end as status
from (select) always
left join checked c on true
left join now_stored d on true
left join inserted i on true
