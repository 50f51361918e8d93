-- Deadlines are made, moved and cancelled so that they are those that follow
-- from the plans as they stand; what agencies have reported stays with them.

create function deadline_horizon(today date) returns date
language sql immutable parallel safe
return today + 35;
comment on function deadline_horizon is 'Up to when obligations of weeks and days are made; the daily tick makes the next.';

create function deadline_changes(of_plan text, of_task text, today date, once_from date, recurring_from date)
	returns table (id bigint, task text, part_key text, part integer, part_label text, timing_kind text, timing_text text,
		agency text, role text, period text, period_from date, period_to date, basis text, base_on date, rule text,
		amount integer, due_on date, status text, cancelled_by text, was deadline)
-- Of rows that have just been made nothing is known to the planner, and it would join them one by one; to compile it
-- takes longer than to run it.
language plpgsql stable rows 2000 set enable_nestloop = off set jit = off as $$
declare
	changes bigint;
begin
	return query
	with heirs as materialized (
		select * from agency_heirs(today)
	), w as materialized (
		select n.*, n.timing_kind <> 'recurring' as once, row_number() over () as nth,
			n.due_on >= case when n.timing_kind = 'recurring' then recurring_from else once_from end
				and (not n.often or n.due_on <= deadline_horizon(today)) as owed
		from deadline_wanted(of_plan, of_task, today) n
	), e as materialized (
		select d.*, d.timing_kind <> 'recurring' as once, coalesce(h.heir, d.agency) as heir, d as was
		from deadline d
		left join heirs h on h.code = d.agency
		where d.plan = of_plan and d.task is not null and (of_task is null or d.task = of_task)
	), exact as materialized (
		select w.nth, e.id from w join e using (task, part_key, period, agency)
	), taken_over as materialized (
		-- Of an agency that another has taken over; of two that became one, what is further.
		select w.nth, e.id
		from w
		join (
			select e.*, row_number() over (partition by e.task, e.part_key, e.period, e.heir
				order by e.status = 'cancelled', e.status = 'done' desc, e.status = 'reported' desc, e.percent desc, e.id) as place
			from e
			where e.id not in (select x.id from exact x) and e.cancelled_by is distinct from 'plan'
		) e on e.task = w.task and e.part_key = w.part_key and e.period = w.period and e.heir = w.agency and e.place = 1
		where w.nth not in (select x.nth from exact x)
	), of_period as materialized (
		-- Of a part that is called otherwise now.
		select w.nth, e.id
		from (
			select w.*, row_number() over (partition by w.task, w.agency, w.period order by w.part) as place
			from w where w.nth not in (select x.nth from exact x union all select x.nth from taken_over x)
		) w
		join (
			select e.*, row_number() over (partition by e.task, e.heir, e.period order by e.part, e.percent desc, e.id) as place
			from e
			where e.cancelled_by is distinct from 'plan'
				and (e.task, e.part_key, e.period, e.heir) not in (select w.task, w.part_key, w.period, w.agency from w)
		) e on e.task = w.task and e.heir = w.agency and e.period = w.period and e.place = w.place
	), moved as materialized (
		-- What is done once has got another day; when it has been done already, only where it is the one that there is.
		-- What recurs is another obligation in each period, and so is a further event or request.
		select w.nth, e.id
		from (
			select w.*, row_number() over (partition by w.task, w.part_key, w.agency order by w.due_on) as place
			from w
			where w.once and w.nth not in
				(select x.nth from exact x union all select x.nth from taken_over x union all select x.nth from of_period x)
		) w
		join (
			select e.*, row_number() over (partition by e.task, e.part_key, e.heir order by e.due_on, e.id) as place
			from e
			where e.once and e.status <> 'cancelled' and e.id not in
				(select x.id from exact x union all select x.id from taken_over x union all select x.id from of_period x)
				and (e.status = 'open' or (e.timing_kind in ('on_date', 'quarter', 'half_year', 'year')
					and 1 = (select count(*) from w x where x.once and x.task = e.task and x.part_key = e.part_key and x.agency = e.heir)
					and 1 = (select count(*) from e x where x.once and x.task = e.task and x.part_key = e.part_key and x.heir = e.heir
						and x.cancelled_by is distinct from 'plan')))
		) e on e.task = w.task and e.part_key = w.part_key and e.heir = w.agency and e.place = w.place
	), matched as materialized (
		select * from exact union all select * from taken_over union all select * from of_period union all select * from moved
	), others as materialized (
		select w.task, w.part_key, w.period from exact x join w using (nth) where w.once and not w.named and w.due_on < today
	)
	-- What is done, or cancelled by the office, stays as it is.
	select e.id, w.task, w.part_key, w.part, w.part_label, w.timing_kind, w.timing_text, w.agency, w.role, w.period,
		w.period_from, w.period_to, w.basis, w.base_on, w.rule, w.amount,
		case when e.due_on = x.due_on or x.keeps then e.due_on else w.due_on end,
		case when e.status = 'cancelled' then 'open' else e.status end, null::text, e.was
	from matched m
	join w using (nth)
	join e using (id)
	cross join lateral (
		select w.due_on, case
			when e.fixed then true
			when e.status = 'cancelled' then false
			-- Reported in time is not late because the plan names an earlier day afterwards.
			when e.status = 'reported' and e.late_days is null and w.due_on < e.done_on then true
			-- A day that has passed moves only when the plan names another, and none is moved into the past.
			else (e.base_on, e.rule, e.amount) is not distinct from (w.base_on, w.rule, w.amount)
				and least(e.due_on, w.due_on) < today
		end as keeps
	) x
	where (e.status in ('open', 'reported') or (e.cancelled_by = 'plan' and w.owed))
		and (e.part_key, e.part, e.part_label, e.timing_kind, e.timing_text, e.agency, e.role, e.period, e.period_from,
			e.period_to, e.basis, e.base_on, e.rule, e.amount, e.status,
			x.keeps or e.due_on = w.due_on)
		is distinct from (w.part_key, w.part, w.part_label, w.timing_kind, w.timing_text, w.agency, w.role, w.period,
			w.period_from, w.period_to, w.basis, w.base_on, w.rule, w.amount,
			case when e.status = 'cancelled' then 'open' else e.status end, true)
	union all
	-- What has been reported done is the office's to verify or to cancel.
	select e.id, e.task, e.part_key, e.part, e.part_label, e.timing_kind, e.timing_text, e.agency, e.role, e.period,
		e.period_from, e.period_to, e.basis, e.base_on, e.rule, e.amount, e.due_on, 'cancelled', 'plan', e.was
	from e
	where e.status = 'open' and e.id not in (select m.id from matched m)
		-- Nor is what fell due before another rhythm was set, while the agency goes on with the task.
		and not (e.timing_kind = 'recurring' and e.due_on < today and (e.task, e.heir) in (select w.task, w.agency from w))
	union all
	select null, w.task, w.part_key, w.part, w.part_label, w.timing_kind, w.timing_text, w.agency, w.role, w.period,
		w.period_from, w.period_to, w.basis, w.base_on, w.rule, w.amount, w.due_on, 'open', null, null
	from w
	where w.owed and w.nth not in (select m.nth from matched m)
		-- What the others of a group were to do before an agency joined them is not its own.
		and (w.named or (w.task, w.part_key, w.period) not in (select o.task, o.part_key, o.period from others o));
	get diagnostics changes = row_count;
	perform deadline_limit(2.5 * changes);
end $$;
comment on function deadline_changes is
	'What differs between a plan''s deadlines and those that follow from it, as rows to be stored: new ones without id, others with what they were.';

create function deadline_sync(of_plan text, of_task text, once_from date, recurring_from date, cause text) returns void
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
declare
	today date := kstthc_today();
	by_role text := case cause when 'tick' then 'system' else 'office' end;
begin
	-- In this order everywhere: what has changed, calendar_edition, deadlines by id, agendas. Who reports on one now is
	-- waited for; what is read after the locks is what was reported.
	perform from calendar_edition for update;
	select greatest(recurring_from, plan_effect(p)) into recurring_from from plan p where p.code = of_plan;
	perform from deadline
	where plan = of_plan and task is not null and (of_task is null or task = of_task)
		and (status in ('open', 'reported') or cancelled_by = 'plan')
	order by id for update;

	with n as materialized (
		select * from deadline_changes(of_plan, of_task, today, once_from, recurring_from)
	), changed as (
		update deadline d
		set part_key = n.part_key, part = n.part, part_label = n.part_label, timing_kind = n.timing_kind,
			timing_text = n.timing_text, agency = n.agency, role = n.role, period = n.period, period_from = n.period_from,
			period_to = n.period_to, basis = n.basis, base_on = n.base_on, rule = n.rule, amount = n.amount,
			due_on = n.due_on, status = n.status, cancelled_by = n.cancelled_by,
			done_on = case when n.status = 'open' then null else d.done_on end,
			late_days = case when n.status <> 'open' and d.done_on > n.due_on then working_days(n.due_on, d.done_on) end,
			events = d.events + 1, version = d.version + 1
		from n
		where d.id = n.id
		returning d.id, d.agency, d.due_on, d.status, (n.was).agency as old_agency, (n.was).due_on as old_due_on,
			(n.was).status as old_status
	), made as (
		insert into deadline (plan, task, part_key, part, part_label, timing_kind, timing_text, agency, role, period, period_from,
			period_to, basis, base_on, rule, amount, due_on, events)
		select of_plan, n.task, n.part_key, n.part, n.part_label, n.timing_kind, n.timing_text, n.agency, n.role, n.period,
			n.period_from, n.period_to, n.basis, n.base_on, n.rule, n.amount, n.due_on, 1
		from n
		where n.id is null
		order by n.due_on, n.task, n.part, n.agency
		returning id, due_on
	)
	insert into deadline_event (deadline, day, kind, by_role, data)
	select id, today, 'created', by_role, jsonb_build_object('due_on', due_on) from made
	union all
	select id, today,
		case when status = 'cancelled' then 'cancel' when old_status = 'cancelled' then 'reopen'
			when agency <> old_agency then 'transfer' else 'moved' end,
		by_role,
		jsonb_strip_nulls(jsonb_build_object('due_on', due_on, 'old_due_on', nullif(old_due_on, due_on),
			'from', case when agency <> old_agency then old_agency end, 'to', case when agency <> old_agency then agency end,
			'because', cause))
	from changed;
end $$;
comment on function deadline_sync is
	'Makes the deadlines of a plan (or one task of it) those that follow from it: in one transaction with whatever changed it. once_from, recurring_from: only what is due then or later is made anew. cause: plan, agency or tick.';

create function plan_effect(p plan) returns date
language sql stable parallel safe
return coalesce(p.decision_date, case when extract(year from p.issued_on) = p.year then p.issued_on end, make_date(p.year, 1, 1));
comment on function plan_effect is
	'From when a plan binds: what recurs is owed for what ends then or later. A plan put in after its year is a record of all of it.';

create function plan_sync() returns trigger
language plpgsql security definer set search_path = kstthc, pg_temp as $$
begin
	perform deadline_sync(new.code, null, '-infinity', plan_effect(new), 'plan');
	return null;
end $$;
-- Named so that they run after those that write the ledger: what follows comes behind what it follows from.
create trigger plan_sync after update on plan
	for each row when (old.status = 'draft' and new.status = 'issued') execute function plan_sync();

create function task_sync() returns trigger
language plpgsql security definer set search_path = kstthc, pg_temp as $$
declare
	today date := kstthc_today();
	of_plan text := coalesce(new.plan, old.plan);
begin
	-- plan_amend() does this once, for all tasks, when they have their new numbers.
	if current_setting('kstthc.amend', true) = of_plan
		or not exists (select from plan where code = of_plan and status = 'issued')
	then
		return null;
	end if;
	if tg_op = 'DELETE' then
		perform deadline_sync(of_plan, old.code, 'infinity', 'infinity', 'plan');
		update deadline d
		set former_task = old.code, former_title = old.title, task = null, version = d.version + 1
		where d.task = old.code;
		return null;
	end if;
	perform deadline_sync(of_plan, new.code, '-infinity', today, 'plan');
	if tg_op = 'UPDATE' and new.title <> old.title then
		perform agenda_touch(array(select distinct agency from deadline where task = new.code));
	end if;
	return null;
end $$;
create trigger task_sync after insert or delete on task for each row execute function task_sync();
create trigger task_sync_update after update on task
	for each row when ((new.title, new.parts) is distinct from (old.title, old.parts)) execute function task_sync();

create function deadline_sync_all(since date, cause text) returns void
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
declare
	plans text[];
	of_plan text;
begin
	-- Who issues a plan at this moment is waited for, and then seen.
	perform from calendar_edition for update;
	plans := array(
		select p.code from plan p
		where p.status = 'issued' and (p.year >= extract(year from kstthc_today())
			or exists (select from deadline d where d.plan = p.code and d.status in ('open', 'reported')))
		order by p.code);
	-- Of all plans before the first agenda is touched: who reports holds a deadline and then wants its agenda.
	perform from deadline
	where plan = any (plans) and task is not null and (status in ('open', 'reported') or cancelled_by = 'plan')
	order by id for update;
	foreach of_plan in array plans loop
		perform deadline_sync(of_plan, null, since, since, cause);
	end loop;
end $$;

create function agency_sync() returns trigger
language plpgsql security definer set search_path = kstthc, pg_temp as $$
begin
	perform deadline_sync_all(kstthc_today(), 'agency');
	return null;
end $$;
create trigger agency_sync after insert on agency
	for each row when (new.groups <> '{}') execute function agency_sync();
create trigger agency_sync_update after update on agency
	for each row when ((new.groups, new.valid_from, new.valid_to, new.successor)
		is distinct from (old.groups, old.valid_from, old.valid_to, old.successor))
	execute function agency_sync();

create function deadline_recount(by_role text) returns bigint
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
declare
	today date := kstthc_today();
	moved bigint;
begin
	perform from deadline where status in ('open', 'reported') and due_on >= today and not fixed order by id for update;
	with changed as (
		update deadline d
		set due_on = n.due_on, events = d.events + 1, version = d.version + 1,
			late_days = case when d.done_on > n.due_on then working_days(n.due_on, d.done_on) end
		from (
			select id, due_on as old_due_on, deadline_due(rule, base_on, amount) as due_on
			from deadline
			where status in ('open', 'reported') and due_on >= today and not fixed
				and (rule like 'term%' or term_rule_value(rule) = 'next' or due_on <> base_on)
		) n
		-- None becomes late by it.
		where d.id = n.id and d.due_on <> n.due_on and n.due_on >= today
		returning d.id, d.due_on, n.old_due_on
	), told as (
		insert into deadline_event (deadline, day, kind, by_role, data)
		select id, today, 'moved', by_role,
			jsonb_build_object('due_on', due_on, 'old_due_on', old_due_on, 'because', 'calendar')
		from changed
	)
	select count(*) into moved from changed;
	-- What is left of a term is shown with each.
	update agenda set version = version + 1;
	return moved;
end $$;
comment on function deadline_recount is
	'After a change of the calendar or of a rule: moves what is due today or later, follows from it and was not fixed by hand. How many.';

grant select on deadline, agenda, deadline_tally to kstthc_service, kstthc_public;
grant insert, update on deadline to kstthc_service;
grant select, insert on deadline_event to kstthc_service;
grant execute on function deadline_json, kstthc_today, deadline_due, deadline_recount, plan_effect to kstthc_service;
grant execute on function kstthc_today to kstthc_public;

-- Plans that were issued before there were deadlines: as of the day from which they bind; the daily tick goes on from there.
do $$
declare
	p plan;
begin
	for p in select * from plan where status = 'issued' order by code loop
		perform set_config('kstthc.today', plan_effect(p)::text, true);
		perform deadline_sync(p.code, null, '-infinity', plan_effect(p), 'tick');
	end loop;
end $$;
