-- plan: custom
-- $1 query {after, resource}, $2 limit
with origin as (
	select epoch, hash from ledger_origin
), asked as (
	select parts[1] as epoch, parts[2]::bigint as seq, parts[3] as hash
	from regexp_match(coalesce($1::jsonb->>'after', ''), '^([0-9a-f]{1,32})\.([0-9]{1,18})\.([0-9a-f]{16})$') as parts
), start as (
	select
		case
			when $1::jsonb->>'after' is null then 0
			-- The entry at that number must still have that hash: after a restore it has another, or is not there.
			when a.epoch = o.epoch and a.hash = left(encode(case when a.seq = 0 then o.hash
				else (select l.hash from ledger l where l.seq = a.seq) end, 'hex'), 16) then a.seq
		end as seq,
		$1::jsonb->>'after' is not null and a.epoch is null as malformed
	from origin o
	left join asked a on true
), page as (
	-- At most so many entries, and 4 MB of them, but one always.
	select l.*, row_number() over (order by l.seq) as nth, sum(l.bytes) over (order by l.seq) - l.bytes as bytes_before
	from (
		select *
		from ledger
		where seq > (select seq from start)
			and resource <> all (array(select resource from ledger_audit))
			-- Asked for by name there is nothing to look through.
			and not exists (select from ledger_audit where resource = $1::jsonb->>'resource')
			and ($1::jsonb->>'resource' is null or resource = $1::jsonb->>'resource')
		order by seq
		limit $2::integer + 1
	) l
), kept as (
	select * from page where nth <= $2::integer and bytes_before < 4194304
), reached as (
	-- A filtered reader that has seen all goes on from the ledger's end, not from the last entry of its resource.
	select more, case when more then (select max(seq) from kept)
		else greatest((select seq from start), (select max(seq) from ledger)) end as seq
	from (select (select count(*) from kept) < (select count(*) from page) as more) page_end
)
select
	case when s.malformed then 'invalid_parameter' when s.seq is null then 'cursor_gone' else 'ok' end as outcome,
	case when s.malformed
		then jsonb_build_array(jsonb_build_object('parameter', 'after', 'code', 'bad_format')) end as errors,
	case when s.seq is not null then
		'{"items":[' || coalesce((
			select string_agg(json_build_object('seq', seq, 'resource', resource, 'key', key, 'op', op, 'version', version,
				'at', to_char(at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS.US"+07:00"'), 'actor', actor,
				'data', data, 'hash', encode(hash, 'hex'))::text, ',' order by seq)
			from kept), '')
		|| '],"next":"' || o.epoch || '.' || coalesce(r.seq, 0) || '.'
		|| left(encode(coalesce((select hash from ledger where seq = r.seq), o.hash), 'hex'), 16)
		|| '","has_more":' || case when r.more then 'true' else 'false' end || '}'
	end as body
from start s, origin o, reached r
