-- $1 code, $2 versions that may be deleted (null: any)
with held as materialized (
	select code from plan where code = (select plan from task where code = $1) for no key update
), locked as (
	select t.code, t.version from held h join task t on t.plan = h.code where t.code = $1 for update of t
), deleted as (
	delete from task t using locked l
	where t.code = l.code and ($2::bigint[] is null or l.version = any ($2::bigint[]))
	returning t.code, t.plan
), reviewed as (
	update plan p set version = p.version + 1
	from deleted d
	where p.code = d.plan and p.status = 'draft'
)
select case when d.code is null then 'stale_version' else 'ok' end as outcome
from locked l
left join deleted d on true
