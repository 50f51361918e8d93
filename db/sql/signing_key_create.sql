-- $1 kid, $2 PEM; nothing happens when there is one in use
insert into signing_key (kid, algorithm, pem, made_at, in_use)
select $1, 'ES256', $2, clock_timestamp(), true
where not exists (select from signing_key where in_use)
on conflict do nothing
