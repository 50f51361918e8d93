-- plan: custom
-- $1 filters, $2 limit, $3 after [seq]
with page as (
	-- At most so many entries, and 4 MB of them, but one always.
	select l.*, row_number() over (order by l.seq desc) as nth, sum(l.bytes) over (order by l.seq desc) - l.bytes as bytes_before
	from (
		select *
		from ledger
		where ($1::jsonb->>'from' is null
				or at >= ($1::jsonb->>'from')::timestamp at time zone 'Asia/Ho_Chi_Minh')
			and ($1::jsonb->>'to' is null
				or at < (($1::jsonb->>'to')::date + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh')
			and ($1::jsonb->>'resource' is null or resource = $1::jsonb->>'resource')
			and ($1::jsonb->>'key' is null or key = $1::jsonb->>'key')
			and ($1::jsonb->>'actor' is null or actor = $1::jsonb->>'actor')
			and ($1::jsonb->>'request_id' is null or request_id = $1::jsonb->>'request_id')
			and ($3::jsonb is null or seq < ($3::jsonb->>0)::bigint)
		order by seq desc
		limit $2::integer + 1
	) l
), kept as (
	select * from page where nth <= $2::integer and bytes_before < 4194304
)
select '[' || coalesce(string_agg(json_build_object('seq', seq, 'resource', resource, 'key', key, 'op', op,
			'version', version, 'at', to_char(at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS.US"+07:00"'),
			'actor', actor, 'request_id', request_id, 'data', data, 'hash', encode(hash, 'hex'))::text, ',' order by nth), '') || ']' as body,
	case when count(*) < (select count(*) from page) then jsonb_build_array(min(seq)) end as next_key
from kept
