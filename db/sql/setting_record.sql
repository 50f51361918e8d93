-- $1 {code: value} of the settings in force; those that differ from the last start are written down
insert into setting as s (code, value)
select key, value from jsonb_each_text($1::jsonb)
order by key
on conflict (code) do update set value = excluded.value, version = s.version + 1
where s.value is distinct from excluded.value
