-- Answers to requests that carried an Idempotency-Key: whoever sends one again
-- within 24 hours gets the same answer, and nothing is done twice.
create table idempotency (
	key bytea primary key check (octet_length(key) = 32),
	request bytea not null check (octet_length(request) = 32),
	at timestamptz not null,
	nonce text not null,
	status text,
	version text,
	location text,
	body text
);
create index idempotency_at on idempotency (at);
comment on table idempotency is
	'Keyed by a hash over operation, caller and key. Holds what the statement answered; a secret that was given out beside it cannot be made from what is here without the key as it was sent.';
comment on column idempotency.nonce is
	'Of a secret that was given out in the answer, which is made again of this, of derivation_secret and of the key as it was sent.';

create function idempotency_begin(of_key bytea, of_request bytea) returns void
language plpgsql volatile as $$
declare
	-- A variable, not the function itself: as that may give another value at each row, it is no index's condition.
	oldest timestamptz := clock_timestamp() - interval '24 hours';
	found_row idempotency;
begin
	-- Not "on conflict": the second sender would wait for the first. A lock that cannot be had at once says that the
	-- same request is being done at this moment; one that can, that whoever had it has committed or given up.
	if not pg_try_advisory_xact_lock(('x' || left(encode(of_key, 'hex'), 16))::bit(64)::bigint) then
		raise exception 'the same request is being done' using errcode = 'KI001';
	end if;
	select * into found_row from idempotency where key = of_key;
	if found_row.at > oldest then
		if found_row.request <> of_request then
			raise exception 'another request had this key' using errcode = 'KI002';
		end if;
		raise exception 'this request has been done' using errcode = 'KI003';
	end if;
	-- Its own that has expired; all others are taken away by idempotency_purge(), which never waits for anyone.
	delete from idempotency where key = of_key;
end $$;
comment on function idempotency_begin is
	'Runs first in the transaction of a request that has a key. SQLSTATE KI001: being done; KI002: another request; KI003: done, its answer is in idempotency.';

create function idempotency_purge(most integer default 1000) returns bigint
language plpgsql volatile as $$
declare
	oldest timestamptz := clock_timestamp() - interval '24 hours';
	purged bigint;
begin
	delete from idempotency where key = any (array(
		select key from idempotency where at <= oldest order by at limit most for update skip locked));
	get diagnostics purged = row_count;
	return purged;
end $$;
comment on function idempotency_purge is 'Takes at most so many expired answers away; returns how many.';

grant select, insert, delete, update on idempotency to kstthc_service;
grant execute on function idempotency_begin, idempotency_purge to kstthc_service;

-- Of what must be the same each time it is made, so that it need not be kept:
-- secrets given out in answer to a request that may be sent again.
create table derivation_secret (
	only_one boolean primary key default true check (only_one),
	secret bytea not null check (octet_length(secret) = 32)
);
insert into derivation_secret (secret)
select sha256(string_agg(uuid_send(gen_random_uuid()), null)) from generate_series(1, 4);
grant select on derivation_secret to kstthc_service;
