-- Three parties: the owner (who runs migrations), the service (who answers
-- requests), and public (requests without a token), which is never granted a
-- table that holds persons. Roles belong to the cluster, not to the database,
-- so another database may be making them at this moment.
do $$
begin
	if not exists (select from pg_roles where rolname = 'kstthc_service') then
		create role kstthc_service login;
	end if;
exception when duplicate_object or unique_violation then null;
end $$;

do $$
begin
	if not exists (select from pg_roles where rolname = 'kstthc_public') then
		create role kstthc_public nologin;
	end if;
exception when duplicate_object or unique_violation then null;
end $$;

do $$
begin
	if not pg_has_role('kstthc_service', 'kstthc_public', 'member') then
		grant kstthc_public to kstthc_service;
	end if;
exception when duplicate_object or unique_violation or internal_error then
	-- "tuple concurrently updated": another database has just granted it
	if not pg_has_role('kstthc_service', 'kstthc_public', 'member') then
		raise;
	end if;
end $$;

-- What a role may run is said function by function: a trigger function that runs with the owner's rights could else be
-- put on a table of the caller's own.
alter default privileges revoke execute on functions from public;
do $$
begin
	execute format('revoke temporary on database %I from public', current_database());
end $$;

grant usage on schema kstthc to kstthc_service, kstthc_public;

-- The schema's version is asked for by readiness and at start.
grant select on schema_migration to kstthc_service, kstthc_public;
