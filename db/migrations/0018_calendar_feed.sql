-- Addresses at which an agency's deadlines are read as a calendar (RFC 5545):
-- who has one may read them, and nothing else.
create table calendar_feed (
	id bigint primary key generated always as identity,
	code text collate "C" not null generated always as (id::text) stored,
	agency text collate "C" not null references agency,
	name text,
	key_hash bytea not null unique check (octet_length(key_hash) = 32),
	created_on date not null,
	revoked_on date,
	version bigint not null default 1
);
create index calendar_feed_agency on calendar_feed (agency, id) where revoked_on is null;
comment on column calendar_feed.key_hash is 'SHA-256 of the key in the address, of 256 random bits; the key itself is kept nowhere.';

create function calendar_feed_json(f calendar_feed) returns json
language sql stable parallel safe
return json_build_object('id', f.code, 'agency', f.agency, 'name', f.name, 'created_on', f.created_on,
	'revoked_on', f.revoked_on, 'version', f.version);
comment on function calendar_feed_json is 'The stored representation, and what callers get; never a key nor its hash.';

call ledger_attach('calendar_feed', 'calendar-feed', 'new.id::text');
insert into ledger_audit values ('calendar-feed');

create function calendar_feed_create(body jsonb, key_hash text, today date, roles text[], own text)
	returns table (outcome text, errors jsonb, body_json text, feed_version bigint, location text)
language plpgsql volatile as $$
declare
	of_agency text := coalesce(body->>'agency', case when 'agency' = any (roles) then own end);
	f calendar_feed;
begin
	if of_agency is null then
		outcome := 'invalid';
		errors := jsonb_build_array(jsonb_build_object('pointer', '/agency', 'code', 'required'));
	elsif not roles && array['viewer', 'office'] and of_agency is distinct from own then
		outcome := 'not_found';
	else
		-- The agency's row, so that the count is right while others are made.
		perform from agency a where a.code = of_agency for no key update;
		if not found then
			outcome := 'invalid';
			errors := jsonb_build_array(jsonb_build_object('pointer', '/agency', 'code', 'unknown_agency', 'value', of_agency));
		elsif (select count(*) >= 100 from calendar_feed t where t.agency = of_agency and t.revoked_on is null) then
			outcome := 'invalid';
			errors := jsonb_build_array(jsonb_build_object('pointer', '', 'code', 'too_many', 'value', '100'));
		else
			delete from calendar_feed t where t.agency = of_agency and t.revoked_on < today - 30;
			insert into calendar_feed (agency, name, key_hash, created_on)
			values (of_agency, body->>'name', decode(calendar_feed_create.key_hash, 'hex'), today)
			returning * into f;
			body_json := calendar_feed_json(f)::text;
			feed_version := f.version;
			location := '/v1/calendar-feeds/' || f.code;
		end if;
	end if;
	return next;
end $$;

create function feed_epoch() returns text
language sql stable security definer set search_path = kstthc, pg_temp as $$
	select epoch from ledger_origin
$$;
comment on function feed_epoch is 'What makes the ids of this database''s deadlines unique in the world (RFC 7986, 5.3).';

create function calendar_event(d deadline, title text, epoch text) returns json
language plpgsql stable parallel safe as $$
begin
	return json_build_object('uid', 'deadline-' || d.code || '@' || epoch || '.kstthc',
		'stamp', to_char(d.changed_at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'),
		'date', d.due_on, 'sequence', d.sequence,
		'summary', case d.status when 'done' then 'Đã hoàn thành: ' when 'reported' then 'Chờ xác nhận: ' else 'Hạn: ' end
			|| coalesce(title, d.former_title) || coalesce(' (' || d.part_label || ')', ''),
		'description', concat_ws(E'\n',
			case d.role when 'lead' then 'Chủ trì' else 'Thực hiện' end || ', thời gian theo kế hoạch: ' || d.timing_text,
			'Kỳ: ' || d.period, 'Hạn: ' || to_char(d.due_on, 'DD/MM/YYYY')
				|| coalesce(', hạn ban đầu ' || to_char(d.original_due_on, 'DD/MM/YYYY'), ''),
			'Mức độ hoàn thành: ' || d.percent || '%'),
		'cancelled', d.status = 'cancelled',
		-- 8 o'clock in the morning at +07:00.
		'alarms', case when d.status = 'open' then (
			-- The days from which so many working days are left, the due one counted as the last even when it is a day off.
			select coalesce(json_agg(to_char(c.day, 'YYYYMMDD"T010000Z"') order by c.day), '[]')
			from calendar_day f
			cross join unnest(array[7, 3, 1]) days
			join calendar_day c on c.working and c.number = f.number - days + case when f.working then 0 else 1 end
			where f.day = d.due_on) else '[]' end);
end $$;
comment on function calendar_event is 'A deadline as an event of a calendar.';

grant select on calendar_feed to kstthc_service, kstthc_public;
grant insert, update, delete on calendar_feed to kstthc_service;
grant execute on function calendar_feed_json, calendar_feed_create to kstthc_service;
grant execute on function feed_epoch, calendar_event to kstthc_public, kstthc_service;
