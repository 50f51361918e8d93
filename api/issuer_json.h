#ifndef KSTTHC_ISSUER_JSON_H
#define KSTTHC_ISSUER_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "../service/arena.h"
#include "token.h"

/*
 * Reading the members of an issuers' file into an arena. What is wrong is told
 * in a sentence with its place, "/0/roles/map is missing", and reading goes on.
 */
struct issuer_reader {
	struct arena *arena;
	char place[96]; /* where it is: "/0", "/0/roles" */
	char *message;
	size_t size;
	size_t used; /* 0 while nothing is wrong */
	bool no_memory;
};

/* Tells of a fault of a member, or of the place itself (NULL). */
void issuer_fault(struct issuer_reader *reader, const char *member, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether it is an object, of no members but these. */
bool issuer_members(struct issuer_reader *reader, const json_t *object, const char *const *names);

/* A text of 1 to 512 bytes without control characters; NULL without one. */
const char *issuer_text(struct issuer_reader *reader, const json_t *object, const char *name, bool wanted);

/* Names of claims, 1 to 8; NULL when they are wrong. */
const char *const *issuer_path(struct issuer_reader *reader, const json_t *object, const char *name);

struct issuer_map {
	const char *name;
	size_t least;
	size_t most;
	bool (*to_valid)(const char *to);
	const char *fault; /* of a text that is not: "is not …" */
};

/* An object of texts; NULL when it is not there or wrong. */
const struct token_mapping *issuer_mapping(struct issuer_reader *reader, const json_t *object,
					   const struct issuer_map *map);

/* Goes into an inner object; NULL when it is not there or wrong. To be left when it was entered. */
const json_t *issuer_enter(struct issuer_reader *reader, const json_t *object, const char *name,
			   const char *const *names, bool wanted);
void issuer_leave(struct issuer_reader *reader);

#endif
