-- All signing keys with their times, for the operator.
select code as kid, algorithm, to_char(made_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD HH24:MI:SS') as made_at,
	to_char(use_from at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD HH24:MI:SS') as use_from,
	to_char(withdraw_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD HH24:MI:SS') as withdraw_at,
	case
		when withdraw_at <= clock_timestamp() then 'withdrawn'
		when use_from > clock_timestamp() then 'published'
		else 'usable'
	end as state
from signing_key
order by generation
