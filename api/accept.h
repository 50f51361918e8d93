#ifndef KSTTHC_ACCEPT_H
#define KSTTHC_ACCEPT_H

#include "problem.h"

/* Content negotiation (RFC 9110, 12.5). header may be NULL: it was not sent. */

/*
 * Whether Accept allows a media type "application/json": the most specific
 * range that matches decides, q=0 refuses. A header that is not well-formed
 * in an element leaves that element out; one without any element allows all.
 */
int accept_media(const char *header, const char *type);

/* Vietnamese unless English is preferred to it by Accept-Language. */
enum language accept_language(const char *header);

/* Whether Content-Type is this media type; parameters other than charset=utf-8 are refused. */
int accept_content_type(const char *header, const char *type);

#endif
