#ifndef KSTTHC_CONFIG_H
#define KSTTHC_CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

/* So many in so many seconds; a count of 0 is no limit. */
struct rate {
	int64_t count;
	int64_t seconds;
};

/*
 * The settings: environment variables only, read once at start. The table in
 * config.c has each one's name, type, bounds, default and meaning; `kstthc
 * config` prints it. Text values are borrowed from the environment.
 */
struct config {
	struct sockaddr_storage listen;      /* the front door */
	struct sockaddr_storage bulk_listen; /* the back door */
	const char *database_url;            /* libpq connection string or URI; may be "" */
	const char *migrate_url;             /* the owner's; "" is the same as database_url */
	const char *today;                   /* "2025-08-15", or NULL: the clock decides */
	int64_t workers;
	int64_t bulk_workers;
	int64_t connections;
	int64_t connections_per_address; /* 0: no limit */
	const char *trusted_proxies;     /* addresses and networks, "" for none */
	const char *forwarded_header;    /* "x-forwarded-for" or "forwarded" */
	const char *cors_origins;        /* origins, "*" or "" */
	struct rate limit_public;
	struct rate limit_read;
	struct rate limit_write;
	struct rate limit_bulk;
	struct rate limit_login;
	struct rate limit_refused;
	int64_t limit_entries;
	int64_t bulk_connections;
	int64_t idle_seconds;
	int64_t read_timeout_ms;
	int64_t write_timeout_ms;
	int64_t bulk_timeout_ms;
	int64_t lock_timeout_ms;
	int64_t stop_seconds;
	const char *token_keys; /* "kid=ALG:file,...", "" for none */
	const char *token_issuer;
	const char *token_audience;
	const char *token_role_claim;
	const char *token_agency_claim;
	int64_t token_leeway_seconds;
	int64_t token_cache_entries;
	const char *signing_key; /* PEM file, "" for the key in the database */
	int64_t client_token_seconds;
	const char *issuers; /* JSON file, "" for none */
	int64_t keys_seconds;
	int64_t keys_pause_seconds;
	int64_t keys_stale_seconds;
	int64_t fetch_timeout_ms;
};

/*
 * Reads the environment. On ERR_CONFIG every wrong setting has been named in a
 * sentence of its own on errors.
 */
enum err config_read(struct config *ret_config, FILE *errors) MUST_CHECK;

/* A setting as text. */
struct config_value {
	const char *name;    /* "KSTTHC_WORKERS" */
	const char *meaning; /* static */
	bool own;            /* a copy's own, as its addresses are */
	char text[1024];     /* cut to fit; "(set)" for a secret, "" for nothing */
};

/* Number index of the table; false after the last. */
bool config_value(const struct config *config, size_t index, struct config_value *ret_value);

/* Prints the table with the values in force, secrets masked. */
void config_print(const struct config *config, FILE *out);

#endif
