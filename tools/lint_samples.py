"""What each rule of tools/lint must find, and what it must leave alone."""


def files(path, text, **more):
    return {"files": {path: text, **more.pop("beside", {})}, **more}


LONG_BODY = "\t;\n" * 60
BRANCHES = "\tif (x && x || x)\n\t\t;\n" * 5
ROLES = {
    "api/route.h": "#define STAFF (ROLE_VIEWER | ROLE_AGENCY | ROLE_OFFICE)\n"
    "#define EVERYONE (ROLE_PUBLIC | ROLE_VIEWER | ROLE_AGENCY)\n",
    "db/sql/x_get.sql": "select $1::text, $2::text -- $3\n",
}


def route(roles, args, more=""):
    row = f'\t{{ "GET", "/v1/x/:x", "getX", {roles},\n\t  .sql = SQL_X_GET, .args = {{ {args} }}{more} }},\n'
    return files("api/x.c", f"const struct route rows[] = {{\n{row}\t{{ 0 }},\n}};\n", beside=ROLES)


SAMPLES = {
    "direction": {
        "bad": [
            files("service/plan.c", '#include "../db/db.h"\n'),
            files("service/plan.c", '#include "sql.h"\n'),
            files("db/db.c", '#include "../api/route.h"\n'),
            files("db/db.c", '#include "../service/plan.h"\n'),
            files("api/call.c", '#include "../tests/x.h"\n'),
        ],
        "good": [
            files("service/main.c", '#include "../api/server.h"\n'),
            files("api/call.c", '#include "../db/db.h"\n#include "../service/plan.h"\n#include "openapi.h"\n'),
            files("db/db.c", '#include "../service/arena.h"\n#include "sql_table.h"\n'),
        ],
    },
    "library": {
        "bad": [
            files("db/db.c", "#include <jansson.h>\n"),
            files("service/main.c", "#include <ulfius.h>\n"),
            files("api/call.c", "#include <libpq-fe.h>\n"),
            files("service/plan.c", "#include <gnutls/gnutls.h>\n"),
            files("service/plan.c", "#include <curl/curl.h>\n"),
            files("db/db.c", "#include <rhonabwy.h>\n"),
        ],
        "good": [
            files("api/token.c", "#include <gnutls/crypto.h>\n#include <jwt.h>\n"),
            files("db/db.c", "#include <libpq-fe.h>\n"),
        ],
    },
    "pure": {
        "bad": [files("service/plan.c", "#include <sys/stat.h>\n"), files("service/plan.c", "\tx = fopen(a, b);\n")],
        "good": [
            files("service/config.c", "#include <netdb.h>\n\tgetenv(name);\n"),
            files("service/plan.c", "#include <unistr.h>\n\tsnprintf(a, 1, b); /* not printf() */\n"),
        ],
    },
    "file-length": {
        "bad": [files("db/db.c", "\n" * 401), files("tools/x", "\n" * 401)],
        "good": [files("db/db.c", "\n" * 400), files("db/seed/x.json", "\n" * 900)],
    },
    "function-length": {
        "bad": [files("db/db.c", f"int f(int a,\n\t  int b)\n{{\n{LONG_BODY}}}\n")],
        "good": [files("db/db.c", "int f(void)\n{\n" + "\t;\n" * 50 + "}\n\nstatic int x[] = {\n" + "\t1,\n" * 90 + "};\n")],
    },
    "complexity": {
        "bad": [files("api/x.c", f"int f(int x)\n{{\n{BRANCHES}}}\n")],
        "good": [files("api/x.c", f"int f(int x)\n{{\n\t/* {'if ' * 20} */\n}}\n\nint g(int x)\n{{\n\tif (x)\n\t\t;\n}}\n")],
    },
    "banned": {
        "bad": [
            files("api/x.c", "\tstrcpy(a, b);\n"),
            files("tests/unit/test_x.c", "\tn = strtol (a, b, 10);\n"),
            files("db/x.c", "\texit(1);\n"),
        ],
        "good": [
            files("api/x.c", '\tgmtime_r(a, b); /* not gmtime() */\n\tsay("strcpy(");\n\tx->gets(y);\n'),
            files("service/main.c", "\texit(1);\n"),
        ],
    },
    "globals": {
        "bad": [files("api/x.c", "static int count;\n"), files("db/x.c", "static struct db *shared[4] = { 0 };\n")],
        "good": [
            files(
                "api/x.c",
                "static const char *const names[] = {\n\t0,\n};\nstruct x;\nstatic int f(int a);\nint g(void)\n{\n\tint a;\n}\n",
            )
        ],
    },
    "typedef": {
        "bad": [files("db/x.h", "typedef struct x {\n"), files("db/x.h", "typedef enum { A } b;\n")],
        "good": [files("db/x.h", "typedef int (*walk)(struct x *x);\n")],
    },
    "guard": {
        "bad": [files("db/x.h", "#pragma once\n"), files("db/x.h", "#ifndef KSTTHC_Y_H\n#define KSTTHC_Y_H\n#endif\n")],
        "good": [files("db/x.h", "#ifndef KSTTHC_X_H\n#define KSTTHC_X_H\n#endif\n")],
    },
    "space": {
        "bad": [
            files("db/x.c", "int a; \n"),
            files("db/x.c", "int a;"),
            files("db/x.c", "        int a;\n"),
            files("db/x.c", "  \tint a;\n"),
            files("db/x.c", "int a;\r\n"),
            files("tools/x.py", "\tpass\n"),
        ],
        "good": [files("db/x.c", "\tint a(int b,\n\t      int c);\n"), files("tools/x.py", "    pass\n")],
    },
    "today": {
        "bad": [
            files("db/sql/x.sql", f"select 1 where due_on < {today};\n")
            for today in (
                "current_date",
                "now()::date",
                "current_timestamp :: date",
                "(now() at time zone 'Asia/Ho_Chi_Minh')::date",
                "cast(now() as date)",
                "date(now())",
                "date_trunc('day', now())",
                "date 'today'",
                "extract(year from clock_timestamp())",
            )
        ]
        + [files("db/migrations/0001_x.sql", "create table x (d date default CURRENT_DATE);\n")],
        "good": [files("db/sql/x.sql", "-- not current_date\nselect now(), $1::date, d::date from x where at < now();\n")],
    },
    "sql-used": {
        "bad": [files("db/sql/x_get.sql", "select 1;\n", beside={"api/x.c": "/* SQL_X_GET */ SQL_X_GET_ALL;\n"})],
        "good": [files("db/sql/x_get.sql", "select 1;\n", beside={"api/x.c": "\t.sql = SQL_X_GET,\n"})],
    },
    "agency": {
        "bad": [
            route("STAFF", "ARG_PATH, ARG_ROLES"),
            route("ROLE_AGENCY | OFFICE", "ARG_PATH, ARG_ROLES"),
            route("EVERYONE", "ARG_PATH"),
            route("EVERYONE", "ARG_PATH, ARG_ROLES, ARG_TODAY"),
            route("OFFICE", "ARG_PATH, ARG_MOVE"),
            route("OFFICE", "ARG_PATH, ARG_MOVE", ', .workflow = x_workflow'),
            route("OFFICE", "ARG_PATH, ARG_MOVE", ', .move = "verify"'),
            route("OFFICE", "ARG_PATH, ARG_ACTIONS"),
            route("EVERYONE", "ARG_PATH, ARG_TODAY", ", .secret_path = true"),
        ],
        "good": [
            route("STAFF", "ARG_PATH, ARG_AGENCY"),
            route("EVERYONE", "ARG_PATH, ARG_ROLES"),
            route("OFFICE", "ARG_PATH, ARG_MOVE", ',\n\t  .workflow = x_workflow, .move = "verify"'),
            route("OFFICE", "ARG_PATH, ARG_ACTIONS", ", .workflow = x_workflow"),
            route("EVERYONE", "ARG_PATH_SECRET_HASH, ARG_TODAY", ", .secret_path = true"),
        ],
    },
    "generated": {
        "bad": [files("build/kstthc", ""), files("db/sql_table.c", ""), files("tools/__pycache__/x.pyc", "")],
        "good": [files("db/db.c", ""), files("openapi.yaml", ""), files("build/kstthc", "", committed=set())],
    },
    "link": {
        "bad": [
            {"files": {}, "links": {"data": "../shared/data"}},
            {"files": {}, "links": {"tools/x": "/usr/bin/x"}},
        ],
        "good": [{"files": {}, "links": {"tests/data": "../db/seed"}}],
    },
    "migration": {
        "bad": [
            files("db/migrations/0001_x.sql", "a\n", landed={"db/migrations/0001_x.sql": "b\n"}),
            files("db/migrations/0002_x.sql", "a\n"),
            {"files": {}, "landed": {"db/migrations/0001_x.sql": "b\n"}},
        ],
        "good": [files("db/migrations/0001_x.sql", "a\n", landed={"db/migrations/0001_x.sql": "a\n"})],
    },
    "leftover": {
        "bad": [files("db/x.c", "/* TODO: later */\n"), files("tools/x", "cd /home/me/kstthc\n")],
        "good": [files("db/x.c", 'static const char xxx[] = "XXX";\n')],
    },
}
