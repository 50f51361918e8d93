-- What is done once a day, for all copies by whichever holds the row: its
-- lease is the row's lock, which ends with the transaction of a copy that dies.
create table daily_tick (
	name text primary key,
	done_for date
);
insert into daily_tick (name) values ('deadlines');
comment on table daily_tick is 'The last day for which each daily work has been done.';

create table plan_tick (
	plan text collate "C" primary key references plan on delete cascade,
	done_for date not null,
	tried_at timestamptz not null default clock_timestamp()
);
comment on table plan_tick is 'The last day for which the obligations of a plan''s next periods have been made.';

create function plan_tick_begin() returns trigger
language plpgsql security definer set search_path = kstthc, pg_temp as $$
begin
	insert into plan_tick (plan, done_for) values (new.code, kstthc_today()) on conflict (plan) do nothing;
	return null;
end $$;
comment on function plan_tick_begin is 'What is near was made with the plan''s issue: the tick goes on from there.';
create trigger plan_tick_begin after update on plan
	for each row when (old.status = 'draft' and new.status = 'issued') execute function plan_tick_begin();
insert into plan_tick (plan, done_for) select p.code, plan_effect(p) from plan p where p.status = 'issued';

create function daily_plans(today date) returns setof plan_tick
language plpgsql stable as $$
begin
	return query
	select k.*
	from plan_tick k
	join plan p on p.code = k.plan
	-- One of a far future is a wrong clock's.
	where (k.done_for < today or k.done_for > today + 366)
		and (p.year >= extract(year from today) - 1
			or exists (select from deadline d where d.plan = k.plan and d.status = 'open'));
end $$;
comment on function daily_plans is 'Those whose next obligations have not been made for that day.';

create function daily_plan(today date) returns boolean
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
declare
	k plan_tick;
	done boolean := true;
begin
	-- One that could not be done comes after the others.
	select * into k from daily_plans(today) order by tried_at, plan limit 1;
	if not found then
		return false;
	end if;
	begin
		-- Periods that ended while nobody ran are owed too.
		perform deadline_sync(k.plan, null, today, least(k.done_for, today), 'tick');
	exception when others then
		raise warning 'the deadlines of % could not be made: %', k.plan, sqlerrm;
		done := false;
	end;
	update plan_tick set done_for = case when done then today else done_for end, tried_at = clock_timestamp() where plan = k.plan;
	return done;
end $$;
comment on function daily_plan is 'Makes the next obligations of one plan; false when there was none to do, or it could not be done.';

create function daily_escalate(today date) returns boolean
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
declare
	late bigint[];
begin
	perform from calendar_edition for update;
	late := array(
		select id
		from deadline
		where status = 'open' and escalated_on is distinct from due_on and due_on < today
		order by due_on, id
		limit 1000);
	perform from deadline where id = any (late) order by id for update;
	with marked as (
		-- No new version: that it is late is not stored, only that it has been written down.
		update deadline d set escalated_on = d.due_on, events = d.events + 1
		where d.id = any (late) and d.status = 'open' and d.due_on < today
		returning d.id, d.due_on
	)
	insert into deadline_event (deadline, day, kind, by_role, data)
	select id, today, 'late', 'system', jsonb_build_object('due_on', due_on) from marked;
	return cardinality(late) > 0;
end $$;

create function daily_tick(today date) returns boolean
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
begin
	perform from daily_tick where name = 'deadlines' and (done_for is null or done_for < today or done_for > today + 366)
	for update skip locked;
	if not found then
		return false;
	end if;
	if daily_plan(today) or daily_escalate(today) then
		return true;
	end if;
	-- What could not be done is tried again at the next turn.
	update daily_tick set done_for = today where name = 'deadlines' and not exists (select from daily_plans(today));
	return false;
end $$;
comment on function daily_tick is
	'A piece of the day''s work, in a transaction of its own: the next obligations of a plan, or entries for a thousand deadlines that became late. True while there may be more to do at once.';

grant execute on function daily_tick to kstthc_service;
