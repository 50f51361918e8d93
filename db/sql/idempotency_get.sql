-- $1 hash of operation, caller and key, $2 hash of the request, both as hex
select nonce, status, version, location, body
from idempotency
where key = decode($1, 'hex') and request = decode($2, 'hex') and at > clock_timestamp() - interval '24 hours'
