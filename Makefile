# make run     packages, build, a private PostgreSQL cluster, migrate, seed, serve
# make test    the same set-up with a cluster of its own; every test; ends with one line of counts
# make check   lint, format, contract, gcc and clang, sanitizers
# make bench   ratios measured side by side
# make token ROLE=agency AGENCY=so-tu-phap   a token for the service of make run
#
# Settings are environment variables (build/kstthc config lists them) and may
# be given as make run NAME=value too.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

ifeq ($(origin CC),default)
CC := gcc
endif

# A build has its own objects by CONFIG and its own results in OUT.
SANITIZE ?=
CONFIG := $(notdir $(firstword $(CC)))$(if $(SANITIZE),-sanitize)
OUT ?= build$(if $(SANITIZE),/sanitize)
OBJ := build/obj/$(CONFIG)
GEN := build/gen

# Narrower while a part is being written: make build/test-unit PARTS=service UNIT="tests/unit/test_arena.c"
PARTS ?= service api db
UNIT ?= $(wildcard tests/unit/*.c)
DBTESTS ?= $(wildcard tests/db/*.c)

PACKAGES := libulfius libmicrohttpd jansson libjwt libpq gnutls libcurl librhonabwy
# Evaluated at first use: on a new machine pkg-config comes with "make packages".
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PACKAGES)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PACKAGES)) -lunistring)$(PKG_LIBS)
CHECK_LIBS = $(eval CHECK_LIBS := $$(shell pkg-config --libs check))$(CHECK_LIBS)
# Reads what the product writes; no part of it is linked with the product.
ICAL_LIBS = $(eval ICAL_LIBS := $$(shell pkg-config --libs libical))$(ICAL_LIBS)

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
ifeq ($(SANITIZE),)
HARDENING := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
else
HARDENING := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -fPIE
endif
CFLAGS ?=
LDFLAGS ?=
COMPILE = $(CC) -std=gnu11 -g $(HARDENING) $(WARNINGS) -pthread -I$(GEN) $(PKG_CFLAGS) $(CFLAGS)
LINK = $(CC) -g $(HARDENING) -pthread -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)

# make V=1 shows the commands.
Q := $(if $(V),,@)
# make -s says nothing.
say = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-5s %s\n' $(1) $(2))

# What tools/embed writes; service/ needs none of it, but main.c does.
GEN_NAMES := sql_table migrations_table seed_table openapi
GEN_FILES := $(GEN)/sql.h $(foreach n,$(GEN_NAMES),$(GEN)/$(n).c $(GEN)/$(n).h)
GEN_INPUT := tools/embed $(wildcard db/sql/*.sql db/migrations/*.sql db/seed/*) $(wildcard openapi.yaml)

SRC := $(filter-out service/main.c,$(foreach p,$(PARTS),$(wildcard $(p)/*.c)))
OBJECTS := $(SRC:%.c=$(OBJ)/%.o)
ifneq ($(filter db api,$(PARTS)),)
OBJECTS += $(GEN_NAMES:%=$(OBJ)/gen/%.o)
endif
UNIT_OBJECTS := $(UNIT:%.c=$(OBJ)/%.o) $(OBJ)/gen/test_unit_main.o
BENCH_OBJECTS := $(patsubst %.c,$(OBJ)/%.o,$(wildcard tests/bench/*.c))
DB_OBJECTS := $(DBTESTS:%.c=$(OBJ)/%.o) $(OBJ)/gen/test_db_main.o
LIBRARY := $(OBJ)/kstthc.a

CHECKS := lint format shell cppcheck clang contract containers sanitize

.PHONY: all tests run test check bench token clean clean-data lint format packages FORCE $(CHECKS:%=check-%)

all: $(OUT)/kstthc
tests: $(OUT)/kstthc $(OUT)/test-unit $(OUT)/test-db

# --- building --------------------------------------------------------------

# Written anew only when it differs, so what depends on it is made again only then.
define keep
	@mkdir -p $(@D); { $(1); } >$@.$$$$; if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi
endef

$(GEN)/.embedded: $(GEN_INPUT) $(GEN)/inputs
	@mkdir -p $(GEN)
	$(call say,EMBED,$(GEN))
	$(Q)tools/embed $(GEN)
	@touch $@

# A file taken away changes the list, not any file's time.
$(GEN)/inputs: FORCE
	$(call keep,printf '%s\n' $(GEN_INPUT))

$(GEN_FILES): $(GEN)/.embedded
	@test -f $@ || { echo "tools/embed did not write $@" >&2; exit 1; }

suite_main = tools/suites $(sort $(filter $(1)/test_%.c,$(2)))
$(GEN)/test_unit_main.c: tools/suites FORCE
	$(call keep,$(call suite_main,tests/unit,$(UNIT)))
$(GEN)/test_db_main.c: tools/suites FORCE
	$(call keep,$(call suite_main,tests/db,$(DBTESTS)))

define compile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<
endef

# The command is a prerequisite: other flags, other objects.
$(OBJ)/command: FORCE
	$(call keep,printf '%s\n' '$(COMPILE)' '$(LINK)' '$(PKG_LIBS)')

$(OBJ)/objects: FORCE
	$(call keep,printf '%s\n' $(OBJECTS))

# Which configuration a result was last made from.
$(OUT)/config: FORCE
	$(call keep,echo '$(CONFIG)')

$(OBJ)/%.o: %.c $(OBJ)/command
	$(compile)
$(OBJ)/gen/%.o: $(GEN)/%.c $(OBJ)/command
	$(compile)

$(filter-out $(OBJ)/service/%,$(OBJECTS) $(if $(filter db api,$(PARTS)),$(UNIT_OBJECTS)) $(DB_OBJECTS) $(BENCH_OBJECTS)) \
$(OBJ)/service/main.o: | $(GEN_FILES)

# Taken from the archive by need: a test links without what it does not use.
$(LIBRARY): $(OBJECTS) $(OBJ)/objects
	@rm -f $@
	$(Q)$(AR) rcs $@ $(OBJECTS)

$(OUT)/kstthc: $(OBJ)/service/main.o $(OBJECTS) $(OBJ)/objects $(OUT)/config
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $(OBJ)/service/main.o $(OBJECTS) $(PKG_LIBS)

$(OUT)/test-unit: $(UNIT_OBJECTS) $(LIBRARY) $(OUT)/config
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $(UNIT_OBJECTS) $(LIBRARY) $(PKG_LIBS) $(CHECK_LIBS) $(ICAL_LIBS)

$(OUT)/test-db: $(DB_OBJECTS) $(LIBRARY) $(OUT)/config
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $(DB_OBJECTS) $(LIBRARY) $(PKG_LIBS) $(CHECK_LIBS)

$(OUT)/bench-routes: $(BENCH_OBJECTS) $(LIBRARY) $(OUT)/config
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $(BENCH_OBJECTS) $(LIBRARY) $(PKG_LIBS)

-include $(OBJECTS:.o=.d) $(BENCH_OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) $(DB_OBJECTS:.o=.d) $(OBJ)/service/main.d

# --- commands --------------------------------------------------------------

# One at a time: make run and make test may be started together.
build_alone = mkdir -p build && flock build/lock $(MAKE) -j$$(nproc) --no-print-directory

run:
	@tools/packages build run
	@$(build_alone) all
	@exec tools/database tools/serve $(OUT)/kstthc

test:
	@tools/packages build run test
	@$(build_alone) tests
	@exec tools/cluster alone test tools/test test $(OUT)

bench:
	@tools/packages build run test bench
	@$(build_alone) all $(OUT)/bench-routes
	@KSTTHC_BIN=$(abspath $(OUT)/kstthc) KSTTHC_TEST_SUPER_URL="$$(tools/cluster url bench super)" \
		tools/cluster with bench tests/bench/run $(BENCH)

ROLE ?=
AGENCY ?=
token:
	@exec tools/token $(OUT)/kstthc '$(ROLE)' '$(AGENCY)'

packages:
	tools/packages build run test check bench

# The data of make run stay: make clean-data deletes those.
clean:
	rm -rf build

clean-data:
	@for name in run test sanitize bench; do \
		echo "deleting $$(tools/cluster dir $$name)"; \
		tools/cluster remove $$name; \
	done

# --- checking --------------------------------------------------------------

C_FILES = $(wildcard service/*.[ch] api/*.[ch] db/*.[ch] tests/*/*.[ch])
SHELL_FILES = $(shell grep -lE '^\#!/bin/(ba)?sh|^\#!/usr/bin/env (ba)?sh' tools/* .ci/* tests/*/* docker/* docker/*/* 2>/dev/null)

check:
	@tools/packages build run test check
	@$(build_alone) tests
	@$(MAKE) --no-print-directory -j2 -k --output-sync=target $(CHECKS:%=check-%)
	@echo 'check: nothing to complain about'

lint:
	tools/lint

check-lint:
	tools/lint --self-test
	tools/lint

format:
	clang-format -i $(C_FILES)

check-format:
	clang-format --dry-run --Werror $(C_FILES)

check-shell:
	shellcheck $(SHELL_FILES)

check-cppcheck: $(GEN_FILES)
	cppcheck --std=c11 --library=posix --enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=ctuuninitvar --error-exitcode=1 --quiet -I$(GEN) service api db

check-clang:
	@$(MAKE) --no-print-directory CC=clang OUT=build/clang tests

check-contract:
	tests/contract/run lint

check-containers:
	tests/containers/run lint

check-sanitize:
	@$(MAKE) --no-print-directory CC=clang SANITIZE=1 tests
	CK_FORK=no tools/cluster alone sanitize tools/test sanitize build/sanitize unit db api
