-- An issued plan is replaced by an amended one: what became of each task is
-- worked out by number and text, told, and done when the office confirms it.

create function words_alike(shared bigint, a bigint, b bigint) returns double precision
language sql immutable parallel safe
return shared::double precision / (a + b - shared);
comment on function words_alike is 'Words that two texts share, of all that they have (Jaccard): 0 to 1.';

create function plan_pairs(of_plan text, of_draft text, given jsonb, dropped jsonb)
	returns table (old_number integer, new_number integer, is_given boolean)
language plpgsql stable set enable_nestloop = off as $$
begin
	return query
	with given_pairs as (
		select (g->>'from')::integer as f, (g->>'to')::integer as t from jsonb_array_elements(given) g
	), o as materialized (
		select number, search_words(title) as text, parts
		from task
		where plan = of_plan and number not in (select f from given_pairs) and not dropped @> to_jsonb(number)
	), n as materialized (
		select number, search_words(title) as text, parts
		from task
		where plan = of_draft and number not in (select t from given_pairs)
	), o_whole as materialized (
		select *, row_number() over (partition by text, parts order by number) as nth, count(*) over (partition by text, parts) as many
		from o
	), n_whole as materialized (
		select *, row_number() over (partition by text, parts order by number) as nth, count(*) over (partition by text, parts) as many
		from n
	), whole as materialized (
		-- Said twice, and as often as before: in their order.
		select x.number as f, y.number as t from o_whole x join n_whole y using (text, parts, many, nth)
	), o_text as materialized (
		select number, text, row_number() over (partition by text order by number) as nth, count(*) over (partition by text) as many
		from o where number not in (select w.f from whole w)
	), n_text as materialized (
		select number, text, row_number() over (partition by text order by number) as nth, count(*) over (partition by text) as many
		from n where number not in (select w.t from whole w)
	), same as materialized (
		select * from whole
		union all
		select x.number, y.number from o_text x join n_text y using (text, many, nth)
	), o_left as materialized (
		select number, text, sum(length(text)) over () as letters from o where number not in (select s.f from same s)
	), n_left as materialized (
		select number, text, sum(length(text)) over () as letters from n where number not in (select s.t from same s)
	), o_word as materialized (
		-- More cannot be compared in a request; the office names them.
		select o.number, w.word, count(*) over (partition by o.number) as words
		from o_left o, lateral (select distinct word from string_to_table(o.text, ' ') as word) w
		where o.letters <= 500000
	), n_word as materialized (
		select n.number, w.word, count(*) over (partition by n.number) as words
		from n_left n, lateral (select distinct word from string_to_table(n.text, ' ') as word) w
		where n.letters <= 500000
	), effort as materialized (
		select coalesce(sum(x.tasks * y.tasks), 0) as joined
		from (select word, count(*) as tasks from o_word group by word) x
		join (select word, count(*) as tasks from n_word group by word) y using (word)
	), alike as materialized (
		select x.number as f, y.number as t, words_alike(count(*), x.words, y.words) as share
		from o_word x
		join n_word y using (word)
		where (select joined from effort) <= 1000000
		group by x.number, y.number, x.words, y.words
		having words_alike(count(*), x.words, y.words) >= 0.6
	), ranked as materialized (
		select a.f, a.t, rank() over (partition by a.f order by a.share desc, a.f = a.t desc) as of_old,
			rank() over (partition by a.t order by a.share desc, a.f = a.t desc) as of_new
		from alike a
	), likest as materialized (
		select b.f, b.t
		from (
			select r.f, r.t, count(*) over (partition by r.f) as olds, count(*) over (partition by r.t) as news
			from ranked r where r.of_old = 1 and r.of_new = 1
		) b
		where b.olds = 1 and b.news = 1
	), reworded as (
		select x.number as f
		from o_word x
		join n_word y using (number, word)
		where x.number not in (select l.f from likest l) and x.number not in (select l.t from likest l)
		group by x.number, x.words, y.words
		having words_alike(count(*), x.words, y.words) >= 0.4
	)
	select f, t, true from given_pairs
	union all select s.f, s.t, false from same s
	union all select l.f, l.t, false from likest l
	union all select r.f, r.f, false from reworded r;
end $$;
comment on function plan_pairs is
	'Which task of a plan is which of a draft: as given, of the same text, most alike, alike and of the same number. What is not in it is dropped, or new: so is what could be one or another.';

create function plan_amend_errors(of_plan text, of_draft text, body jsonb) returns jsonb
language plpgsql stable as $$
begin
	return (
		select jsonb_agg(error) from (
			select jsonb_build_object('pointer', '/draft', 'code', 'own_plan') as error where of_plan = of_draft
			union all
			select jsonb_build_object('pointer', '/draft', 'code', 'unknown_draft', 'value', of_draft)
			where of_plan <> of_draft and not exists (select from plan where code = of_draft and status = 'draft')
			union all
			select jsonb_build_object('pointer', '/draft', 'code', 'other_year', 'value', d.year::text)
			from plan p, plan d
			where p.code = of_plan and d.code = of_draft and d.status = 'draft' and d.year <> p.year
			union all
			select jsonb_build_object('pointer', '/renumbered/' || (g.position - 1) || '/from', 'code',
				case when g.nth > 1 then 'duplicate_task' else 'unknown_task' end, 'value', g.pair->>'from')
			from (select pair, position, row_number() over (partition by pair->>'from' order by position) as nth
				from jsonb_array_elements(body->'renumbered') with ordinality as r (pair, position)) g
			where g.nth > 1 or not exists (select from task where plan = of_plan and number = (g.pair->>'from')::integer)
			union all
			select jsonb_build_object('pointer', '/renumbered/' || (g.position - 1) || '/to', 'code',
				case when g.nth > 1 then 'duplicate_task' else 'unknown_task' end, 'value', g.pair->>'to')
			from (select pair, position, row_number() over (partition by pair->>'to' order by position) as nth
				from jsonb_array_elements(body->'renumbered') with ordinality as r (pair, position)) g
			where g.nth > 1 or not exists (select from task where plan = of_draft and number = (g.pair->>'to')::integer)
			union all
			select jsonb_build_object('pointer', '/dropped/' || (d.position - 1), 'code',
				case when d.nth > 1 or named then 'duplicate_task' else 'unknown_task' end, 'value', d.number)
			from (select number, position, row_number() over (partition by number order by position) as nth,
					exists (select from jsonb_array_elements(body->'renumbered') r where r->>'from' = number) as named
				from jsonb_array_elements_text(body->'dropped') with ordinality as x (number, position)) d
			where d.nth > 1 or named or not exists (select from task where plan = of_plan and number = d.number::integer)
			limit 100
		) errors
	);
end $$;

create function plan_amend_excess(p plan, d plan) returns jsonb
language sql stable as $$
	select jsonb_build_array(jsonb_build_object('pointer', '', 'code', 'too_many', 'value', excess))
	from (
		select case
			when jsonb_array_length(p.amendments) >= 100 then '100'
			-- Tasks and deadlines, each of which may be written: what is done within a request.
			when (select count(*) from task where plan in (p.code, d.code))
				+ (select count(*) from deadline where plan = p.code and task is not null) > 8000 then '8000'
		end as excess
	) x
	where excess is not null
$$;

-- Statistics know nothing yet of a draft just stored; it is joined by hash however few tasks they make it.
create function plan_amend_diff(of_plan text, of_draft text, body jsonb) returns jsonb
language plpgsql stable set enable_nestloop = off as $$
begin
	return (
		with pairs as materialized (
			select * from plan_pairs(of_plan, of_draft, coalesce(body->'renumbered', '[]'), coalesce(body->'dropped', '[]'))
		), both_tasks as materialized (
			select p.*, o.title as old_title, n.title as new_title,
				array_remove(array[
					case when o.title <> n.title then 'title' end,
					case when o.parts <> n.parts then 'parts' end,
					case when o.section <> n.section or (was.label, was.title, was.ancestors)
						is distinct from (will.label, will.title, will.ancestors) then 'section' end,
					case when o.label is distinct from n.label then 'label' end], null) as members
			from pairs p
			join task o on o.plan = of_plan and o.number = p.old_number
			join task n on n.plan = of_draft and n.number = p.new_number
			join plan_section was on was.plan = o.plan and was.ordinal = o.section
			join plan_section will on will.plan = n.plan and will.ordinal = n.section
		)
		select jsonb_build_object('plan', of_plan, 'draft', of_draft,
			'members', (select to_jsonb(array_remove(array[
					case when p.title <> d.title then 'title' end,
					case when p.sections <> d.sections then 'sections' end,
					case when p.target_rule is distinct from d.target_rule then 'target_rule' end,
					case when p.indicators <> d.indicators then 'indicators' end], null))
				from plan p, plan d where p.code = of_plan and d.code = of_draft),
			'kept', (select count(*) from both_tasks where old_number = new_number and members = '{}'),
			'changed', (select coalesce(jsonb_agg(jsonb_build_object('number', new_number, 'old_title', old_title,
					'title', new_title, 'members', members) order by new_number), '[]')
				from both_tasks where members <> '{}'),
			'renumbered', (select coalesce(jsonb_agg(jsonb_build_object('from', old_number, 'to', new_number, 'title', old_title,
					'new_title', new_title, 'given', is_given) order by old_number), '[]')
				from both_tasks where old_number <> new_number),
			'added', (select coalesce(jsonb_agg(jsonb_build_object('number', t.number, 'title', t.title) order by t.number), '[]')
				from task t where t.plan = of_draft and t.number not in (select new_number from pairs)),
			'dropped', (select coalesce(jsonb_agg(jsonb_build_object('number', t.number, 'title', t.title) order by t.number), '[]')
				from task t where t.plan = of_plan and t.number not in (select old_number from pairs))));
end $$;
comment on function plan_amend_diff is
	'What an amendment would do to the plan, and to each task: kept, changed, renumbered, added, dropped.';

create function plan_amend_apply(p plan, d plan, pairs jsonb, decision jsonb, today date) returns plan
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
declare
	normal jsonb := plan_document(d) || jsonb_build_object('code', p.code);
	changed_sections integer[] := plan_changed_sections(normal);
	amended plan;
begin
	-- The triggers of tasks leave deadlines alone until all have their new numbers.
	perform set_config('kstthc.amend', p.code, true);
	-- In the order of deadline_sync(): who edits the calendar holds it before the deadlines.
	perform from calendar_edition for update;
	perform from deadline where plan = p.code and task is not null order by id for update;
	with fate as (
		select t.id, t.status as was, o.code, o.title, p.code || '.' || n.new_number as becomes
		from deadline t
		join task o on o.code = t.task
		left join jsonb_to_recordset(pairs) as n (old_number integer, new_number integer) on n.old_number = o.number
		where o.plan = p.code and n.new_number is distinct from o.number
	), changed as (
		update deadline t
		set task = f.becomes, former_task = case when f.becomes is null then f.code end,
			former_title = case when f.becomes is null then f.title end,
			status = case when f.becomes is null and f.was = 'open' then 'cancelled' else t.status end,
			cancelled_by = case when f.becomes is null and f.was = 'open' then 'plan' else t.cancelled_by end,
			events = t.events + 1, version = t.version + 1
		from fate f
		where t.id = f.id
		returning t.id, t.due_on, t.task, f.code as old_task, f.was, t.status
	)
	insert into deadline_event (deadline, day, kind, by_role, data)
	select id, today, case when status <> was then 'cancel' else 'moved' end, 'office',
		jsonb_strip_nulls(jsonb_build_object('because', 'plan', 'due_on', due_on, 'old_task', old_task, 'task', task))
	from changed;

	update plan t
	set title = d.title, sections = d.sections, target_rule = d.target_rule, indicators = d.indicators,
		amendments = t.amendments || jsonb_build_object(
			'number', coalesce(decision->>'number', d.decision_number),
			'date', coalesce((decision->>'date')::date, d.decision_date), 'on', today),
		version = t.version + 1
	where t.code = p.code
	returning t.* into amended;
	perform plan_fill(normal, changed_sections);
	perform set_config('kstthc.amend', '', true);
	perform deadline_sync(p.code, null, '-infinity', today, 'plan');
	perform agenda_touch(array(select distinct agency from deadline where plan = p.code));
	delete from task where plan = d.code;
	delete from plan where code = d.code;
	return amended;
end $$;
comment on function plan_amend_apply is 'The caller holds both plans'' rows. The draft is gone afterwards.';

create function plan_amend(of_plan text, body jsonb, versions bigint[], today date)
	returns table (outcome text, errors jsonb, body_json text, plan_version bigint)
language plpgsql volatile as $$
declare
	p plan;
	d plan;
	diff jsonb;
	pairs jsonb;
	confirm text;
begin
	-- Both in one order, whoever else amends the one by the other. Who verifies holds a deadline and refers to its plan:
	-- that must not wait for this.
	perform from plan t where t.code in (of_plan, body->>'draft') order by t.code for no key update;
	select * into p from plan t where t.code = of_plan;
	if not found then
		return;
	end if;
	if p.version <> all (versions) and 0 <> all (versions) then
		outcome := 'stale_version';
	elsif p.status <> 'issued' then
		outcome := 'wrong_state';
	end if;
	if outcome is not null then
		return next;
		return;
	end if;
	select * into d from plan t where t.code = body->>'draft' and t.code <> of_plan;
	errors := coalesce(plan_amend_errors(of_plan, body->>'draft', body), plan_amend_excess(p, d));
	if errors is not null then
		outcome := 'invalid';
		return next;
		return;
	end if;

	diff := plan_amend_diff(of_plan, d.code, body);
	-- Of all that the office has seen: both texts and what it means for each task.
	confirm := left(encode(sha256(convert_to(
		jsonb_build_array(plan_document(p), plan_document(d), diff, body->'number', body->'date')::text, 'UTF8')), 'hex'), 32);
	if body ? 'confirm' and body->>'confirm' <> confirm then
		outcome := 'conflict';
		errors := jsonb_build_array(jsonb_build_object('pointer', '/confirm', 'code', 'stale_confirm'));
		return next;
		return;
	end if;
	if body ? 'confirm' then
		select coalesce(jsonb_agg(to_jsonb(x)), '[]') into pairs
		from plan_pairs(of_plan, d.code, coalesce(body->'renumbered', '[]'), coalesce(body->'dropped', '[]')) x;
		p := plan_amend_apply(p, d, pairs, body, today);
	end if;
	body_json := (diff || jsonb_build_object('confirm', confirm, 'applied', body ? 'confirm'))::text;
	plan_version := p.version;
	return next;
end $$;
comment on function plan_amend is
	'What a draft would make of an issued plan; with that answer''s confirm, while it is still what it would do, it is done.';

grant update on plan to kstthc_service;
grant execute on function words_alike, plan_pairs, plan_amend_errors, plan_amend_excess, plan_amend_diff,
	plan_amend_apply, plan_amend
	to kstthc_service;
