#ifndef KSTTHC_QUERY_H
#define KSTTHC_QUERY_H

#include "call.h"

/*
 * Checks path variables and query parameters against the row; 400 names every
 * wrong one. Leaves query, query_text, limit and after.
 */
enum err query_read(struct call *call) MUST_CHECK;

/*
 * The address of a list's next page: the same query with its token. NULL
 * without memory.
 */
const char *query_next_link(struct call *call, const char *page_token) MUST_CHECK;

#endif
