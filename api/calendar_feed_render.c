#include "calendar_feed_render.h"

#include "../service/ical.h"

#define PRODID "-//kstthc//KSTTHC//VI"
#define CATEGORY "Kiểm soát thủ tục hành chính"
#define REFRESH_SECONDS 3600

/* What 2,000 events take whose titles are as long as they may be: a call's own memory has no such room. */
#define CALENDAR_BYTES ((size_t)256 << 20)

static const char *text_of(const json_t *event, const char *name)
{
	return json_string_value(json_object_get(event, name));
}

static enum err read_alarms(struct arena *arena, const json_t *times, struct ical_event *event)
{
	size_t count = json_array_size(times);
	const char **alarms = arena_alloc(arena, (count + 1) * sizeof(*alarms));

	if (!alarms)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		alarms[i] = json_string_value(json_array_get(times, i));
	event->alarms = alarms;
	event->alarm_count = count;
	return ERR_OK;
}

static enum err read_event(struct arena *arena, const json_t *object, struct ical_event *event)
{
	*event = (struct ical_event){
		.uid = text_of(object, "uid"),
		.stamp = text_of(object, "stamp"),
		.date = text_of(object, "date"),
		.sequence = json_integer_value(json_object_get(object, "sequence")),
		.summary = text_of(object, "summary"),
		.description = text_of(object, "description"),
		.category = CATEGORY,
		.cancelled = json_is_true(json_object_get(object, "cancelled")),
		.transparent = true,
	};
	return read_alarms(arena, json_object_get(object, "alarms"), event);
}

/* The events' texts are borrowed from document. */
static enum err write_calendar(struct call *call, struct arena *arena, const json_t *document)
{
	const json_t *list = json_object_get(document, "events");
	const struct ical_calendar calendar = { text_of(document, "name"), PRODID, REFRESH_SECONDS };
	size_t count = json_array_size(list);
	struct ical_event *events = arena_alloc(arena, (count + 1) * sizeof(*events));
	const char *text = NULL;
	size_t length = 0;
	enum err err = events ? ERR_OK : ERR_NO_MEMORY;

	for (size_t i = 0; i < count && err == ERR_OK; i++)
		err = read_event(arena, json_array_get(list, i), &events[i]);
	if (err == ERR_OK)
		err = ical_write(arena, &calendar, events, count, &text, &length);
	return err == ERR_OK ? call_reply_text(call, 200, "text/calendar; charset=utf-8", text, length) : err;
}

enum err calendar_feed_render(struct call *call)
{
	json_t *document = json_loadb(db_value(call->result, 0, "body"),
				      db_value_length(call->result, 0, "body"), 0, NULL);
	struct arena arena;
	enum err err = ERR_INTERNAL;

	arena_init(&arena, CALENDAR_BYTES);
	if (document)
		err = write_calendar(call, &arena, document);
	arena_release(&arena);
	json_decref(document);
	return err;
}
