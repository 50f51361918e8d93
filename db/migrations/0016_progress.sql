-- What callers see of deadlines, the moves that agencies and the office make,
-- and how their story reads.

create function deadline_over(d deadline) returns boolean
language sql stable parallel safe
return d.status = 'cancelled' and (d.cancelled_by = 'plan' or d.task is null);
comment on function deadline_over is 'No longer of the plan: what the office has cancelled itself can be taken back.';

create function deadline_view(d deadline, title text, sees boolean, today date, today_number integer, due_number integer,
	actions jsonb) returns json
language sql stable parallel safe
return json_build_object('id', d.code, 'plan', d.plan, 'task', d.task, 'former_task', d.former_task, 'part', d.part,
	'part_label', d.part_label, 'title', coalesce(title, d.former_title),
	'timing', json_build_object('kind', d.timing_kind, 'text', d.timing_text), 'agency', d.agency, 'role', d.role,
	'period', d.period, 'period_from', d.period_from, 'period_to', d.period_to, 'basis', d.basis, 'due_on', d.due_on,
	'status', case when sees then d.status end,
	'overdue', case when sees then d.status = 'open' and d.due_on < today end,
	'percent', case when sees then d.percent end,
	'working_days_left', case when sees and d.status = 'open' and d.due_on >= today then due_number - today_number end,
	'working_days_late', case when sees then case when d.status = 'open' and d.due_on < today then today_number - due_number
		else d.late_days end end,
	'done_on', case when sees then d.done_on end,
	'original_due_on', case when sees then d.original_due_on end,
	'fixed', case when sees then d.fixed end,
	'actions', case when sees and not deadline_over(d) then coalesce(actions->d.status, '[]') else '[]' end,
	'version', case when sees then d.version else d.public_version end);
comment on function deadline_view is
	'What a caller gets. The numbers are calendar_day.number of today and of due_on. Who may not see progress sees what is due and when; the version is then that of its day.';

create function deadline_sees(d deadline, publish boolean, roles text[], own text) returns boolean
language sql stable parallel safe
return publish or roles && array['viewer', 'office'] or ('agency' = any (roles) and d.agency = own);
comment on function deadline_sees is 'Whether a caller may see how far a deadline is.';

create function deadline_shown(d deadline, publish boolean, roles text[], own text) returns boolean
language sql stable parallel safe
return case when d.status = 'cancelled' then deadline_sees(d, false, roles, own)
	else d.task is not null or deadline_sees(d, publish, roles, own) end;
comment on function deadline_shown is
	'Whether a caller gets it at all. When a task is dropped only what has been reported stays: that it is there tells how far it was.';

create function deadline_filtered(query jsonb, after jsonb, today date) returns setof deadline
language sql stable as $$
	select *
	from deadline d
	where (query->>'agency' is null or d.agency = query->>'agency')
		and (query->>'plan' is null or d.plan = query->>'plan')
		and (query->>'task' is null or d.task = query->>'task')
		and (query->>'role' is null or d.role = query->>'role')
		and (query->>'period' is null or d.period = query->>'period')
		and (query->>'from' is null or d.due_on >= (query->>'from')::date)
		and (query->>'to' is null or d.due_on <= (query->>'to')::date)
		and (query->>'status' is null or d.status = query->>'status')
		and (query->>'overdue' is null
			or case when (query->>'overdue')::boolean then d.status = 'open' and d.due_on < today
				when query->>'status' = 'open' then d.due_on >= today
				else d.status <> 'open' or d.due_on >= today end)
		and (after is null or case when query->>'sort' = '-due_on'
			then (d.due_on, d.id) < ((after->>0)::date, (after->>1)::bigint)
			else (d.due_on, d.id) > ((after->>0)::date, (after->>1)::bigint) end)
$$;
comment on function deadline_filtered is
	'What the filters of a list name, whoever asks. Becomes part of the statement that calls it, so that indexes are used.';

create function deadline_disclosed(query jsonb, after jsonb, today date, own text, wanted integer) returns setof deadline
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
begin
	return query
	(
		select *
		from deadline_filtered(query, after, today) d
		where d.agency = own
		order by case when query->>'sort' = '-due_on' then d.due_on end desc,
			case when query->>'sort' = '-due_on' then d.id end desc,
			case when query->>'sort' is distinct from '-due_on' then d.due_on end,
			case when query->>'sort' is distinct from '-due_on' then d.id end
		limit wanted
	)
	union all
	select d.*
	from plan p
	cross join lateral (
		select *
		from deadline_filtered(query, after, today) d
		where d.plan = p.code and d.status <> 'cancelled' and (own is null or d.agency <> own)
		order by case when query->>'sort' = '-due_on' then d.due_on end desc,
			case when query->>'sort' = '-due_on' then d.id end desc,
			case when query->>'sort' is distinct from '-due_on' then d.due_on end,
			case when query->>'sort' is distinct from '-due_on' then d.id end
		limit wanted
	) d
	where p.publish_progress;
end $$;
comment on function deadline_disclosed is
	'The first of an agency''s own, and of each plan that publishes progress, that filters name: found by agency and by plan, else all would be read for the few that one may see.';

create function deadline_actions(of_agency text, actions jsonb, roles text[], own text) returns jsonb
language sql stable parallel safe
return case
	when of_agency = own then actions
	when not 'office' = any (roles) then '{}'
	when 'agency' = any (roles) then (select jsonb_object_agg(key, value - 'report') from jsonb_each(actions))
	else actions
end;
comment on function deadline_actions is 'The moves that a caller may make: an agency reports on its own, also when it is the office.';

create function date_words(day jsonb) returns text
language sql stable parallel safe
return to_char((day #>> '{}')::date, 'DD/MM/YYYY');

create function document_words(document jsonb) returns text
language sql stable parallel safe
return case when document is null then '' else ' (theo ' || concat_ws(' ', 'văn bản', 'số ' || (document->>'number'),
	'ngày ' || date_words(document->'date'), document->>'title') || ')' end;

create function deadline_event_text(kind text, by_role text, data jsonb) returns text
language sql stable parallel safe
return case kind
	when 'created' then 'Được giao, hạn ' || date_words(data->'due_on') || '.'
	when 'moved' then case
		when data ? 'task' then 'Nhiệm vụ ' || (data->>'old_task') || ' nay là ' || (data->>'task') || ', hạn vẫn là '
			|| date_words(data->'due_on')
		when data ? 'old_task' then 'Nhiệm vụ ' || (data->>'old_task') || ' không còn, hạn vẫn là ' || date_words(data->'due_on')
		when data ? 'old_due_on' then 'Hạn chuyển từ ' || date_words(data->'old_due_on') || ' sang ' || date_words(data->'due_on')
		else 'Nội dung giao thay đổi, hạn vẫn là ' || date_words(data->'due_on') end
		|| case data->>'because' when 'calendar' then ' do lịch làm việc thay đổi.' when 'plan' then ' do kế hoạch thay đổi.'
			else ' do cơ quan được giao thay đổi.' end
	when 'transfer' then 'Chuyển nghĩa vụ từ ' || (data->>'from') || ' sang ' || (data->>'to') || ', hạn '
		|| date_words(data->'due_on') || '.'
	when 'reopen' then 'Được giao lại, hạn ' || date_words(data->'due_on') || '.'
	when 'report' then case when (data->>'done')::boolean then 'Cơ quan báo cáo đã hoàn thành'
		else 'Cơ quan báo cáo đạt ' || (data->>'percent') || '%' end || coalesce(': ' || (data->>'note'), '.')
	when 'verify' then 'Xác nhận hoàn thành' || coalesce(': ' || (data->>'note'), '.')
	when 'return' then 'Trả lại: ' || (data->>'reason')
	when 'extend' then 'Gia hạn từ ' || date_words(data->'old_due_on') || ' đến ' || date_words(data->'due_on')
		|| document_words(data->'document') || ': ' || (data->>'reason')
	when 'remind' then 'Đôn đốc: ' || (data->>'message')
	when 'cancel' then case when by_role = 'office' and data ? 'reason'
		then 'Hủy' || document_words(data->'document') || ': ' || (data->>'reason')
		when data->>'because' = 'plan' then 'Hủy vì không còn thuộc kế hoạch.'
		else 'Hủy vì cơ quan không còn được giao.' end
	when 'late' then 'Quá hạn ' || date_words(data->'due_on') || ' mà chưa báo cáo hoàn thành.'
end;
comment on function deadline_event_text is 'One entry of a deadline''s story, in a sentence.';

create function deadline_event_view(e deadline_event) returns json
language sql stable parallel safe
return json_build_object('id', e.id::text,
	'at', to_char(e.at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS"+07:00"'), 'kind', e.kind,
	'by', json_build_object('role', e.by_role, 'agency', e.by_agency),
	'text', deadline_event_text(e.kind, e.by_role, e.data), 'data', e.data);
comment on function deadline_event_view is 'What a caller gets of the story.';

create function deadline_report_view(e deadline_event) returns json
language sql stable parallel safe
return json_build_object('id', e.id::text,
	'at', to_char(e.at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS"+07:00"'),
	'by', json_build_object('role', e.by_role, 'agency', e.by_agency), 'percent', e.data->'percent', 'note', e.data->'note',
	'documents', e.data->'documents', 'done', e.data->'done');
comment on function deadline_report_view is 'What a caller gets of a progress report.';

create function deadline_id(text) returns bigint
language sql immutable parallel safe
return case when $1 ~ '^[1-9][0-9]{0,17}$' then $1::bigint end;

create function deadline_move_errors(d deadline, move text, body jsonb) returns jsonb
language sql stable as $$
	select jsonb_agg(error) from (
		select jsonb_build_object('pointer', '/percent', 'code', 'too_small', 'value', '100') as error
		where move = 'report' and (body->>'done')::boolean and (body->>'percent')::integer <> 100
		union all
		select jsonb_build_object('pointer', '/due_on', 'code', 'not_after_due_on', 'value', d.due_on::text)
		where move = 'extend' and (body->>'due_on')::date <= d.due_on
		union all
		-- Of what one deadline's story may hold. What an agency has filled the office can still bring to an end.
		select jsonb_build_object('pointer', '', 'code', 'too_many', 'value', most::text)
		from (values (case move when 'report' then 1000 else 1100 end)) bound (most)
		where d.events >= most and move <> 'cancel'
	) errors
$$;

create function deadline_move(of_id text, move jsonb, body jsonb, versions bigint[], today date, roles text[], own text,
	actions jsonb) returns table (outcome text, errors jsonb, body_json text, deadline_version bigint, variant text, location text)
language plpgsql volatile as $$
declare
	name text := move->>'move';
	d deadline;
	was deadline;
	told jsonb;
begin
	select * into d from deadline t
	where t.id = deadline_id(of_id) and (move->>'role' <> 'agency' or t.agency = own)
	for update;
	if not found then
		return;
	end if;
	if d.version <> all (versions) and 0 <> all (versions) then
		outcome := 'stale_version';
	elsif not move->'from' ? d.status or deadline_over(d) then
		outcome := 'wrong_state';
	else
		errors := deadline_move_errors(d, name, body);
		if errors is not null then
			outcome := 'invalid';
		end if;
	end if;
	if outcome is not null then
		return next;
		return;
	end if;

	was := d;
	told := coalesce(body, '{}');
	case name
	when 'report' then
		told := told || jsonb_build_object('note', told->'note', 'documents', coalesce(told->'documents', '[]'),
			'done', coalesce((told->>'done')::boolean, false));
		d.percent := (told->>'percent')::integer;
		d.status := case when (told->>'done')::boolean then 'reported' else 'open' end;
		-- What is added while the office looks at it does not make it later.
		d.done_on := case when d.status = 'reported' then coalesce(was.done_on, today) end;
	when 'verify' then
		d.status := 'done';
		d.percent := 100;
	when 'return' then
		-- Also what the office cancelled by mistake.
		d.status := 'open';
		d.cancelled_by := null;
		d.done_on := null;
		d.percent := coalesce((
			select (e.data->>'percent')::integer from deadline_event e
			where e.deadline = d.id and e.kind = 'report' and not (e.data->>'done')::boolean
			order by e.id desc limit 1), 0);
	when 'extend' then
		told := told || jsonb_build_object('old_due_on', d.due_on);
		d.original_due_on := coalesce(d.original_due_on, d.due_on);
		d.due_on := (told->>'due_on')::date;
		d.fixed := true;
	when 'cancel' then
		d.status := 'cancelled';
		d.cancelled_by := 'office';
	when 'remind' then
		null;
	end case;
	d.late_days := case when d.done_on > d.due_on then coalesce(working_days(d.due_on, d.done_on), 0) end;

	update deadline t
	set (percent, status, done_on, late_days, original_due_on, due_on, fixed, cancelled_by, events, version)
		= (d.percent, d.status, d.done_on, d.late_days, d.original_due_on, d.due_on, d.fixed, d.cancelled_by, t.events + 1,
			t.version + 1)
	where t.id = d.id
	returning t.* into d;
	insert into deadline_event (deadline, day, kind, by_role, by_agency, data)
	values (d.id, today, name, move->>'role', case when move->>'role' = 'agency' then own end, jsonb_strip_nulls(told));

	select deadline_view(d, t.title, true, today, n.number, c.number, deadline_actions(d.agency, actions, roles, own))::text,
		deadline_variant(e.version, t.version, p.version, true, d.agency = own)
	into body_json, variant
	from plan p
	cross join calendar_edition e
	left join task t on t.code = d.task
	left join calendar_day c on c.day = d.due_on
	left join calendar_day n on n.day = today
	where p.code = d.plan;
	deadline_version := d.version;
	location := '/v1/deadlines/' || d.code || '/reports';
	return next;
end $$;
comment on function deadline_move is
	'Makes a move of the workflow, which the caller has from its table: {move, role, from}. No row when there is no such deadline, or none of the agency.';

create function deadline_variant(edition bigint, task_version bigint, plan_version bigint, sees boolean, owns boolean)
	returns text
language sql immutable parallel safe
return 'c' || edition || 't' || coalesce(task_version, 0) || 'p' || plan_version || case when sees then 's' else '' end
	|| case when owns then 'o' else '' end;
comment on function deadline_variant is 'What a deadline''s view depends on beside its own version.';

grant execute on function deadline_over, deadline_view, deadline_sees, deadline_shown, deadline_filtered, deadline_disclosed,
	deadline_actions, deadline_id, deadline_variant
	to kstthc_service, kstthc_public;
grant execute on function date_words, document_words, deadline_event_text, deadline_event_view, deadline_report_view,
	deadline_move_errors, deadline_move to kstthc_service;

create function agenda_item(d deadline, title text, today date, today_number integer, due_number integer, actions jsonb)
	returns json
language sql stable parallel safe
return json_build_object('kind', 'deadline', 'id', d.code, 'due_on', d.due_on, 'title', coalesce(title, d.former_title),
	'plan', d.plan, 'task', d.task, 'part', d.part, 'part_label', d.part_label, 'period', d.period, 'role', d.role,
	'status', d.status, 'percent', d.percent, 'overdue', d.due_on < today,
	'working_days_left', case when d.due_on >= today then due_number - today_number end,
	'working_days_late', case when d.due_on < today then today_number - due_number end,
	'actions', coalesce(actions->d.status, '[]'), 'version', d.version);
comment on function agenda_item is 'One thing that an agency owes, as its agenda shows it.';

create function agenda_read(query jsonb, wanted integer, after jsonb, today date, roles text[], own text, actions jsonb)
	returns table (outcome text, errors jsonb, version bigint, body text, next_key jsonb)
language plpgsql stable as $$
declare
	of_agency text := case when 'office' = any (roles) then query->>'agency' else own end;
	may jsonb := deadline_actions(of_agency, actions, roles, own);
begin
	if of_agency is null then
		outcome := 'invalid';
		errors := jsonb_build_array(jsonb_build_object('parameter', 'agency', 'code', 'required'));
		return next;
		return;
	end if;
	if query->>'agency' <> of_agency then
		return;
	end if;
	-- An agency without it has never owed anything.
	select a.version into version from agenda a where a.agency = of_agency;
	if not found then
		select 0 into version from agency g where g.code = of_agency;
		if not found then
			return;
		end if;
	end if;
	with page as (
		select d.due_on, d.id, agenda_item(d, t.title, today, n.number, c.number, may)::text as item,
			row_number() over (order by d.due_on, d.id) as nth
		from (
			select *
			from deadline o
			where o.agency = of_agency and o.status = 'open'
				and (after is null or (o.due_on, o.id) > ((after->>0)::date, (after->>1)::bigint))
			order by o.due_on, o.id
			limit wanted + 1
		) d
		left join task t on t.code = d.task
		left join calendar_day c on c.day = d.due_on
		left join calendar_day n on n.day = today
	)
	select '[' || coalesce(string_agg(item, ',' order by nth) filter (where nth <= wanted), '') || ']',
		case when count(*) > wanted then (select jsonb_build_array(p.due_on, p.id) from page p where p.nth = wanted) end
	into body, next_key
	from page;
	return next;
end $$;
comment on function agenda_read is
	'What an agency owes, and its version. No row for an agency that is not there, or not the caller''s.';
grant execute on function agenda_item, agenda_read to kstthc_service, kstthc_public;
