-- That the database answers, and its schema's version.
select json_build_object('status', 'ok', 'schema', max(number))::text as body
from schema_migration
