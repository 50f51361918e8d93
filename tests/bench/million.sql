-- :count tasks in plans of 5,000, a tenth of them drafts. Triggers are off: this is about reading.
set search_path = kstthc, pg_temp;
set session_replication_role = replica;
insert into plan (code, year, title, status, sections)
select 'p' || g, 2000 + g % 100, 'Kế hoạch ' || g, case when g % 10 = 0 then 'draft' else 'issued' end, '[]'
from generate_series(1000, 1000 + :count / 5000) g;
insert into plan_section (plan, ordinal, label, title)
select 'p' || g, s, 'A', 'Mục ' || s
from generate_series(1000, 1000 + :count / 5000) g, generate_series(1, 10) s;
insert into task (plan, number, section, title, parts)
select 'p' || (1000 + g / 5000), g % 5000 + 1, g % 10 + 1,
	'Nhiệm vụ ' || g || ' rà soát thủ tục ' || md5((g % 1000)::text),
	jsonb_build_array(jsonb_build_object(
		'outputs', jsonb_build_array('Báo cáo ' || g % 777),
		'timings', jsonb_build_array(jsonb_build_object('text', 'x',
			'kind', (array['continuous', 'quarter', 'by_plan', 'recurring'])[1 + g % 4])),
		'assignments', jsonb_build_array(
			jsonb_build_object('name', 'n', 'role', 'lead',
				'agency', (array['so-tu-phap', 'so-noi-vu', 'so-y-te', 'so-khcn'])[1 + g % 4]),
			jsonb_build_object('name', 'n', 'role', 'cooperate', 'group', 'so-ban-nganh'))))
from generate_series(0, :count - 1) g;
