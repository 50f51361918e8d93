-- What is kept in the ledger for the auditor alone: it is numbered and chained
-- as everything else, but is no news for those who copy the resources.
create table ledger_audit (
	resource text primary key
);
comment on table ledger_audit is 'Resources whose entries GET /v1/changes leaves out: changes of who may come in, and how.';
grant select on ledger_audit to kstthc_service;

-- GET /v1/audit asks who, what, and when.
create index ledger_actor on ledger (actor, seq);
create index ledger_key on ledger (key, seq);
create index ledger_request on ledger (request_id);
create index ledger_at on ledger (at);

-- The settings a copy was last started with, so that what changed is found in the ledger.
create table setting (
	code text collate "C" primary key check (code ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
	value text not null,
	version bigint not null default 1
);
comment on table setting is 'As the last copy to start had it; secrets are never here.';

create function setting_json(s setting) returns json
language sql stable parallel safe
return json_build_object('code', s.code, 'value', s.value, 'version', s.version);
comment on function setting_json is 'The stored representation.';

call ledger_attach('setting', 'setting');
insert into ledger_audit values ('setting');
grant select, insert, update on setting to kstthc_service;
grant execute on function setting_json to kstthc_service;
