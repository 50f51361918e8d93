-- $1 code of the caller's agency, or null
select json_build_object('code', code, 'name', name)::text as body from agency where code = $1
