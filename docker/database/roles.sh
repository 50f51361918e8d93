#!/bin/sh
# Run once, by the image's own start, when the volume is empty: the database,
# its owner and the role the copies log in as, with the secrets' passwords. The
# rest is the migration's.
set -eu

# The backquotes are psql's: a password is never an argument of a process.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\set owner_password `sed -n 's/^password=//p' /run/secrets/database_owner`
\set service_password `sed -n 's/^password=//p' /run/secrets/database_service`
create role kstthc_owner login createrole password :'owner_password';
create role kstthc_service login password :'service_password';
create database kstthc owner kstthc_owner;
SQL
