-- Keys that this service signs with: made once, by `kstthc migrate`, shared by
-- all copies, readable by the service's role alone.
create table signing_key (
	kid text primary key,
	algorithm text not null check (algorithm in ('ES256')),
	pem text not null,
	made_at timestamptz not null,
	in_use boolean not null
);
create unique index signing_key_in_use on signing_key (in_use) where in_use;
grant select on signing_key to kstthc_service;
