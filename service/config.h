#ifndef KSTTHC_CONFIG_H
#define KSTTHC_CONFIG_H

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

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
};

/*
 * Reads the environment. On ERR_CONFIG every wrong setting has been named in a
 * sentence of its own on errors.
 */
enum err config_read(struct config *ret_config, FILE *errors) MUST_CHECK;

/* Prints the table with the values in force, secrets masked. */
void config_print(const struct config *config, FILE *out);

#endif
