#ifndef KSTTHC_ERROR_H
#define KSTTHC_ERROR_H

/*
 * What a function that can fail returns. 0 is success. The table gives each
 * value its name; what a caller of the API is told about it stands in
 * api/problem.c.
 */
#define ERRORS(X)                                                                     \
	X(OK, "ok")                                                                   \
	X(INTERNAL, "internal")       /* a bug of ours; the log has details */        \
	X(NO_MEMORY, "no_memory")     /* the call's bound or the system's */          \
	X(UNAVAILABLE, "unavailable") /* no database, or it went away */              \
	X(TIMEOUT, "timeout")         /* statement or lock timeout */                 \
	X(BUSY, "busy")               /* deadlock or serialization, try again */      \
	X(CONFLICT, "conflict")       /* a unique or exclusion constraint */          \
	X(INVALID, "invalid")         /* a value the database refuses */              \
	X(DENIED, "denied")           /* the database role may not */                 \
	X(NOT_FOUND, "not_found")     /* no such row, file or key */                  \
	X(CONFIG, "config")           /* a setting is wrong; a sentence says which */ \
	X(SYSTEM, "system")           /* a system call failed; errno says why */

#define ERROR_ENUM(name, text) ERR_##name,
enum err { ERRORS(ERROR_ENUM) };
#undef ERROR_ENUM

#define MUST_CHECK __attribute__((warn_unused_result))

/* "ok", "internal" ...; never NULL. */
const char *error_name(enum err err);

#endif
