#include "workflow.h"

#include <stdbool.h>
#include <string.h>

const struct move *workflow_find(const struct move *moves, const char *name)
{
	for (const struct move *move = moves; move->name; move++)
		if (strcmp(move->name, name) == 0)
			return move;
	return NULL;
}

static char *put(char *out, const char *text)
{
	size_t length = strlen(text);

	memcpy(out, text, length);
	return out + length;
}

static char *put_string(char *out, const char *text)
{
	*out++ = '"';
	out = put(out, text);
	*out++ = '"';
	return out;
}

char *workflow_move_json(struct arena *arena, const struct move *move)
{
	static const char members[] = "{\"move\":,\"from\":[],\"to\":null,\"role\":}";
	size_t room = sizeof(members) + strlen(move->name) + strlen(move->role) + 6;
	char *json;
	char *out;

	for (size_t i = 0; i < WORKFLOW_FROM && move->from[i]; i++)
		room += strlen(move->from[i]) + 3;
	room += move->to ? strlen(move->to) : 0;
	json = arena_alloc(arena, room);
	if (!json)
		return NULL;
	out = put_string(put(json, "{\"move\":"), move->name);
	out = put(out, ",\"from\":[");
	for (size_t i = 0; i < WORKFLOW_FROM && move->from[i]; i++)
		out = put_string(put(out, i ? "," : ""), move->from[i]);
	out = put(out, "],\"to\":");
	out = move->to ? put_string(out, move->to) : put(out, "null");
	out = put_string(put(out, ",\"role\":"), move->role);
	*put(out, "}") = '\0';
	return json;
}

static bool is_opened(const struct move *move, const char *const *roles)
{
	for (; *roles; roles++)
		if (strcmp(move->role, *roles) == 0)
			return true;
	return false;
}

static bool starts_from(const struct move *move, const char *status)
{
	for (size_t i = 0; i < WORKFLOW_FROM && move->from[i]; i++)
		if (strcmp(move->from[i], status) == 0)
			return true;
	return false;
}

/* Whether a move before this one starts from the status too. */
static bool seen_before(const struct move *moves, const struct move *move, const char *status)
{
	for (; moves < move; moves++)
		if (starts_from(moves, status))
			return true;
	return false;
}

/* "status":["move","move"], or nothing when there is no move. */
static char *put_status(char *out, const struct move *moves, const char *status, const char *const *roles)
{
	bool any = false;

	for (const struct move *move = moves; move->name; move++) {
		if (!starts_from(move, status) || !is_opened(move, roles))
			continue;
		if (!any)
			out = put(put_string(out, status), ":[");
		out = put_string(put(out, any ? "," : ""), move->name);
		any = true;
	}
	return any ? put(out, "],") : out;
}

char *workflow_actions_json(struct arena *arena, const struct move *moves, const char *const *roles)
{
	size_t room = sizeof("{}");
	char *json;
	char *out;

	for (const struct move *move = moves; move->name; move++)
		for (size_t i = 0; i < WORKFLOW_FROM && move->from[i]; i++)
			room += strlen(move->from[i]) + strlen(move->name) + sizeof("\"\":[\"\",],");
	json = arena_alloc(arena, room);
	if (!json)
		return NULL;
	out = put(json, "{");
	for (const struct move *move = moves; move->name; move++)
		for (size_t i = 0; i < WORKFLOW_FROM && move->from[i]; i++)
			if (!seen_before(moves, move, move->from[i]))
				out = put_status(out, moves, move->from[i], roles);
	if (out[-1] == ',')
		out--;
	*put(out, "}") = '\0';
	return json;
}
