-- Does what the day brings, a batch of it. $1 today
select daily_tick($1::date) as more
