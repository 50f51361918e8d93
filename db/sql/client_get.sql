-- $1 code
select client_json(c)::text as body, c.version
from client c
where c.code = $1
