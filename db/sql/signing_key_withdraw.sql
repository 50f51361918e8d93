-- $1 kid: withdrawn at once, unless it is the only one that could be signed with. When all that are left were to go
-- too, the newest one stays: what was to follow it is what is withdrawn here.
with usable as (
	select code, generation from signing_key
	where use_from <= clock_timestamp() and (withdraw_at is null or withdraw_at > clock_timestamp())
	for update
), withdrawn as (
	update signing_key k set withdraw_at = clock_timestamp(), version = k.version + 1
	where k.code = $1 and (k.withdraw_at is null or k.withdraw_at > clock_timestamp())
		and exists (select from usable where code <> $1)
	returning code
), kept as (
	update signing_key k set withdraw_at = null, version = k.version + 1
	where k.code = (select code from usable where code <> $1 order by generation desc limit 1)
		and k.withdraw_at is not null
		and exists (select from withdrawn)
		and not exists (select from signing_key where code <> $1 and withdraw_at is null)
	returning code
)
select
	case
		when exists (select from withdrawn) then 'ok'
		when exists (select from signing_key where code = $1 and (withdraw_at is null or withdraw_at > clock_timestamp()))
			then 'wrong_state'
		else 'not_found'
	end as outcome,
	(select code from kept) as kept
