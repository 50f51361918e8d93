-- Days off and make-up days, terms counted in working days, and the rules of
-- such terms, which differ between sources and are therefore data.

create table term_rule (
	code text collate "C" primary key check (code ~ '^[a-z0-9][a-z0-9.-]{0,63}$'),
	title text not null,
	value text not null,
	choices text[] not null,
	legal_basis text,
	version bigint not null default 1,
	check (value = any (choices))
);
comment on table term_rule is
	'How terms are counted, where sources leave it open. legal_basis is what the office names for the value, if it does.';

create function term_rule_json(r term_rule) returns json
language sql stable parallel safe
return json_build_object('code', r.code, 'title', r.title, 'value', r.value, 'choices', to_json(r.choices),
	'legal_basis', r.legal_basis, 'version', r.version);
comment on function term_rule_json is 'The stored representation, and what callers get.';

call ledger_attach('term_rule', 'term-rule');

insert into term_rule (code, title, value, choices) values
	('makeup-days', 'Ngày làm bù (thứ Bảy, Chủ nhật) có được tính là ngày làm việc của thời hạn hay không', 'count',
		array['count', 'skip']),
	('term-end', 'Thời hạn tính theo ngày kết thúc vào ngày nghỉ thì lùi đến ngày làm việc tiếp theo hay giữ nguyên', 'next',
		array['next', 'stay']),
	('named-date', 'Ngày đến hạn được nêu đích danh rơi vào ngày nghỉ thì lùi đến ngày làm việc tiếp theo hay giữ nguyên', 'stay',
		array['next', 'stay']),
	('period-end', 'Ngày cuối kỳ (quý, sáu tháng, năm) rơi vào ngày nghỉ thì lùi đến ngày làm việc tiếp theo hay giữ nguyên', 'stay',
		array['next', 'stay']);

create function term_rule_value(of_code text) returns text
language plpgsql stable as $$
begin
	return (select value from term_rule where code = of_code);
end $$;

create table calendar_edition (
	only_one boolean primary key default true check (only_one),
	version bigint not null default 1
);
insert into calendar_edition default values;
comment on table calendar_edition is
	'How often days or rules have changed. Whoever changes what deadlines follow from (days, rules, plans, agencies), or makes and moves deadlines in numbers, holds this row, and takes it before any deadline: so nobody works dates out from what is just being changed, and no two wait for each other.';

create table calendar_day (
	day date primary key,
	code text collate "C" not null unique,
	kind text not null check (kind in ('work', 'off')),
	reason text,
	verified boolean not null default true,
	working boolean not null,
	number integer not null,
	version bigint not null default 1
) with (fillfactor = 80);
create index calendar_day_number on calendar_day (number, day);
comment on column calendar_day.kind is 'As it is worked; on a Saturday or Sunday "work" is a make-up day.';
comment on column calendar_day.working is 'Whether it counts for terms: a make-up day only when the rule makeup-days says so.';
comment on column calendar_day.number is
	'How many days that count there are up to this one, from the first of the table: the days between two are one subtraction.';

insert into calendar_day (day, code, kind, working, number)
select day, to_char(day, 'YYYY-MM-DD'), case when working then 'work' else 'off' end, working,
	count(*) filter (where working) over (order by day)
from (
	select day::date, extract(isodow from day) < 6 as working
	from generate_series(date '2020-01-01', date '2040-12-31', interval '1 day') as day
) days;

create function calendar_day_json(c calendar_day) returns json
language sql stable parallel safe
return json_build_object('date', c.day, 'kind', c.kind, 'reason', c.reason, 'verified', c.verified, 'version', c.version);
comment on function calendar_day_json is 'The stored representation. Whether a day counts follows from it and the rules.';

create function calendar_day_view(c calendar_day) returns json
language sql stable parallel safe
return json_build_object('date', c.day, 'weekday', extract(isodow from c.day)::integer, 'kind', c.kind, 'working', c.working,
	'reason', c.reason, 'verified', c.verified, 'version', c.version);
comment on function calendar_day_view is 'What a caller gets.';

call ledger_attach('calendar_day', 'calendar');
-- The running number of other days changes with each edit; that is no news of theirs.
drop trigger calendar_day_ledger on calendar_day;
create or replace function calendar_day_ledger() returns trigger
language plpgsql security definer set search_path = kstthc, pg_temp as $$
begin
	-- Who copies the calendar knows weekdays: news are the days that somebody has set.
	perform ledger_put('calendar', new.code, case old.version when 1 then 'create' else 'update' end, new.version,
		calendar_day_json(new));
	return null;
end $$;
create trigger calendar_day_ledger after update on calendar_day
	for each row when (new.version <> old.version) execute function calendar_day_ledger();

create function calendar_day_reason(of_day date, reason text) returns text
language sql immutable parallel safe
return coalesce(reason, case extract(isodow from of_day) when 6 then 'Thứ Bảy' when 7 then 'Chủ nhật' end);

create function calendar_renumber(from_day date) returns void
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
declare
	before integer := coalesce((select number from calendar_day where day = from_day - 1), 0);
	counts_makeup boolean := term_rule_value('makeup-days') = 'count';
begin
	update calendar_day c set working = n.working, number = n.number
	from (
		select day, counts as working, before + count(*) filter (where counts) over (order by day) as number
		from (
			select day, kind = 'work' and (counts_makeup or extract(isodow from day) < 6) as counts
			from calendar_day
			where day >= from_day
		) days
	) n
	where c.day = n.day and (c.working, c.number) is distinct from (n.working, n.number);
end $$;
comment on function calendar_renumber is 'Which days count, and their running numbers, from that day on.';

create function next_working_day(from_day date) returns date
language plpgsql stable as $$
begin
	return (
		select min(d.day)
		from calendar_day f
		join calendar_day d on d.working and d.number = f.number + case when f.working then 0 else 1 end
		where f.day = from_day);
end $$;
comment on function next_working_day is 'The day itself when it counts. Null outside the calendar.';

create function term_end(from_day date, working_days integer) returns date
language plpgsql stable as $$
begin
	return (
		select min(d.day)
		from calendar_day f
		join calendar_day d on d.working
			and d.number = f.number + case when working_days = 0 and not f.working then 1 else working_days end
		where f.day = from_day);
end $$;
comment on function term_end is
	'The last day of a term of so many working days: the first day is not counted. Null outside the calendar.';

create function term_end_days(from_day date, days integer) returns date
language plpgsql stable as $$
begin
	return case
		when (select count(*) from calendar_day where day in (from_day, from_day + days)) < least(2, 1 + days) then null
		when term_rule_value('term-end') = 'next' then next_working_day(from_day + days)
		else from_day + days
	end;
end $$;
comment on function term_end_days is 'The last day of a term of so many days; the first day is not counted. Null outside the calendar.';

create function working_days(from_day date, to_day date) returns integer
language plpgsql stable as $$
begin
	return coalesce(
		(select number from calendar_day where day = to_day) - (select number from calendar_day where day = from_day),
		-- Beyond the calendar only weekends are known.
		(select count(*) from generate_series(from_day + 1, to_day, interval '1 day') as d (day) where extract(isodow from d.day) < 6)
			- (select count(*) from generate_series(to_day + 1, from_day, interval '1 day') as d (day) where extract(isodow from d.day) < 6));
end $$;
comment on function working_days is 'Working days after the one up to the other; negative when that is earlier.';

create function weekday_after(from_day date, days integer) returns date
language sql immutable parallel safe as $$
	select d.day::date
	from generate_series(from_day + sign(days)::integer, from_day + 3 + 2 * days, interval '1 day') as d (day)
	where extract(isodow from d.day) < 6
	order by d.day
	offset greatest(days - 1, 0) limit 1
$$;
comment on function weekday_after is 'As term_end(), of days that the calendar does not have: as if there were no holidays.';

grant select on term_rule, calendar_day, calendar_edition to kstthc_service, kstthc_public;
grant update on term_rule, calendar_day, calendar_edition to kstthc_service;
grant execute on function term_rule_json, term_rule_value, calendar_day_view, calendar_day_reason, next_working_day, term_end,
	term_end_days, working_days, weekday_after to kstthc_service, kstthc_public;
grant execute on function calendar_renumber to kstthc_service;
