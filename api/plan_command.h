#ifndef KSTTHC_PLAN_COMMAND_H
#define KSTTHC_PLAN_COMMAND_H

#include <stdio.h>

#include "../db/db.h"
#include "../service/error.h"

/*
 * `kstthc plan parse`: reads a plan's document of length bytes and writes the
 * plan and its findings as JSON to out. Names are resolved against the agencies
 * of the database, or of the seed when db is NULL. On error a sentence is in
 * ret_message.
 */
enum err plan_command_parse(struct db *db, const char *text, size_t length, const char *language, FILE *out,
			    char *ret_message, size_t message_size) MUST_CHECK;

#endif
