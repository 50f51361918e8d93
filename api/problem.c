#include "problem.h"

#include <stddef.h>
#include <string.h>

#define PROBLEM_ROW(name, code, status) [PROBLEM_##name] = { code, status },
static const struct {
	const char *code;
	int status;
} problems[PROBLEM_COUNT] = { PROBLEMS(PROBLEM_ROW) };
#undef PROBLEM_ROW

static enum problem known(enum problem problem)
{
	return problem > PROBLEM_NONE && problem < PROBLEM_COUNT ? problem : PROBLEM_INTERNAL;
}

const char *problem_code(enum problem problem)
{
	return problems[known(problem)].code;
}

int problem_status(enum problem problem)
{
	return problems[known(problem)].status;
}

enum problem problem_find(const char *code)
{
	for (int i = PROBLEM_NONE + 1; i < PROBLEM_COUNT; i++)
		if (strcmp(problems[i].code, code) == 0)
			return (enum problem)i;
	return PROBLEM_NONE;
}

enum problem problem_of_error(enum err err)
{
	switch (err) {
	case ERR_OK:
		return PROBLEM_NONE;
	case ERR_NO_MEMORY:
	case ERR_BUSY:
		return PROBLEM_OVERLOADED;
	case ERR_UNAVAILABLE:
		return PROBLEM_UNAVAILABLE;
	case ERR_TIMEOUT:
		return PROBLEM_TIMEOUT;
	case ERR_CONFLICT:
		return PROBLEM_CONFLICT;
	case ERR_INVALID:
		return PROBLEM_INVALID;
	case ERR_NOT_FOUND:
		return PROBLEM_NOT_FOUND;
	default:
		return PROBLEM_INTERNAL;
	}
}

const char *language_name(enum language language)
{
	return language == LANGUAGE_EN ? "en" : "vi";
}
