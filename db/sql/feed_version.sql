-- $1 SHA-256 of the key as hex
select coalesce((select g.version from agenda g where g.agency = f.agency), 0) + a.version as version
from calendar_feed f
join agency a on a.code = f.agency
where f.key_hash = decode($1, 'hex') and f.revoked_on is null
