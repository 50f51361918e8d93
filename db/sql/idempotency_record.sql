-- $1 hash of operation, caller and key, $2 hash of the request, both as hex; $3 nonce of a secret given out; what was
-- answered: $4 status, $5 version, $6 location, $7 body
insert into idempotency (key, request, at, nonce, status, version, location, body)
values (decode($1, 'hex'), decode($2, 'hex'), clock_timestamp(), $3, $4, $5, $6, $7)
