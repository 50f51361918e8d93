#ifndef KSTTHC_ARENA_H
#define KSTTHC_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory of one call: everything made for it is released at once by
 * arena_release(), nothing in it is freed alone. The limit bounds what one
 * call can be made to hold by its sender.
 *
 * Errors: the allocating functions return NULL when the limit is reached or
 * the system has no memory; nothing already made is lost. Not thread-safe: an
 * arena belongs to one call.
 */
struct arena_block;

struct arena {
	struct arena_block *blocks;
	size_t used;  /* bytes handed out or reserved so far */
	size_t limit; /* bytes it may hold, 0 is not allowed */
};

void arena_init(struct arena *arena, size_t limit);

/* Frees all blocks; the arena can be used again. A zeroed arena is fine. */
void arena_release(struct arena *arena);

/* Zeroed memory, aligned for any object. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((warn_unused_result, malloc));

/* An array of count zeroed elements; NULL on overflow too. */
void *arena_array(struct arena *arena, size_t count, size_t size) __attribute__((warn_unused_result));

char *arena_strdup(struct arena *arena, const char *text) __attribute__((warn_unused_result));

/* A NUL-terminated copy of length bytes. */
char *arena_strndup(struct arena *arena, const char *text, size_t length) __attribute__((warn_unused_result));

char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((warn_unused_result, format(printf, 2, 3)));

#endif
