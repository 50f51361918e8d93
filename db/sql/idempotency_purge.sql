-- Takes expired answers away.
select idempotency_purge() as purged
