-- :count deadlines in plans of 3,000, of 2020 to 2030, as of :today: what is past is mostly done, some of it late, some
-- open still. Half are of departments, of which there are few. So that filters find little: plans with published
-- progress are all of 2030, one agency never reports, and whole plans were cancelled. Triggers are off: this is about
-- reading.
set search_path = kstthc, pg_temp;
set session_replication_role = replica;
set maintenance_work_mem = '256MB';
create temporary table bare as
select indexdef, indexname from pg_indexes
where schemaname = 'kstthc' and tablename = 'deadline' and indexname not in (select conname from pg_constraint);
do $$
declare
	name text;
begin
	for name in select indexname from bare loop
		execute 'drop index ' || name;
	end loop;
end $$;

insert into plan (code, year, title, status, sections, publish_progress)
select 'p' || g, 2020 + (g + 6) % 11, 'Kế hoạch ' || g, 'issued', '[]', g % 55 = 4
from generate_series(0, (:count - 1) / 3000) g;
insert into plan_section (plan, ordinal, label, title)
select 'p' || g, 1, 'A', 'Mục 1' from generate_series(0, (:count - 1) / 3000) g;
insert into task (plan, number, section, title, parts)
select 'p' || g, n, 1, 'Nhiệm vụ ' || n || ' rà soát thủ tục hành chính thuộc phạm vi quản lý ' || g,
	jsonb_build_array(jsonb_build_object('outputs', '[]'::jsonb, 'timings', '[]'::jsonb, 'assignments', '[]'::jsonb))
from generate_series(0, (:count - 1) / 3000) g, generate_series(1, 60) n;

with owner as (
	select array_agg(code order by code) filter (where groups && array['so-ban-nganh']) as departments,
		array_agg(code order by code) filter (where not groups && array['so-ban-nganh']) as others
	from agency
), period as materialized (
	select year, periods, nth, starts, ends, month_span(starts, date_trunc('month', ends)::date) as name
	from generate_series(2020, 2030) year, unnest(array[12, 4, 2, 1]) periods, generate_series(0, periods - 1) nth,
		lateral (select make_date(year, 1 + nth * 12 / periods, 1) as starts) s,
		lateral (select (starts + make_interval(months => 12 / periods))::date - 1 as ends) e
), numbered as (
	-- Task n of a plan: monthly, quarterly, half-yearly or yearly; k counts its agencies and their periods.
	select g / 3000 as p, g % 60 + 1 as n, g % 3000 / 60 as k, (array[12, 4, 2, 1])[1 + g % 4] as periods,
		hashint4(g) & 1023 as chance
	from generate_series(0, :count - 1) g
), owed as (
	-- Each agency once for each period of a part of a task.
	select x.*, 2020 + (p + 6) % 11 as year, 1 + k / periods / cardinality(agencies) as part,
		agencies[1 + (p * 7 + n + k / periods) % cardinality(agencies)] as agency
	from numbered x, owner, lateral (select case n % 2 when 0 then others else departments end) a (agencies)
), told as (
	select o.*, p.name, starts, ends,
		case
			when chance < 30 or p % 55 = 13 then 'cancelled'
			when agency = 'thue-tinh' then 'open'
			when ends < date ':today' - 30 then case when chance < 100 then 'open' when chance < 110 then 'reported' else 'done' end
			when ends < date ':today' + 30 then case when chance < 500 then 'open' when chance < 700 then 'reported' else 'done' end
			when chance < 40 then 'done'
			else 'open'
		end as status
	from owed o
	join period p on p.year = o.year and p.periods = o.periods and p.nth = k % o.periods
)
insert into deadline (plan, task, part_key, part, timing_kind, timing_text, agency, role, period, period_from, period_to, basis,
	base_on, rule, due_on, status, percent, done_on, late_days, cancelled_by, events)
select 'p' || p, 'p' || p || '.' || n, part, part, 'recurring', 'Định kỳ', agency,
	case when n % 3 = 0 then 'lead' else 'implement' end, name, starts, ends, 'calendar', ends, 'period-end', ends, status,
	case when status in ('done', 'reported') then 100 else chance % 90 end,
	case when status in ('done', 'reported') then least(ends, date ':today') + chance % 9 - 7 end,
	case when status in ('done', 'reported') and chance % 9 > 7 and ends <= ':today' then 1 end,
	case when status = 'cancelled' then 'plan' end, 1
from told;

do $$
declare
	definition text;
begin
	for definition in select indexdef from bare loop
		execute definition;
	end loop;
end $$;
insert into agenda (agency) select code from agency on conflict (agency) do update set version = agenda.version + 1;
insert into deadline_tally (agency, plan, done_in_time, done_late)
select agency, plan, count(*) filter (where late_days is null), count(*) filter (where late_days is not null)
from deadline
where status = 'done' and plan like 'p%'
group by agency, plan;
update daily_tick set done_for = ':today';
