-- Takes expired answers away, at most so many at once.
select idempotency_purge(1000) = 1000 as more
