-- Programs that call the service: each has a secret of 256 random bits, of
-- which only the SHA-256 is kept (RFC 6749, 2.3.1 and 4.4).
create table client (
	code text collate "C" primary key check (code ~ '^[a-z0-9][a-z0-9.-]{0,63}$'),
	name text not null,
	roles text[] not null check (roles <> '{}' and roles <@ array['viewer', 'agency', 'office', 'sync', 'admin']),
	agency text collate "C" references agency check (agency is not null or 'agency' <> all (roles)),
	note text,
	status text not null default 'active' check (status in ('active', 'disabled')),
	secret_hash bytea not null check (octet_length(secret_hash) = 32),
	secret_made_at timestamptz not null,
	old_secret_hash bytea check (octet_length(old_secret_hash) = 32),
	old_secret_until timestamptz check ((old_secret_hash is null) = (old_secret_until is null)),
	version bigint not null default 1
);
comment on column client.old_secret_until is 'The secret before the present one is taken until then, so that a program can change over.';

create function client_json(c client) returns json
language sql stable parallel safe
return json_build_object('code', c.code, 'name', c.name, 'roles', to_json(c.roles), 'agency', c.agency, 'note', c.note,
	'status', c.status,
	'secret_made_at', to_char(c.secret_made_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS"+07:00"'),
	'old_secret_until', to_char(c.old_secret_until at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS"+07:00"'),
	'version', c.version);
comment on function client_json is 'The stored representation, and what callers get; never a secret nor its hash.';

call ledger_attach('client', 'client');
insert into ledger_audit values ('client');

create function client_roles(wanted jsonb) returns text[]
language sql immutable parallel safe as $$
	select array_agg(role order by position)
	from unnest(array['viewer', 'agency', 'office', 'sync', 'admin']) with ordinality as known (role, position)
	where wanted ? role
$$;
comment on function client_roles is 'Each once, in the order in which they are always named.';

create function client_errors(body jsonb) returns jsonb
language plpgsql volatile as $$
begin
	return (
		select jsonb_agg(error) from (
			select jsonb_build_object('pointer', '/agency', 'code', 'unknown_agency', 'value', body->>'agency') as error
			where body->>'agency' is not null and not exists (select from agency where code = body->>'agency')
			union all
			select jsonb_build_object('pointer', '/agency', 'code', 'required')
			where body->>'agency' is null and body->'roles' ? 'agency'
		) errors
	);
end $$;
comment on function client_errors is 'What a body, put over the stored row, has wrong beyond its fields; null when nothing.';

grant select, insert, update on client to kstthc_service;
grant execute on function client_json, client_roles, client_errors to kstthc_service;
