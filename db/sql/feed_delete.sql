-- $1 id, $2 versions that may be revoked (null: any), $3 today, $4 roles, $5 agency of the caller
with locked as (
	select id, version
	from calendar_feed
	where id = deadline_id($1) and revoked_on is null and ($4::text[] && array['viewer', 'office'] or agency = $5)
	for update
), revoked as (
	update calendar_feed f set revoked_on = $3::date, version = f.version + 1
	from locked l
	where f.id = l.id and ($2::bigint[] is null or l.version = any ($2::bigint[]))
	returning f.id
)
select case when r.id is null then 'stale_version' else 'ok' end as outcome
from locked l
left join revoked r on true
