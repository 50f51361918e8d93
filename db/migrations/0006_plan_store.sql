-- What a body has wrong that its fields cannot tell, and the storing of a whole plan.

create function party_errors(pointer text, parties jsonb) returns setof jsonb
language plpgsql stable as $$
begin
	return query
	select jsonb_build_object('pointer', pointer || '/' || (p.position - 1) || '/agency', 'code', 'agency_and_group')
	from jsonb_array_elements(parties) with ordinality as p (party, position)
	where p.party ? 'agency' and p.party ? 'group'
	union all
	select jsonb_build_object('pointer', pointer || '/' || (p.position - 1) || '/agency', 'code', 'unknown_agency',
		'value', p.party->>'agency')
	from jsonb_array_elements(parties) with ordinality as p (party, position)
	where p.party ? 'agency' and not exists (select from agency where code = p.party->>'agency')
	union all
	select jsonb_build_object('pointer', pointer || '/' || (p.position - 1) || '/group', 'code', 'unknown_group',
		'value', p.party->>'group')
	from jsonb_array_elements(parties) with ordinality as p (party, position)
	where p.party ? 'group' and not exists (select from agency_group where code = p.party->>'group');
end $$;

create function timing_error(timing jsonb) returns text
language plpgsql immutable as $$
declare
	dated boolean := timing->>'kind' in ('on_date', 'quarter', 'half_year', 'year');
begin
	-- The office may set a date for what the plan leaves open; only what recurs or never ends has none.
	return case
		when dated and not timing ? 'due_on' then 'due_on_missing'
		when timing->>'kind' in ('recurring', 'continuous', 'unknown') and timing ? 'due_on' then 'due_on_not_allowed'
		when timing->>'kind' <> 'recurring' and timing ? 'recurrence' then 'rrule_not_allowed'
		when timing ? 'recurrence' and timing->'recurrence'->>'rrule'
			!~ '^FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)(;(INTERVAL|BYMONTH|BYMONTHDAY|BYDAY|COUNT|UNTIL)=[0-9A-Z,+-]+)*$'
			then 'bad_rrule'
	end;
end $$;

create function part_errors(pointer text, parts jsonb) returns setof jsonb
language plpgsql stable as $$
begin
	return query
	select errors.*
	from jsonb_array_elements(parts) with ordinality as p (part, position),
		lateral party_errors(pointer || '/' || (p.position - 1) || '/assignments', coalesce(p.part->'assignments', '[]')) errors
	union all
	select jsonb_build_object('pointer', pointer || '/' || (p.position - 1) || '/timings/' || (t.position - 1)
			|| case timing_error(t.timing) when 'due_on_missing' then '/due_on' when 'due_on_not_allowed' then '/due_on'
				when 'bad_rrule' then '/recurrence/rrule' else '/recurrence' end,
		'code', timing_error(t.timing))
	from jsonb_array_elements(parts) with ordinality as p (part, position),
		jsonb_array_elements(coalesce(p.part->'timings', '[]')) with ordinality as t (timing, position)
	where timing_error(t.timing) is not null;
end $$;

create function task_parts(parts jsonb) returns jsonb
language sql immutable as $$
	select jsonb_agg('{"outputs": [], "timings": [], "assignments": []}'::jsonb || jsonb_strip_nulls(part) order by position)
	from jsonb_array_elements(parts) with ordinality as p (part, position)
$$;
comment on function task_parts is 'Parts as they are stored: every list there, nothing null.';

create function task_errors(of_plan text, body jsonb) returns jsonb
language plpgsql volatile as $$
begin
	return (
		select jsonb_agg(error) from (
			select jsonb_build_object('pointer', '/section', 'code', 'unknown_section', 'value', body->>'section') as error
			where body ? 'section' and not exists (select from plan_section
				where plan = of_plan and ordinal = (body->>'section')::integer)
			union all
			select * from part_errors('/parts', coalesce(body->'parts', '[]'))
		) errors
	);
end $$;
comment on function task_errors is
	'What a task''s body has wrong beyond its fields; null when nothing. Volatile: it sees what was committed while its caller waited.';

create function plan_errors(body jsonb) returns jsonb
language plpgsql stable as $$
begin
	return (
		select jsonb_agg(error) from (
			select jsonb_build_object('pointer', '/sections/' || (s.position - 1) || '/ordinal', 'code', 'duplicate_ordinal',
				'value', s.section->>'ordinal') as error
			from (select section, position, row_number() over (partition by section->>'ordinal' order by position) as nth
				from jsonb_array_elements(body->'sections') with ordinality as x (section, position)) s
			where nth > 1
			union all
			select jsonb_build_object('pointer', '/tasks/' || (t.position - 1) || '/number', 'code', 'duplicate_number',
				'value', t.task->>'number')
			from (select task, position, row_number() over (partition by task->>'number' order by position) as nth
				from jsonb_array_elements(body->'tasks') with ordinality as x (task, position)) t
			where nth > 1
			union all
			select jsonb_build_object('pointer', '/tasks/' || (t.position - 1) || '/section', 'code', 'unknown_section',
				'value', t.task->>'section')
			from jsonb_array_elements(body->'tasks') with ordinality as t (task, position)
			where not exists (select from jsonb_array_elements(body->'sections') as s where s->>'ordinal' = t.task->>'section')
			union all
			select jsonb_build_object('pointer', '/indicators/' || (i.position - 1) || '/code', 'code', 'duplicate_code',
				'value', i.indicator->>'code')
			from (select indicator, position, row_number() over (partition by indicator->>'code' order by position) as nth
				from jsonb_array_elements(body->'indicators') with ordinality as x (indicator, position)) i
			where nth > 1
			union all
			-- Of what one entry of the ledger, and one reply, may hold.
			select jsonb_build_object('pointer', '/' || member, 'code', 'too_large')
			from unnest(array['sections', 'indicators']) as member
			where octet_length((body->member)::text) > 262144
			union all
			select jsonb_build_object('pointer', '/tasks/' || (t.position - 1) || '/parts', 'code', 'too_large')
			from jsonb_array_elements(body->'tasks') with ordinality as t (task, position)
			where octet_length((t.task->'parts')::text) > 65536
			union all
			select errors.*
			from jsonb_array_elements(body->'tasks') with ordinality as t (task, position),
				lateral part_errors('/tasks/' || (t.position - 1) || '/parts', t.task->'parts') errors
			union all
			select errors.*
			from jsonb_array_elements(coalesce(body->'indicators', '[]')) with ordinality as i (indicator, position),
				lateral party_errors('/indicators/' || (i.position - 1) || '/scope', coalesce(i.indicator->'scope', '[]')) errors
			limit 100
		) errors
	);
end $$;
comment on function plan_errors is 'At most 100 of what a plan''s body has wrong beyond its fields; null when nothing.';

create function plan_document(p plan) returns jsonb
language plpgsql stable as $$
begin
	return jsonb_strip_nulls(jsonb_build_object('code', p.code, 'year', p.year, 'title', p.title,
		'decision', jsonb_build_object('number', p.decision_number, 'date', p.decision_date, 'issuer', p.issuer),
		'sections', p.sections, 'target_rule', p.target_rule, 'indicators', p.indicators,
		'tasks', (select coalesce(jsonb_agg(jsonb_build_object('number', t.number, 'label', t.label, 'section', t.section,
				'title', t.title, 'parts', t.parts) order by t.number), '[]')
			from task t where t.plan = p.code)));
end $$;
comment on function plan_document is 'A plan with its tasks as createPlan takes it, without nulls: to see whether a body is what is stored.';

create function plan_normal(body jsonb) returns jsonb
language plpgsql stable as $$
begin
	return jsonb_strip_nulls(body || jsonb_build_object(
		'decision', jsonb_build_object('number', body->'decision'->'number', 'date', body->'decision'->'date',
			'issuer', body->'decision'->'issuer'),
		'indicators', coalesce(body->'indicators', '[]'),
		'sections', (select coalesce(jsonb_agg('{"ancestors": []}'::jsonb || section order by (section->>'ordinal')::integer), '[]')
			from jsonb_array_elements(body->'sections') as section),
		'tasks', (select coalesce(jsonb_agg(task || jsonb_build_object('parts', task_parts(task->'parts'))
				order by (task->>'number')::integer), '[]')
			from jsonb_array_elements(body->'tasks') as task)));
end $$;
comment on function plan_normal is 'A checked body in the one form in which plan_document() gives it.';

create function plan_fill(normal jsonb, changed_sections integer[]) returns void
language plpgsql as $$
declare
	of_plan text := normal->>'code';
begin
	with wanted as materialized (
		select t.number, t.label, t.section, t.title, t.parts
		from jsonb_to_recordset(normal->'tasks') as t (number integer, label text, section integer, title text, parts jsonb)
	), gone as (
		delete from task where plan = of_plan and number not in (select number from wanted)
	), changed as (
		update task t set label = n.label, section = n.section, title = n.title, parts = n.parts, version = t.version + 1
		from wanted n
		where t.plan = of_plan and t.number = n.number
			and ((t.label, t.section, t.title, t.parts) is distinct from (n.label, n.section, n.title, n.parts)
				or t.section = any (changed_sections))
	)
	insert into task (plan, number, label, section, title, parts)
	select of_plan, n.number, n.label, n.section, n.title, n.parts from wanted n
	where not exists (select from task t where t.plan = of_plan and t.number = n.number)
	order by n.number;

	delete from plan_section where plan = of_plan
		and ordinal not in (select (s->>'ordinal')::integer from jsonb_array_elements(normal->'sections') as s);
end $$;
comment on function plan_fill is
	'Makes the tasks of a plan, whose row the caller holds, those of a body in normal form. A task''s view has its section''s heading: where that changed, the task has too.';

create function plan_changed_sections(normal jsonb) returns integer[]
language plpgsql stable as $$
begin
	return (
		select coalesce(array_agg(s.ordinal), '{}')
		from plan_section s
		join jsonb_to_recordset(normal->'sections') as n (ordinal integer, label text, title text, ancestors jsonb) using (ordinal)
		where s.plan = normal->>'code' and (s.label, s.title, s.ancestors) is distinct from (n.label, n.title, n.ancestors));
end $$;

create function plan_store(body jsonb, versions bigint[]) returns table (
	outcome text, errors jsonb, body_json text, plan_version bigint, location text, status integer)
language plpgsql as $$
declare
	normal jsonb;
	stored plan;
	changed_sections integer[];
begin
	errors := plan_errors(body);
	if errors is not null then
		outcome := 'invalid';
		return next;
		return;
	end if;
	normal := plan_normal(body);
	if versions <> '{}' and not exists (select from plan p where p.code = normal->>'code') then
		outcome := 'stale_version';
		return next;
		return;
	end if;

	insert into plan (code, year, title, decision_number, decision_date, issuer, sections, target_rule, indicators)
	values (normal->>'code', (normal->>'year')::integer, normal->>'title', normal->'decision'->>'number',
		(normal->'decision'->>'date')::date, normal->'decision'->>'issuer', normal->'sections', normal->'target_rule',
		normal->'indicators')
	on conflict (code) do nothing
	returning * into stored;
	if found then
		perform plan_fill(normal, '{}');
		status := 201;
	else
		-- Whoever stored it may still have been storing it: the lock waits for that, and what is read after it is whole.
		select * into stored from plan p where p.code = normal->>'code' for update;
		if versions = '{}' then
			outcome := 'stale_version';
		elsif plan_document(stored) = normal then
			status := 200;
		elsif stored.status <> 'draft' then
			outcome := 'wrong_state';
		elsif versions is null then
			outcome := 'conflict';
			errors := jsonb_build_array(jsonb_build_object('pointer', '/code', 'code', 'taken', 'value', stored.code));
		elsif stored.version <> all (versions) and 0 <> all (versions) then
			outcome := 'stale_version';
		else
			changed_sections := plan_changed_sections(normal);
			update plan p set year = (normal->>'year')::integer, title = normal->>'title',
				decision_number = normal->'decision'->>'number', decision_date = (normal->'decision'->>'date')::date,
				issuer = normal->'decision'->>'issuer', sections = normal->'sections',
				target_rule = normal->'target_rule', indicators = normal->'indicators', version = p.version + 1
			where p.code = stored.code
			returning p.* into stored;
			perform plan_fill(normal, changed_sections);
			status := 200;
		end if;
	end if;
	if status is not null then
		body_json := plan_json(stored)::text;
		plan_version := stored.version;
		location := '/v1/plans/' || stored.code;
	end if;
	return next;
end $$;
comment on function plan_store is
	'Stores a plan and its tasks as a draft, whole or not at all. What is stored already and equal is left alone (200); a draft that differs is replaced only by a caller who names its version; an issued one never.';

create function plan_seed(body jsonb) returns boolean
language plpgsql as $$
begin
	if exists (select from plan where code = body->>'code') then
		return false;
	end if;
	if (select outcome is not null from plan_store(body, null)) then
		raise exception 'the seed''s plan is not valid: %', plan_errors(body);
	end if;
	update plan set status = 'issued', version = version + 1 where code = body->>'code';
	return true;
end $$;
comment on function plan_seed is 'Stores and issues a plan unless one with its code is there; whether it did.';

grant select on plan, plan_section, task, task_party to kstthc_service, kstthc_public;
grant insert, update on plan to kstthc_service;
grant insert, update, delete on task to kstthc_service;
grant delete on plan_section to kstthc_service;
grant execute on function party_errors, part_errors, timing_error, task_parts, task_errors, plan_errors, plan_document,
	plan_normal, plan_fill, plan_changed_sections, plan_store to kstthc_service;
