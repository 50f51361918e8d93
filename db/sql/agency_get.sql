-- $1 code
select agency_json(a)::text as body, a.version
from agency a
where a.code = $1
