-- $1 body {agency, name}, $2 SHA-256 of the key as hex, $3 today, $4 roles, $5 agency of the caller
select outcome, errors, body_json as body, feed_version as version, location
from calendar_feed_create($1::jsonb, $2, $3::date, $4::text[], $5)
