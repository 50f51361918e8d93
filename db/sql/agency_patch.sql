-- $1 code, $2 merge patch, $3 versions that may be changed (null: any)
with locked as (
	select * from agency where code = $1 for no key update
), patched as (
	select l.version as was,
		to_jsonb(l) - 'search' || $2::jsonb || jsonb_build_object('code', l.code, 'contact',
			jsonb_strip_nulls(l.contact || coalesce(nullif($2::jsonb->'contact', 'null'), '{}'))) as body
	from locked l
	where $3::bigint[] is null or l.version = any ($3::bigint[])
), checked as (
	select p.body, agency_errors($1, p.body) as errors
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
left join updated u on true
