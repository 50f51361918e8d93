-- What an agency owes and by when: one obligation for each part of a task,
-- period and accountable agency, and everything that ever happened to it.

-- PostgreSQL 15.20 adds no column with a default while a function's stored body has the row in it: they are made again.
drop function plan_item;
drop function plan_json;
alter table plan
	add column publish_progress boolean not null default false,
	add column amendments jsonb not null default '[]';
comment on column plan.publish_progress is 'Whether everyone may see how far agencies are, and who is late.';
comment on column plan.amendments is 'Decisions that replaced the plan''s text: [{number, date, on}].';

create function plan_item(p plan) returns json
language sql stable parallel safe
return json_build_object('code', p.code, 'year', p.year, 'title', p.title, 'status', p.status,
	'decision', json_build_object('number', p.decision_number, 'date', p.decision_date, 'issuer', p.issuer),
	'issued_on', p.issued_on, 'version', p.version);
comment on function plan_item is 'A plan in a list.';

create function plan_json(p plan) returns json
language sql stable parallel safe
return json_build_object('code', p.code, 'year', p.year, 'title', p.title, 'status', p.status,
	'decision', json_build_object('number', p.decision_number, 'date', p.decision_date, 'issuer', p.issuer),
	'issued_on', p.issued_on, 'sections', p.sections, 'target_rule', p.target_rule,
	'indicators', p.indicators, 'publish_progress', p.publish_progress, 'amendments', p.amendments, 'version', p.version);
comment on function plan_json is 'The stored representation, and what callers get.';
grant execute on function plan_item, plan_json to kstthc_service, kstthc_public;

-- Its body has two members more, so it is another version of each.
update plan set version = version + 1;

create function kstthc_today() returns date
language plpgsql stable as $$
begin
	if coalesce(current_setting('kstthc.today', true), '') = '' then
		raise exception 'kstthc.today is not set: what changes deadlines must say which day it is';
	end if;
	return current_setting('kstthc.today')::date;
end $$;
comment on function kstthc_today is 'Handed over with every call that may write.';

create table deadline (
	id bigint primary key generated always as identity,
	code text collate "C" not null generated always as (id::text) stored,
	plan text collate "C" not null references plan,
	task text collate "C",
	former_task text collate "C",
	former_title text,
	part_key text collate "C" not null,
	part integer not null,
	part_label text,
	timing_kind text not null,
	timing_text text not null,
	agency text collate "C" not null references agency,
	role text not null check (role in ('lead', 'implement')),
	period text collate "C" not null,
	period_from date,
	period_to date,
	basis text check (basis in ('calendar', 'statutory')),
	base_on date not null,
	rule text not null check (rule in ('named-date', 'period-end', 'term', 'term-days')),
	amount integer check ((amount is not null) = (rule in ('term', 'term-days'))),
	due_on date not null,
	original_due_on date,
	fixed boolean not null default false,
	status text not null default 'open' check (status in ('open', 'reported', 'done', 'cancelled')),
	percent integer not null default 0 check (percent between 0 and 100),
	done_on date check (status = 'cancelled' or (done_on is not null) = (status in ('reported', 'done'))),
	late_days integer,
	cancelled_by text check (cancelled_by in ('office', 'plan')),
	escalated_on date,
	events integer not null default 0,
	sequence integer not null default 0,
	public_version bigint not null default 1,
	changed_at timestamptz not null default clock_timestamp(),
	version bigint not null default 1,
	check ((cancelled_by is not null) = (status = 'cancelled')),
	check ((task is null) = (former_task is not null)),
	-- Checked when a statement ends: tasks may change numbers with each other.
	constraint deadline_obligation unique (task, part_key, period, agency) deferrable initially immediate
);
comment on table deadline is
	'An obligation of one agency. Never deleted: one that no longer follows from the plan is cancelled, and comes back when it does again.';
comment on column deadline.task is 'Null when the plan has it no longer; former_task and former_title say which it was.';
comment on column deadline.part_key is 'Which part of the task: its label, or its position where it has none.';
comment on column deadline.base_on is 'What the plan names: the date, the period''s end, or the day that a term of `amount` counts from.';
comment on column deadline.due_on is 'What is owed: base_on and the rule give it, unless it was fixed by hand.';
comment on column deadline.original_due_on is 'What it was due before it was first extended.';
comment on column deadline.done_on is 'The day on which the agency reported it done; what it is verified later does not make it late.';
comment on column deadline.late_days is 'Working days from due_on to done_on, as they were counted then; null when it was in time.';
comment on column deadline.cancelled_by is 'plan: it no longer follows from the plan, and may again.';
comment on column deadline.escalated_on is 'The due date for which it has been written down that it became late.';
comment on column deadline.public_version is
	'Grows when what everyone may see of it changes: the version of those who may not see progress.';
comment on column deadline.sequence is 'Grows when what a calendar shows of it changes (RFC 5545, 3.8.7.4).';

-- What a list is read by; the order is always due_on, id.
create index deadline_agency on deadline (agency, due_on, id);
create index deadline_open on deadline (agency, due_on, id) where status = 'open';
create index deadline_reported on deadline (agency, due_on, id) where status = 'reported';
create index deadline_plan on deadline (plan, due_on, id);
create index deadline_due on deadline (due_on, id);
create index deadline_status on deadline (status, due_on, id);
create index deadline_period on deadline (period, due_on, id);
create index deadline_escalate on deadline (due_on, id) where status = 'open' and escalated_on is distinct from due_on;

create function deadline_json(d deadline) returns json
language sql stable parallel safe
return json_build_object('id', d.code, 'plan', d.plan, 'task', d.task, 'former_task', d.former_task, 'part', d.part,
	'part_label', d.part_label, 'timing', json_build_object('kind', d.timing_kind, 'text', d.timing_text),
	'agency', d.agency, 'role', d.role, 'period', d.period, 'period_from', d.period_from, 'period_to', d.period_to,
	'basis', d.basis, 'due_on', d.due_on, 'original_due_on', d.original_due_on, 'fixed', d.fixed, 'status', d.status,
	'percent', d.percent, 'done_on', d.done_on, 'working_days_late', d.late_days, 'version', d.version);
comment on function deadline_json is 'The stored representation: what the ledger keeps.';

call ledger_attach('deadline', 'deadline', 'new.id::text');
-- An id is never used again: each begins with version 1.
drop trigger deadline_version on deadline;
drop function deadline_version;
-- That it became late is no change of it: overdue is never stored.
drop trigger deadline_ledger on deadline;
create trigger deadline_ledger after insert on deadline for each row execute function deadline_ledger();
create trigger deadline_ledger_update after update on deadline
	for each row when (new.version <> old.version) execute function deadline_ledger();

create function deadline_mark() returns trigger
language plpgsql as $$
begin
	new.changed_at := clock_timestamp();
	if (new.task, new.agency, new.due_on, new.status in ('done', 'cancelled'))
		is distinct from (old.task, old.agency, old.due_on, old.status in ('done', 'cancelled'))
	then
		new.sequence := old.sequence + 1;
	end if;
	if (new.task, new.part, new.part_label, new.timing_kind, new.timing_text, new.agency, new.role, new.period,
			new.period_from, new.period_to, new.basis, new.due_on)
		is distinct from (old.task, old.part, old.part_label, old.timing_kind, old.timing_text, old.agency, old.role, old.period,
			old.period_from, old.period_to, old.basis, old.due_on)
	then
		new.public_version := old.public_version + 1;
	end if;
	return new;
end $$;
create trigger deadline_mark before update on deadline
	for each row when (new.version <> old.version) execute function deadline_mark();

create table deadline_event (
	id bigint primary key generated always as identity,
	deadline bigint not null references deadline,
	at timestamptz not null default clock_timestamp(),
	day date not null,
	kind text not null check (kind in ('created', 'moved', 'transfer', 'reopen', 'report', 'verify', 'return', 'extend',
		'remind', 'cancel', 'late')),
	by_role text not null check (by_role in ('agency', 'office', 'system')),
	by_agency text collate "C",
	data jsonb not null default '{}'
);
create index deadline_event_deadline on deadline_event (deadline, id);
comment on table deadline_event is
	'The story of each deadline, kept for ever: reports, reminders, moves. It says which office or agency, never which official.';

create function deadline_event_guard() returns trigger
language plpgsql as $$
begin
	raise exception 'what has happened is not changed' using errcode = 'insufficient_privilege';
end $$;
create trigger deadline_event_guard before update or delete on deadline_event
	for each row execute function deadline_event_guard();
create trigger deadline_event_guard_truncate before truncate on deadline_event
	for each statement execute function deadline_event_guard();

-- Kept, so that neither an unchanged agenda nor the sum of a year's work is read from the deadlines themselves.
create table agenda (
	agency text collate "C" primary key references agency,
	version bigint not null default 1
);
comment on table agenda is 'How often what an agency owes has changed, or how it is shown: the version of GET /v1/agenda.';

create table deadline_tally (
	agency text collate "C" not null references agency,
	plan text collate "C" not null references plan,
	done_in_time integer not null default 0,
	done_late integer not null default 0,
	primary key (agency, plan)
);
comment on table deadline_tally is 'Done ones of an agency in a plan, counted as they are done.';

create function agenda_touch(agencies text[]) returns void
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
begin
	insert into agenda as a (agency)
	select distinct code collate "C" from unnest(agencies) code order by 1
	on conflict (agency) do update set version = a.version + 1;
end $$;

create function deadline_added() returns trigger
language plpgsql security definer set search_path = kstthc, pg_temp as $$
begin
	perform agenda_touch(array(select distinct agency from fresh));
	return null;
end $$;
create trigger deadline_added after insert on deadline referencing new table as fresh
	for each statement execute function deadline_added();

create function deadline_changed() returns trigger
language plpgsql security definer set search_path = kstthc, pg_temp as $$
begin
	-- No join of the two: it would be planned once a session, for the few rows of its first change.
	perform agenda_touch(array(
		select agency from (select id, version, agency from fresh except select id, version, agency from stale) n
		union
		select agency from (select id, version, agency from stale except select id, version, agency from fresh) o));
	insert into deadline_tally as t (agency, plan, done_in_time, done_late)
	select agency, plan, sum(in_time), sum(late)
	from (
		select agency, plan, (late_days is null)::integer as in_time, (late_days is not null)::integer as late
		from fresh where status = 'done'
		union all
		select agency, plan, -(late_days is null)::integer, -(late_days is not null)::integer
		from stale where status = 'done'
	) changes
	group by agency, plan
	having sum(in_time) <> 0 or sum(late) <> 0
	order by agency, plan
	on conflict (agency, plan) do update
	set done_in_time = t.done_in_time + excluded.done_in_time, done_late = t.done_late + excluded.done_late;
	return null;
end $$;
create trigger deadline_changed after update on deadline referencing new table as fresh old table as stale
	for each statement execute function deadline_changed();

create function deadline_due(rule text, base_on date, amount integer) returns date
language plpgsql stable as $$
begin
	return case rule
		when 'term' then coalesce(term_end(base_on, amount), weekday_after(base_on, amount))
		when 'term-days' then coalesce(term_end_days(base_on, amount), weekday_after(base_on + amount, 0))
		else coalesce(case when term_rule_value(rule) = 'next' then next_working_day(base_on) end, base_on)
	end;
end $$;
comment on function deadline_due is 'What is owed by: named dates and ends of periods as the rules of those names have it, terms by their end.';

create function agency_heirs(today date) returns table (code text, heir text, heir_from date)
language plpgsql stable rows 200 as $$
begin
	return query
	with recursive step (code, at) as (
		select a.code, a.code from agency a
		union
		select s.code, a.successor from step s join agency a on a.code = s.at
		where a.valid_to < today and a.successor is not null
	)
	select s.code, a.code, case when s.code = a.code then a.valid_from end
	from step s join agency a on a.code = s.at
	where a.valid_to is null or a.valid_to >= today;
end $$;
comment on function agency_heirs is
	'Who answers for each agency that day: itself, or where it has ended the one that took over; none where nobody did.';

create function timing_days(timing jsonb, of_year integer)
	returns table (period text, period_from date, period_to date, basis text, base_on date, rule text, amount integer)
language plpgsql stable rows 4 as $$
declare
	kind text := timing->>'kind';
	due_on date := (timing->>'due_on')::date;
	recurrence jsonb := timing->'recurrence';
	due_offset jsonb := recurrence->'due_offset';
	months integer := case kind when 'quarter' then 3 when 'half_year' then 6 when 'year' then 12 end;
	-- Of the quarter, half-year or year that the day lies in.
	opening date := make_date(extract(year from due_on)::integer,
		((extract(month from due_on)::integer - 1) / months) * months + 1, 1);
	closing date := (opening + make_interval(months => months))::date - 1;
	event_on date := (timing->>'event_on')::date;
begin
	if kind = 'recurring' then
		return query
		select r.period, r.period_from, r.period_to, coalesce(recurrence->>'basis', 'calendar'), r.base_on,
			case
				when due_offset ? 'working_days' then 'term'
				when (due_offset->>'days')::integer >= 0 then 'term-days'
				when due_offset is not null or recurrence->>'rrule' ~ 'BYMONTHDAY|BYDAY' then 'named-date'
				else 'period-end'
			end,
			case when due_offset ? 'working_days' then (due_offset->>'working_days')::integer
				when (due_offset->>'days')::integer >= 0 then (due_offset->>'days')::integer end
		from recurrence_days(recurrence->>'rrule', recurrence->>'basis', due_offset, of_year) r
		where recurrence ? 'rrule' and rrule_error(recurrence->>'rrule', recurrence->>'basis') is null;
	elsif months is not null then
		return query select month_span(opening, date_trunc('month', closing)::date), opening, closing, 'calendar', due_on,
			case when due_on = closing then 'period-end' else 'named-date' end, null::integer;
	elsif event_on is not null then
		return query select to_char(event_on, 'YYYY-MM-DD'), null::date, null::date, null::text, event_on,
			case when timing->'term' ? 'working_days' then 'term' else 'term-days' end,
			coalesce(timing->'term'->>'working_days', timing->'term'->>'days')::integer;
	elsif due_on is not null then
		return query select to_char(due_on, 'YYYY-MM-DD'), null::date, null::date, null::text, due_on, 'named-date', null::integer;
	end if;
end $$;
comment on function timing_days is 'The obligations that one timing makes in a plan''s year; continuous ones and those without a date make none.';

create function deadline_limit(deadlines numeric) returns boolean
language plpgsql immutable as $$
begin
	-- Of what one plan, or one request, may come to. A province's plan makes about a thousand.
	if deadlines > 50000 then
		raise exception 'a plan would make % deadlines', deadlines using errcode = 'invalid_parameter_value', constraint = 'too_many';
	end if;
	return true;
end $$;
comment on function deadline_limit is 'True, or an error: before they are made.';

create function deadline_wanted(of_plan text, of_task text, today date) returns table (task text, part_key text, part integer,
	part_label text, timing_kind text, timing_text text, agency text, role text, period text, period_from date, period_to date,
	basis text, base_on date, rule text, amount integer, due_on date, often boolean, named boolean)
language plpgsql stable as $$
begin
	return query
	with heirs as materialized (
		select * from agency_heirs(today)
	), part as materialized (
		select t.code, p.position::integer as part, p.part->>'label' as label, p.part as body, y.year,
			-- No label holds a control character.
			coalesce(p.part->>'label', chr(1) || p.position)
				|| coalesce(chr(1) || nullif(row_number() over (partition by t.code, coalesce(p.part->>'label', chr(1) || p.position)
					order by p.position), 1), '') as key
		from plan y
		join task t on t.plan = y.code, jsonb_array_elements(t.parts) with ordinality as p (part, position)
		where y.code = of_plan and (of_task is null or t.code = of_task)
	), accountable as materialized (
		-- Named twice, as one who leads and as a member of a group that implements: it leads.
		select p.code, p.key, h.heir,
			-- Who has taken over owes what fell due before it began, too.
			case when bool_and(h.heir_from is not null) then min(h.heir_from) end as heir_from,
			case when bool_or(a.assignment->>'role' = 'lead') then 'lead' else 'implement' end as role,
			bool_or(a.assignment ? 'agency') as is_named
		from part p, jsonb_array_elements(p.body->'assignments') as a (assignment),
			lateral (
				select a.assignment->>'agency' as code where a.assignment ? 'agency'
				union all
				select g.code from agency g where a.assignment ? 'group' and g.groups @> array[a.assignment->>'group']
			) named
			join heirs h on h.code = named.code
		where a.assignment->>'role' in ('lead', 'implement')
		group by p.code, p.key, h.heir
	), said as materialized (
		-- Said twice for the same day ("hàng quý", and in another place "quý III"): once.
		select distinct on (p.code, p.key, d.period, x.day) p.code, p.key, p.part, p.label, t.timing->>'kind' as kind,
			t.timing->>'text' as words, t.position, d.*, x.day,
			t.timing->>'kind' = 'recurring' and count(*) over (partition by p.code, p.key, t.position) > 24 as is_often
		from part p, jsonb_array_elements(p.body->'timings') with ordinality as t (timing, position),
			lateral timing_days(t.timing, p.year) d,
			lateral (select deadline_due(d.rule, d.base_on, d.amount) as day offset 0) x
		order by p.code, p.key, d.period, x.day, t.position
	), named as materialized (
		-- Another day of the same period ("ngày 01 và ngày 15 hàng tháng") is called by its day.
		select s.*, case when row_number() over (partition by s.code, s.key, s.period order by s.position, s.day) = 1
			then s.period else to_char(s.base_on, 'YYYY-MM-DD') end as name
		from said s
	), due as materialized (
		select distinct on (n.code, n.key, n.name) n.*
		from named n
		order by n.code, n.key, n.name, n.position
	)
	select d.code, d.key, d.part, d.label, d.kind, d.words, a.heir, a.role, d.name, d.period_from, d.period_to, d.basis,
		d.base_on, d.rule, d.amount, d.day, d.is_often, a.is_named
	from due d
	join accountable a on a.code = d.code and a.key = d.key
	-- Who began after a period does not report on it.
	where (a.heir_from is null or a.heir_from <= least(d.day, d.period_to))
		and deadline_limit((
			select sum(x.count * y.count)
			from (select code, key, count(*) from due group by code, key) x
			join (select code, key, count(*) from accountable group by code, key) y using (code, key)));
end $$;
comment on function deadline_wanted is
	'The obligations that follow from a plan (or one task of it) as it stands. often: more than 24 in the year, made only when they are near. named: the agency itself, not only a group that it is in.';
