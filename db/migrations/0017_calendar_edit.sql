-- Reading terms, and editing days and rules: what follows from them moves in
-- the same transaction.

create function calendar_put(of_code text, body jsonb, versions bigint[])
	returns table (outcome text, body_json text, day_version bigint, variant text)
language plpgsql volatile as $$
declare
	c calendar_day;
	edition bigint;
	moved bigint := 0;
begin
	-- One edit at a time, and nobody makes deadlines from days that are being changed.
	select e.version into edition from calendar_edition e for update;
	select * into c from calendar_day t where t.code = of_code for update;
	if not found or versions = '{}' or c.version <> all (versions) then
		outcome := 'stale_version';
		return next;
		return;
	end if;
	if (c.kind, c.reason, c.verified)
		is distinct from (body->>'kind', body->>'reason', coalesce((body->>'verified')::boolean, true))
	then
		update calendar_day t
		set kind = body->>'kind', reason = body->>'reason', verified = coalesce((body->>'verified')::boolean, true),
			version = t.version + 1
		where t.day = c.day;
		update calendar_edition e set version = e.version + 1 returning e.version into edition;
		if c.kind <> body->>'kind' then
			perform calendar_renumber(c.day);
			moved := deadline_recount('office');
		end if;
		select * into c from calendar_day t where t.day = c.day;
	end if;
	body_json := (calendar_day_view(c)::jsonb || jsonb_build_object('moved_deadlines', moved))::text;
	day_version := c.version;
	variant := 'c' || edition;
	return next;
end $$;
comment on function calendar_put is 'Sets a day off or to work. A day that is not in the calendar has no version (RFC 9110, 13.1.1).';

create function term_rule_patch(of_code text, body jsonb, versions bigint[])
	returns table (outcome text, errors jsonb, body_json text, rule_version bigint)
language plpgsql volatile as $$
declare
	r term_rule;
	was text;
	moved bigint := 0;
begin
	perform from calendar_edition for update;
	select * into r from term_rule t where t.code = of_code for update;
	if not found then
		return;
	end if;
	was := r.value;
	if r.version <> all (versions) then
		outcome := 'stale_version';
	elsif body ? 'value' and body->>'value' <> all (r.choices) then
		outcome := 'invalid';
		errors := jsonb_build_array(jsonb_build_object('pointer', '/value', 'code', 'not_in_list',
			'value', array_to_string(r.choices, ', ')));
	elsif (r.value, r.legal_basis) is distinct from
		(coalesce(body->>'value', r.value), case when body ? 'legal_basis' then body->>'legal_basis' else r.legal_basis end)
	then
		update term_rule t
		set value = coalesce(body->>'value', t.value),
			legal_basis = case when body ? 'legal_basis' then body->>'legal_basis' else t.legal_basis end,
			version = t.version + 1
		where t.code = of_code
		returning * into r;
		if r.value <> was then
			update calendar_edition e set version = e.version + 1;
			if of_code = 'makeup-days' then
				perform calendar_renumber((select min(day) from calendar_day));
			end if;
			moved := deadline_recount('office');
		end if;
	end if;
	if outcome is null then
		body_json := (term_rule_json(r)::jsonb || jsonb_build_object('moved_deadlines', moved))::text;
		rule_version := r.version;
	end if;
	return next;
end $$;

create function calendar_term_errors(query jsonb) returns jsonb
language sql stable as $$
	select jsonb_agg(error) from (
		select jsonb_build_object('parameter', 'working_days', 'code', 'not_both') as error
		where query ? 'working_days' and query ? 'days'
		union all
		select jsonb_build_object('parameter', 'working_days', 'code', 'required')
		where not query ? 'working_days' and not query ? 'days'
		union all
		select jsonb_build_object('parameter', 'from', 'code', 'out_of_calendar')
		where (query ? 'working_days' or query ? 'days')
			and case when query ? 'working_days' then term_end((query->>'from')::date, (query->>'working_days')::integer)
				else term_end_days((query->>'from')::date, (query->>'days')::integer) end is null
	) errors
$$;

create function calendar_term(query jsonb) returns table (outcome text, errors jsonb, body_json text)
language plpgsql stable as $$
declare
	starts date := (query->>'from')::date;
	ends date;
begin
	errors := calendar_term_errors(query);
	if errors is not null then
		outcome := 'invalid';
		return next;
		return;
	end if;
	ends := case when query ? 'working_days' then term_end(starts, (query->>'working_days')::integer)
		else term_end_days(starts, (query->>'days')::integer) end;
	body_json := (query || jsonb_build_object('last_day', ends,
		'skipped', (
			select coalesce(jsonb_agg(jsonb_build_object('date', day, 'reason', calendar_day_reason(day, reason)) order by day), '[]')
			from calendar_day
			where not working and day <= ends
				-- Of a term in days only those that its end was put off over; the day it runs from is counted in neither.
				and case when query ? 'working_days' then day > starts
					else day >= starts + (query->>'days')::integer and day < ends end)))::text;
	return next;
end $$;

create function calendar_seed(body jsonb) returns bigint
language plpgsql volatile as $$
declare
	first_day date;
	seeded bigint;
begin
	perform from calendar_edition for update;
	with changed as (
		update calendar_day c
		set kind = n.kind, reason = n.reason, verified = n.verified, version = c.version + 1
		from jsonb_to_recordset(body->'days') as n (date date, kind text, reason text, verified boolean)
		where c.day = n.date and c.version = 1
		returning c.day
	)
	select min(day), count(*) into first_day, seeded from changed;
	if seeded > 0 then
		update calendar_edition e set version = e.version + 1;
		perform calendar_renumber(first_day);
		perform deadline_recount('system');
	end if;
	return seeded;
end $$;
comment on function calendar_seed is 'Puts in the days of a list, but for those that have been edited; how many.';

grant execute on function calendar_put, term_rule_patch, calendar_seed to kstthc_service;
grant execute on function calendar_term, calendar_term_errors to kstthc_service, kstthc_public;
