-- $1 kid, $2 PEM; nothing happens when there is a key that stays. One that is made here is used at once, unknown to
-- copies that run: so not while one key follows another, when the new one stays and is not yet used.
insert into signing_key (code, algorithm, pem, generation, made_at, use_from)
select $1, 'ES256', $2, coalesce(max(generation), 0) + 1, clock_timestamp(), clock_timestamp()
from signing_key
having not exists (select from signing_key where withdraw_at is null)
on conflict do nothing
