-- $1 kid, $2 PEM, $3 seconds that it is published before it is used, $4 seconds that the ones before it stay after that
with pending as (
	select code from signing_key where use_from > clock_timestamp() and (withdraw_at is null or withdraw_at > clock_timestamp())
), made as (
	insert into signing_key (code, algorithm, pem, generation, made_at, use_from)
	select $1, 'ES256', $2, coalesce(max(generation), 0) + 1, clock_timestamp(),
		clock_timestamp() + make_interval(secs => $3::integer)
	from signing_key
	having not exists (select from pending)
	returning code, use_from
), leaving as (
	update signing_key k set withdraw_at = made.use_from + make_interval(secs => $4::integer), version = k.version + 1
	from made
	where k.withdraw_at is null and k.code <> made.code
	returning k.code
)
select
	case when exists (select from made) then 'ok' else 'wrong_state' end as outcome,
	(select string_agg(code, ', ') from pending) as pending,
	(select count(*) from leaving) as leaving
