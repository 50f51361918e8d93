-- $1 kid, $2 PEM; nothing happens when there is one that can be signed with
insert into signing_key (code, algorithm, pem, generation, made_at, use_from)
select $1, 'ES256', $2, coalesce(max(generation), 0) + 1, clock_timestamp(), clock_timestamp()
from signing_key
having not exists (
	select from signing_key
	where use_from <= clock_timestamp() and (withdraw_at is null or withdraw_at > clock_timestamp() + interval '1 day'))
on conflict do nothing
