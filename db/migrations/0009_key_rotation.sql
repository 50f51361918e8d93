-- Signing keys follow each other without anyone being refused: a new one is
-- published, used some time later, and the one before it is withdrawn when the
-- last token that it signed has expired.
alter table signing_key rename kid to code;
alter table signing_key
	add generation integer,
	add use_from timestamptz,
	add withdraw_at timestamptz,
	add version bigint not null default 1;
update signing_key set
	generation = g.nth,
	use_from = made_at,
	-- Until now a key that was no longer in use was accepted for ever: what it signed last expires by then.
	withdraw_at = case when not in_use then clock_timestamp() + interval '13 hours' end
from (select code, row_number() over (order by in_use, made_at, code) as nth from signing_key) g
where g.code = signing_key.code;
drop index signing_key_in_use;
alter table signing_key
	drop in_use,
	alter generation set not null,
	alter use_from set not null,
	add unique (generation),
	add check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$');
comment on column signing_key.generation is 'Two that rotate at once want the same one: the second is refused.';
comment on column signing_key.use_from is 'Published from when it was made, signed with from here on.';
comment on column signing_key.withdraw_at is 'Neither published nor accepted from here on; null: not planned.';

create function signing_key_json(k signing_key) returns json
language sql stable parallel safe
return json_build_object('code', k.code, 'algorithm', k.algorithm, 'generation', k.generation, 'made_at', k.made_at,
	'use_from', k.use_from, 'withdraw_at', k.withdraw_at, 'version', k.version);
comment on function signing_key_json is 'The stored representation, without the key itself.';

call ledger_attach('signing_key', 'key');
insert into ledger_audit values ('key');
