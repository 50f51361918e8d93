-- From the time words of a task to days: recurrences (RFC 5545, 3.3.10), what
-- they are due by, and what a body may say of a timing.

create function rrule_parts(rrule text) returns jsonb
language sql immutable parallel safe as $$
	select jsonb_object_agg(split_part(part, '=', 1), split_part(part, '=', 2))
	from regexp_split_to_table(rrule, ';') as part
$$;

create function rrule_error(rrule text, basis text) returns text
language plpgsql immutable as $$
declare
	parts jsonb;
	freq text;
begin
	if rrule !~ ('^FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)(;(INTERVAL=[1-9][0-9]?|BYMONTH=[0-9]{1,2}(,[0-9]{1,2}){0,11}'
			|| '|BYMONTHDAY=-?[0-9]{1,2}(,-?[0-9]{1,2}){0,30}|BYDAY=([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)){0,6}'
			|| '|COUNT=[1-9][0-9]{0,2}|UNTIL=[12][0-9]{3}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(T[0-9]{6}Z?)?))*$')
		or (select count(*) <> count(distinct split_part(part, '=', 1)) from regexp_split_to_table(rrule, ';') as part)
	then
		return 'bad_rrule';
	end if;
	parts := rrule_parts(rrule);
	freq := parts->>'FREQ';
	return case
		when exists (select from unnest(string_to_array(parts->>'BYMONTH', ',')::integer[]) m where m not between 1 and 12)
			or exists (select from unnest(string_to_array(parts->>'BYMONTHDAY', ',')::integer[]) d where abs(d) not between 1 and 31)
			or (parts ? 'COUNT' and parts ? 'UNTIL')
			or (parts ? 'UNTIL' and to_char(to_date(left(parts->>'UNTIL', 8), 'YYYYMMDD'), 'YYYYMMDD') <> left(parts->>'UNTIL', 8))
			or (parts ? 'BYMONTHDAY' and (freq = 'WEEKLY' or parts ? 'BYDAY'))
			or (parts ? 'BYDAY' and freq in ('YEARLY', 'DAILY'))
			or (freq = 'WEEKLY' and parts->>'BYDAY' ~ '[0-9]')
			-- Else some months would be nobody's, or a year's rule would be owed in years that it leaves out.
			or (freq = 'MONTHLY' and 12 % (parts->>'INTERVAL')::integer <> 0)
			or (freq = 'YEARLY' and (parts->>'INTERVAL')::integer > 1)
			or (freq = 'MONTHLY' and (parts->>'INTERVAL')::integer > 1 and parts ? 'BYMONTH')
			-- A day that no month named has would never come.
			or (parts ? 'BYMONTH' and parts ? 'BYMONTHDAY' and not exists (
				select from unnest(string_to_array(parts->>'BYMONTH', ',')::integer[]) m,
					unnest(string_to_array(parts->>'BYMONTHDAY', ',')::integer[]) d
				where abs(d) <= (array[29, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[case when m = 1 then 3 else m end]))
			then 'bad_rrule'
		when basis = 'statutory' and freq in ('WEEKLY', 'DAILY') then 'basis_not_allowed'
	end;
exception when others then
	return 'bad_rrule';
end $$;
comment on function rrule_error is 'bad_rrule: none, or beyond the subset that is kept. Null when it is right.';

create function month_span(first_month date, last_month date) returns text
language sql immutable parallel safe
return case
	when first_month = last_month then to_char(last_month, 'YYYY-MM')
	when last_month = first_month + interval '2 months' and extract(month from first_month)::integer % 3 = 1
		then to_char(last_month, 'YYYY-"Q"Q')
	when last_month = first_month + interval '5 months' and extract(month from first_month)::integer % 6 = 1
		then to_char(last_month, 'YYYY') || '-H' || (extract(month from last_month)::integer / 6)
	when last_month = first_month + interval '11 months' and extract(month from first_month) = 1 then to_char(last_month, 'YYYY')
	else to_char(first_month, 'YYYY-MM') || '/' || to_char(last_month, 'YYYY-MM')
end;
comment on function month_span is 'What a period is called: 2025-09, 2025-Q3, 2025-H1, 2025; others by their first and last month.';

create function recurrence_months(parts jsonb, of_year integer) returns table (first_month date, last_month date)
language plpgsql immutable parallel safe as $$
declare
	freq text := parts->>'FREQ';
	every integer := coalesce((parts->>'INTERVAL')::integer, 1);
	months integer[] := case when freq = 'YEARLY' and parts ? 'BYMONTHDAY' and not parts ? 'BYMONTH'
		-- A day without a month is one of each (RFC 5545, 3.3.10).
		then array(select generate_series(1, 12))
		else array(select distinct m from unnest(string_to_array(parts->>'BYMONTH', ',')::integer[]) m order by m) end;
begin
	return query
	select make_date(of_year, f, 1), make_date(of_year, l, 1)
	from (
		-- Of a year: from the month after the one named before to the one named.
		select coalesce(lag(m) over (order by m), 0) + 1 as f, m as l
		from unnest(case when months = '{}' then array[12] else months end) m
		where freq = 'YEARLY'
		union all
		select m - every + 1, m
		from generate_series(every, 12, every) m
		where freq = 'MONTHLY' and (months = '{}' or m = any (months))
	) periods;
end $$;
comment on function recurrence_months is 'The first and last months of the periods of a yearly or monthly rule that end in a year.';

create function recurrence_days(rrule text, basis text, due_offset jsonb, of_year integer)
	returns table (period text, period_from date, period_to date, base_on date)
language plpgsql stable as $$
declare
	parts jsonb := rrule_parts(rrule);
	freq text := parts->>'FREQ';
	every integer := coalesce((parts->>'INTERVAL')::integer, 1);
	months integer[] := string_to_array(parts->>'BYMONTH', ',')::integer[];
	monthdays integer[] := string_to_array(parts->>'BYMONTHDAY', ',')::integer[];
	weekdays text[] := string_to_array(parts->>'BYDAY', ',');
	statutory boolean := coalesce(basis, 'calendar') = 'statutory';
	opening date := make_date(of_year, 1, 1);
begin
	return query
	with months_of as (
		select month_span(m.first_month, m.last_month) as name,
			case when statutory then (m.first_month - interval '1 month')::date + 14 else m.first_month end as starts,
			case when statutory then m.last_month + 13 else (m.last_month + interval '1 month')::date - 1 end as ends,
			m.last_month
		from recurrence_months(parts, of_year) m
	), month_days as (
		select d.day::date, m.*, extract(day from (m.last_month + interval '1 month')::date - 1)::integer as days,
			extract(day from d.day)::integer as nth
		from months_of m, generate_series(m.last_month, m.last_month + interval '1 month' - interval '1 day', interval '1 day') as d (day)
	), occurrences as (
		select m.name, m.starts, m.ends, m.ends as day
		from months_of m
		where monthdays is null and weekdays is null
		union all
		select m.name, m.starts, m.ends, m.day
		from month_days m
		where (monthdays is not null and (m.nth = any (monthdays) or m.nth - m.days - 1 = any (monthdays)))
			or (weekdays is not null and exists (
				select from unnest(weekdays) w
				where right(w, 2) = (array['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'])[extract(isodow from m.day)::integer]
					and (length(w) = 2 or left(w, -2)::integer in ((m.nth + 6) / 7, -((m.days - m.nth) / 7 + 1)))))
		union all
		-- RFC 5545 counts weeks from that of the first day, and days from it.
		select to_char(d.day, 'IYYY"-W"IW'), date_trunc('week', d.day)::date, date_trunc('week', d.day)::date + 6, d.day::date
		from generate_series(opening, opening + interval '1 year' - interval '1 day', interval '1 day') as d (day)
		where freq = 'WEEKLY' and (months is null or extract(month from d.day)::integer = any (months))
			and (date_trunc('week', d.day)::date - date_trunc('week', opening)::date) / 7 % every = 0
			and (array['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'])[extract(isodow from d.day)::integer] = any (coalesce(weekdays, array['SU']))
		union all
		select to_char(d.day, 'YYYY-MM-DD'), d.day::date, d.day::date, d.day::date
		from generate_series(opening, opening + interval '1 year' - interval '1 day', interval '1 day') as d (day)
		left join calendar_day c on c.day = d.day::date
		where freq = 'DAILY' and (d.day::date - opening) % every = 0
			and (months is null or extract(month from d.day)::integer = any (months))
			and case when monthdays is null then coalesce(c.working, extract(isodow from d.day) < 6)
				else extract(day from d.day)::integer = any (monthdays)
					or extract(day from d.day)::integer
						- extract(day from date_trunc('month', d.day) + interval '1 month' - interval '1 day')::integer - 1 = any (monthdays)
				end
	), counted as (
		select o.*, row_number() over (order by o.day) as nth, count(*) over (partition by o.name) as in_period
		from occurrences o
		where not parts ? 'UNTIL' or o.day <= to_date(left(parts->>'UNTIL', 8), 'YYYYMMDD')
	)
	select case when c.in_period = 1 then c.name else to_char(c.day, 'YYYY-MM-DD') end, c.starts, c.ends,
		case when due_offset ? 'day' then
			-- A day that the month lacks is its last.
			least((date_trunc('month', c.ends) + make_interval(months => (due_offset->>'months')::integer))::date
					+ (due_offset->>'day')::integer - 1,
				(date_trunc('month', c.ends) + make_interval(months => (due_offset->>'months')::integer + 1))::date - 1)
			when (due_offset->>'days')::integer < 0 then c.day + (due_offset->>'days')::integer
			else c.day
		end
	from counted c
	where c.nth <= coalesce((parts->>'COUNT')::integer, c.nth)
	order by c.day;
end $$;
comment on function recurrence_days is
	'The occurrences of a rule in a plan''s year: each the end of its period (by the 14th where the basis is statutory), unless the rule names days. base_on is what a term of due_offset counts from, or the due date itself.';

create function one_of(object jsonb, members text[]) returns boolean
language sql immutable parallel safe as $$
	select jsonb_typeof(object) = 'object' and (select count(*) from jsonb_object_keys(object) k where k = any (members)) = 1
$$;

create or replace function timing_error(timing jsonb) returns text
language plpgsql immutable as $$
declare
	kind text := timing->>'kind';
	dated boolean := kind in ('on_date', 'quarter', 'half_year', 'year');
	-- The office may set a date for these, where a document says so.
	open boolean := kind in ('by_plan', 'on_request', 'after_event');
	recurrence jsonb := timing->'recurrence';
begin
	return case
		when dated and not timing ? 'due_on' then 'due_on_missing'
		when not dated and not open and timing ? 'due_on' then 'due_on_not_allowed'
		when not open and timing ? 'event_on' then 'event_on_not_allowed'
		when not open and timing ? 'term' then 'term_not_allowed'
		when timing ? 'term' and not one_of(timing->'term', array['days', 'working_days']) then 'not_both'
		when timing ? 'event_on' and (timing ? 'due_on' or not timing ? 'term') then 'event_on_not_allowed'
		when open and (timing ? 'due_on' or timing ? 'event_on') and not timing ? 'document' then 'document_missing'
		when kind <> 'recurring' and timing ? 'recurrence' then 'rrule_not_allowed'
		when not timing ? 'recurrence' then null
		when rrule_error(recurrence->>'rrule', recurrence->>'basis') is not null
			then rrule_error(recurrence->>'rrule', recurrence->>'basis')
		when recurrence ? 'due_offset' and (not one_of(recurrence->'due_offset', array['day', 'days', 'working_days'])
			or (recurrence->'due_offset' ? 'months') <> (recurrence->'due_offset' ? 'day')) then 'bad_due_offset'
	end;
end $$;

create function timing_error_place(error text) returns text
language sql immutable parallel safe
return case error when 'due_on_missing' then '/due_on' when 'due_on_not_allowed' then '/due_on'
	when 'event_on_not_allowed' then '/event_on' when 'term_not_allowed' then '/term' when 'not_both' then '/term'
	when 'document_missing' then '/document' when 'bad_rrule' then '/recurrence/rrule'
	when 'basis_not_allowed' then '/recurrence/basis' when 'bad_due_offset' then '/recurrence/due_offset'
	else '/recurrence' end;

create or replace function part_errors(pointer text, parts jsonb) returns setof jsonb
language plpgsql stable as $$
begin
	return query
	select errors.*
	from jsonb_array_elements(parts) with ordinality as p (part, position),
		lateral party_errors(pointer || '/' || (p.position - 1) || '/assignments', coalesce(p.part->'assignments', '[]')) errors
	union all
	select jsonb_build_object('pointer',
		pointer || '/' || (p.position - 1) || '/timings/' || (t.position - 1) || timing_error_place(timing_error(t.timing)),
		'code', timing_error(t.timing))
	from jsonb_array_elements(parts) with ordinality as p (part, position),
		jsonb_array_elements(coalesce(p.part->'timings', '[]')) with ordinality as t (timing, position)
	where timing_error(t.timing) is not null;
end $$;

grant execute on function rrule_parts, rrule_error, month_span, recurrence_months, recurrence_days, one_of, timing_error_place
	to kstthc_service;
