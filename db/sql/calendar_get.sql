-- $1 date
select calendar_day_view(c)::text as body, c.version,
	-- Whether a make-up day counts is a rule's.
	'c' || e.version as variant
from calendar_day c
cross join calendar_edition e
where c.code = $1
