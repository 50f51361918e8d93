-- $1 hash of operation, caller and key, $2 hash of the request; both as hex
select idempotency_begin(decode($1, 'hex'), decode($2, 'hex'))
