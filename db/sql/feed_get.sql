-- $1 SHA-256 of the key as hex, $2 today
with held as materialized (
	-- Both only grow, so that their sum is another one whenever either changes.
	select f.agency, a.name,
		coalesce((select g.version from agenda g where g.agency = f.agency), 0) + a.version as version
	from calendar_feed f
	join agency a on a.code = f.agency
	where f.key_hash = decode($1, 'hex') and f.revoked_on is null
)
select h.version, e.body
from held h
left join lateral (
	select json_build_object('name', 'Hạn kiểm soát thủ tục hành chính: ' || h.name,
		'events', coalesce(json_agg(calendar_event(d, t.title, o.epoch) order by d.due_on, d.id), '[]'))::text as body
	from feed_epoch() o (epoch)
	-- From the beginning of last year, at most as many as a calendar program can be asked to take: the last ones.
	left join lateral (
		select *
		from deadline
		where agency = h.agency and due_on >= (date_trunc('year', $2::date) - interval '1 year')::date
		order by due_on desc, id desc
		limit 2000
	) d on true
	left join task t on t.code = d.task
	where d.id is not null
) e on true
