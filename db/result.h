#ifndef KSTTHC_RESULT_H
#define KSTTHC_RESULT_H

#include <libpq-fe.h>

#include "db.h"

/*
 * The inside of a struct db_result. It is made empty before anything is sent,
 * so that no memory is needed between a commit and its acknowledgement.
 */

struct db_result {
	PGresult *pg;
	char message[400]; /* of a failure */
};

/* NULL without memory. */
struct db_result *result_new(void) __attribute__((warn_unused_result));

/* Takes pg, the last statement's rows. Whatever was in result is freed. */
void result_take_rows(struct db_result *result, PGresult *pg);

/*
 * Takes pg, the failure of a statement, or NULL when the failure is libpq's or
 * ours: then text is copied. Whatever was in result is freed.
 */
void result_take_failure(struct db_result *result, PGresult *pg, const char *text);

#endif
