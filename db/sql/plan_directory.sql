-- Everyone whom a plan's document may name.
select json_build_object('parties', coalesce(json_agg(party), '[]'))::text as body
from (
	select json_build_object('code', code, 'name', name, 'short_name', short_name, 'aliases', aliases, 'group', false) as party
	from agency
	union all
	select json_build_object('code', code, 'name', name, 'short_name', null, 'aliases', aliases, 'group', true)
	from agency_group
) parties
