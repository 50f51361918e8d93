-- The ledger: every change of a resource, in one dense sequence, each entry's
-- hash over the one before it.
--
-- Writers put entries into ledger_inbox in their own transaction and never
-- wait for each other. ledger_number() moves committed ones into the ledger.
-- A sequence number drawn by the writer would be seen out of order: numbers
-- are drawn at insert and seen at commit.

create table ledger_origin (
	only_one boolean primary key default true check (only_one),
	epoch text not null,
	hash bytea not null
);
comment on table ledger_origin is
	'Where the chain starts. The epoch is part of every cursor, so that a cursor of another database is found out.';

insert into ledger_origin (epoch, hash)
select e.epoch, sha256(convert_to('kstthc ledger ' || e.epoch, 'UTF8'))
from (select left(replace(gen_random_uuid()::text, '-', ''), 12) as epoch) e;

create table ledger_inbox (
	id bigint generated always as identity primary key,
	resource text not null,
	key text collate "C" not null,
	op text not null check (op in ('create', 'update', 'delete')),
	version bigint not null,
	at timestamptz not null,
	actor text not null,
	request_id text not null,
	data json
);
create index ledger_inbox_resource_key on ledger_inbox (resource, key);
comment on table ledger_inbox is 'Changes not yet numbered. Rows leave it only through ledger_number().';

create table ledger (
	seq bigint primary key check (seq > 0),
	resource text not null,
	key text collate "C" not null,
	op text not null check (op in ('create', 'update', 'delete')),
	version bigint not null,
	at timestamptz not null,
	actor text not null,
	request_id text not null,
	numbered_at timestamptz not null,
	bytes integer not null,
	salt bytea,
	data json,
	data_hash bytea not null,
	hash bytea not null
);
create index ledger_resource_seq on ledger (resource, seq);
create index ledger_resource_key on ledger (resource, key, seq);
comment on column ledger.data_hash is 'sha256(salt || data as text): stays when salt and data are emptied.';
comment on column ledger.bytes is 'Of data as text, as it was numbered: a page of the feed is bounded by it.';
comment on column ledger.numbered_at is 'When the entry got its number: grows with seq, so the past can be asked for by time.';

create function ledger_guard() returns trigger
language plpgsql as $$
begin
	-- Emptying salt and data is a citizen's right and leaves the chain whole.
	if tg_op = 'UPDATE' and new.salt is null and new.data is null
		and (new.seq, new.resource, new.key, new.op, new.version, new.at, new.actor, new.request_id,
			new.numbered_at, new.bytes, new.data_hash, new.hash)
		is not distinct from
			(old.seq, old.resource, old.key, old.op, old.version, old.at, old.actor, old.request_id,
			old.numbered_at, old.bytes, old.data_hash, old.hash)
	then
		return new;
	end if;
	raise exception 'the ledger is insert-only' using errcode = 'insufficient_privilege';
end $$;

create trigger ledger_guard before update or delete on ledger
	for each row execute function ledger_guard();
create trigger ledger_guard_truncate before truncate on ledger
	for each statement execute function ledger_guard();

create function ledger_put(resource text, key text, op text, version bigint, data json) returns void
language plpgsql as $$
begin
	insert into ledger_inbox (resource, key, op, version, at, actor, request_id, data)
	values (resource, key, op, version, clock_timestamp(),
		coalesce(current_setting('kstthc.actor', true), ''),
		coalesce(current_setting('kstthc.request_id', true), ''), data);
end $$;
comment on function ledger_put is
	'Called by each resource table''s trigger, after the row is locked: so the order of ids within a resource is the order of its changes.';

create function ledger_next_version(of_resource text, of_key text) returns bigint
language plpgsql volatile as $$
begin
	-- Volatile: its snapshot is of now, after whatever lock the caller waited for.
	return 1 + greatest(
		(select coalesce(max(version), 0) from ledger where resource = of_resource and key = of_key),
		(select coalesce(max(version), 0) from ledger_inbox where resource = of_resource and key = of_key));
end $$;
comment on function ledger_next_version is
	'The version of a resource that is created: above that of a deleted one with the same key, so an old ETag never fits it.';

create function ledger_entry_hash(previous bytea, seq bigint, resource text, key text, op text, version bigint,
	at timestamptz, actor text, request_id text, numbered_at timestamptz, data_hash bytea) returns bytea
language sql stable as $$
	select sha256(previous || convert_to(json_build_array(seq, resource, key, op, version,
		to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor, request_id,
		to_char(numbered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text, 'UTF8') || data_hash)
$$;

create function ledger_data_hash(salt bytea, data json) returns bytea
language sql immutable as $$
	select sha256(salt || convert_to(coalesce(data::text, ''), 'UTF8'))
$$;

create function ledger_number(most integer default 2000) returns bigint
language plpgsql volatile security definer set search_path = kstthc, pg_temp as $$
declare
	entry record;
	tail_seq bigint;
	tail_hash bytea;
	tail_at timestamptz;
	entry_salt bytea;
	entry_data_hash bytea;
	numbered bigint := 0;
begin
	if not exists (select from ledger_inbox) then
		return 0;
	end if;
	perform pg_advisory_xact_lock(7115001);
	-- A statement of its own after the lock: its snapshot sees what the one before us numbered.
	select l.seq, l.hash, l.numbered_at into tail_seq, tail_hash, tail_at from ledger l order by l.seq desc limit 1;
	if not found then
		select 0, o.hash, '-infinity' into tail_seq, tail_hash, tail_at from ledger_origin o;
	end if;
	for entry in
		with taken as (
			delete from ledger_inbox
			where id in (select i.id from ledger_inbox i order by i.id limit most)
			returning *
		)
		select * from taken order by id
	loop
		numbered := numbered + 1;
		tail_seq := tail_seq + 1;
		-- A clock may be set back; the order of the past may not.
		tail_at := greatest(tail_at, clock_timestamp());
		entry_salt := uuid_send(gen_random_uuid());
		entry_data_hash := ledger_data_hash(entry_salt, entry.data);
		tail_hash := ledger_entry_hash(tail_hash, tail_seq, entry.resource, entry.key, entry.op, entry.version,
			entry.at, entry.actor, entry.request_id, tail_at, entry_data_hash);
		insert into ledger (seq, resource, key, op, version, at, actor, request_id, numbered_at, bytes, salt, data,
			data_hash, hash)
		values (tail_seq, entry.resource, entry.key, entry.op, entry.version, entry.at, entry.actor,
			entry.request_id, tail_at, coalesce(octet_length(entry.data::text), 0), entry_salt, entry.data,
			entry_data_hash, tail_hash);
	end loop;
	return numbered;
end $$;
comment on function ledger_number is
	'Numbers and chains at most so many committed changes, in order; returns how many. One at a time, by an advisory lock.';

create function ledger_verify(from_seq bigint default 1) returns bigint
language plpgsql stable security definer set search_path = kstthc, pg_temp as $$
declare
	entry record;
	before_hash bytea;
	expected bigint := from_seq;
begin
	if from_seq <= 1 then
		select o.hash into before_hash from ledger_origin o;
	else
		select l.hash into before_hash from ledger l where l.seq = from_seq - 1;
	end if;
	for entry in select * from ledger where seq >= from_seq order by seq loop
		if entry.seq <> expected or before_hash is null
			or entry.hash <> ledger_entry_hash(before_hash, entry.seq, entry.resource, entry.key, entry.op,
				entry.version, entry.at, entry.actor, entry.request_id, entry.numbered_at, entry.data_hash)
			or (entry.salt is null and entry.data is not null)
			or (entry.salt is not null and entry.data_hash <> ledger_data_hash(entry.salt, entry.data))
		then
			return expected;
		end if;
		before_hash := entry.hash;
		expected := expected + 1;
	end loop;
	return null;
end $$;
comment on function ledger_verify is 'The first sequence number at which the chain does not hold; null when it holds.';

create procedure ledger_attach(of_table text, resource text, key_of_new text default 'new.code')
language plpgsql as $$
begin
	execute format($function$
		create function %1$I() returns trigger
		language plpgsql security definer set search_path = kstthc, pg_temp as $body$
		begin
			new.version := ledger_next_version(%2$L, %3$s);
			return new;
		end $body$
		$function$, of_table || '_version', resource, key_of_new);
	execute format($function$
		create function %1$I() returns trigger
		language plpgsql security definer set search_path = kstthc, pg_temp as $body$
		begin
			if tg_op = 'DELETE' then
				perform ledger_put(%2$L, old.code, 'delete', old.version + 1, null);
			else
				perform ledger_put(%2$L, new.code, case tg_op when 'INSERT' then 'create' else 'update' end, new.version,
					%3$I(new));
			end if;
			return null;
		end $body$
		$function$, of_table || '_ledger', resource, of_table || '_json');
	execute format('create trigger %1$I before insert on %2$I for each row execute function %1$I()',
		of_table || '_version', of_table);
	execute format('create trigger %1$I after insert or update or delete on %2$I for each row execute function %1$I()',
		of_table || '_ledger', of_table);
end $$;
comment on procedure ledger_attach is
	'Puts a resource table under the ledger: <table>_json(row) is what is kept of each change, code its key, version its version, which begins above that of a deleted one. key_of_new is the key before the row is there, where code is generated.';

grant select on ledger, ledger_origin to kstthc_service;
grant execute on function ledger_number, ledger_verify to kstthc_service;
