-- $1 code, $2 body {keep_old_seconds}, $3 versions that may be changed (null or 0: any), $4 SHA-256 of the new secret as hex
--
-- While an old secret is kept, another rotation would end it before its time: somebody who asks twice because an answer
-- was lost would lock the program out. So that takes the version, or a word that nothing is to be kept.
with locked as (
	select *, old_secret_until > clock_timestamp() and $3::bigint[] is null
		and coalesce(($2::jsonb->>'keep_old_seconds')::integer, 86400) > 0 as too_soon
	from client where code = $1 for no key update
), updated as (
	update client c
	set secret_hash = decode($4, 'hex'), secret_made_at = clock_timestamp(),
		old_secret_hash = case when kept.seconds > 0 then c.secret_hash end,
		old_secret_until = case when kept.seconds > 0 then clock_timestamp() + make_interval(secs => kept.seconds) end,
		version = c.version + 1
	from locked l, (select coalesce(($2::jsonb->>'keep_old_seconds')::integer, 86400) as seconds) kept
	where c.code = l.code and l.too_soon is not true and ($3::bigint[] is null or l.version = any ($3::bigint[]) or 0 = any ($3::bigint[]))
	returning c.*
)
select
	case when u.code is not null then 'ok' when l.too_soon then 'wrong_state' else 'stale_version' end as outcome,
	client_json(u)::text as body,
	u.version
from locked l
left join updated u on true
