"""What the database itself must hold to: its rights, and that a dump of it can be restored."""

import subprocess

from client import Failure, check, equal
from service import Database, Service, clean_environment

ATTACKS = {
    'a forged tombstone': """create temp table t (code text, version bigint);
        create trigger x after delete on t for each row execute function kstthc.agency_ledger();""",
    'a forged heading': """create temp table t (code text, version bigint, sections jsonb);
        create trigger x after insert on t for each row execute function kstthc.plan_section_fill();""",
    'an entry of the ledger': "select kstthc.ledger_put('agency', 'so-tu-phap', 'delete', 9, null)",
    'an emptied ledger': 'delete from kstthc.ledger',
    'another hash': "update kstthc.ledger set hash = ''",
    'an emptied inbox': 'delete from kstthc.ledger_inbox',
    'a number of the inbox': "select nextval('kstthc.ledger_inbox_id_seq')",
    'a deleted agency': 'delete from kstthc.agency',
    'another section': "insert into kstthc.plan_section values ('kstthc-2025', 99, 'X', 'x')",
    'another party': "insert into kstthc.task_party (task, role, agency) values ('kstthc-2025.1', 'lead', 'so-tu-phap')",
    'a signing key': '''insert into kstthc.signing_key (code, algorithm, pem, made_at, generation, use_from)
        values ('x', 'ES256', 'x', now(), 99, now())''',
    'a withdrawn key': 'update kstthc.signing_key set withdraw_at = now()',
    'a resource kept from the feed': "insert into kstthc.ledger_audit values ('agency')",
    'a deleted program': 'delete from kstthc.client',
    'another derivation secret': "update kstthc.derivation_secret set secret = sha256('')",
    'a table of its own': 'create table kstthc.x ()',
}
PUBLIC_ATTACKS = {
    'the signing key': 'select pem from kstthc.signing_key',
    'the ledger': 'select from kstthc.ledger',
    'the programs': 'select code from kstthc.client',
    'answers given': 'select body from kstthc.idempotency',
    'the derivation secret': 'select secret from kstthc.derivation_secret',
    'settings': 'select code from kstthc.setting',
    'a write': "update kstthc.agency set name = 'x'",
    'a plan': "select kstthc.plan_store('{}', null)",
    'numbering': 'select kstthc.ledger_number()',
}


def refused(database, role, attacks):
    wrong = []
    for name, sql in attacks.items():
        try:
            database.run('set role %s; %s' % (role, sql))
            wrong.append(name + ': done')
        except Failure as failure:
            if 'permission denied' not in str(failure):
                wrong.append('%s: %s' % (name, failure))
    equal(wrong, [], 'what %s can' % role)


def test_the_service_cannot_tamper(api):
    refused(api.database, 'kstthc_service', ATTACKS)


def test_the_public_role_reads_only_what_is_public(api):
    refused(api.database, 'kstthc_public', {**ATTACKS, **PUBLIC_ATTACKS})


def test_the_owner_cannot_change_the_past_either(api):
    api.call('GET', '/v1/changes', role='sync')
    for sql in ('delete from kstthc.ledger', 'truncate kstthc.ledger', "update kstthc.ledger set actor = 'x' where seq = 1",
                "update kstthc.ledger set data = '{}' where seq = 1"):
        try:
            api.database.run('set role kstthc_owner; ' + sql)
            raise Failure('done: ' + sql)
        except Failure as failure:
            check('insert-only' in str(failure), '%s: %s', sql, failure)


def test_tampering_is_found_out(api):
    """Not even a superuser's change of an entry goes unseen."""
    api.call('GET', '/v1/changes', role='sync')
    run = api.database.run
    for change in ("actor = 'x'", "version = version + 1", "at = at + interval '1 second'", "op = 'delete'", "data = '{}'",
                   "salt = null", "numbered_at = numbered_at - interval '1 hour'", "salt = null, data = '{}'", "key = 'x'"):
        found = run("""begin; set local session_replication_role = replica;
            update kstthc.ledger set %s where seq = 7; select kstthc.ledger_verify(); rollback;""" % change)
        # Without its data an entry still proves its place; only data without salt are not proven.
        equal(found.splitlines(), ['7'], 'where the chain breaks after: ' + change)
    equal(run("""begin; update kstthc.ledger set salt = null, data = null where seq = 7;
        select kstthc.ledger_verify(); rollback;""").strip(), '', 'after an entry was emptied, as it may be')
    equal(run("""begin; set local session_replication_role = replica; delete from kstthc.ledger where seq = 7;
        select kstthc.ledger_verify(); rollback;""").strip(), '7', 'after an entry was taken out')


def test_a_dump_can_be_restored(api):
    copy = Database()
    try:
        dump = subprocess.run(['pg_dump', '--dbname', api.database.admin_url()], capture_output=True, text=True,
                              env=clean_environment(), check=True, timeout=120).stdout
        copy.run(dump)
        count = """select count(*) from kstthc.agency union all select count(*) from kstthc.task
            union all select count(*) from kstthc.ledger union all select count(*) from kstthc.task_party"""
        equal(copy.run(count), api.database.run(count), 'rows')
        equal(copy.run('select kstthc.ledger_verify()'), '', 'where the chain breaks')
        restored = Service(copy, KSTTHC_TOKEN_KEYS=api.environment['KSTTHC_TOKEN_KEYS']).wait_ready()
        try:
            found = restored.ok('GET', '/v1/tasks', query={'q': 'ra soat', 'plan': 'kstthc-2025'}).json['items']
            check(found, 'nothing is found in the restored database')
            restored.ok('PATCH', '/v1/tasks/kstthc-2025.1', {'title': 'Sau khi phục hồi'}, role='office',
                        headers={'If-Match': '*'})
            restored.ok('GET', '/v1/changes', role='sync')
        finally:
            restored.stop()
    finally:
        copy.drop()
