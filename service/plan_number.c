#include <stdlib.h>
#include <string.h>

#include "plan_reader.h"

enum { NUMBER_MAX = 99999 };

static int find_at(struct plan_reader *reader, const struct plan_raw_task *task, size_t index,
		   const char *code)
{
	struct plan_where where = { task->row, arena_printf(reader->arena, "/tasks/%zu/number", index) };

	return where.field ? plan_find(reader, where, code, plan_slice_of(task->label)) : -1;
}

/* Numbers that start again, or are not plain ones, cannot be keys: all tasks are counted through. */
static int must_count(const struct plan_list *raw_tasks)
{
	const struct plan_raw_task *tasks = raw_tasks->items;
	size_t plain = 0;
	int first_number = raw_tasks->count ? tasks[0].number : 0;

	for (size_t i = 0; i < raw_tasks->count; i++) {
		plain += tasks[i].number > 0;
		if (i && tasks[i].number == first_number && tasks[i].section != tasks[i - 1].section)
			return 1;
		if (strchr(tasks[i].label, '.'))
			return 1;
	}
	return plain * 2 < raw_tasks->count;
}

static int label_task(struct plan_reader *reader, const struct plan_raw_task *raw, size_t index, int number,
		      const char *code)
{
	struct plan_task *task = &reader->plan->tasks[index];

	task->number = number;
	if (raw->number == number)
		return 0;
	task->label = *raw->label ? raw->label : NULL;
	return find_at(reader, raw, index, code);
}

static int number_through(struct plan_reader *reader, const struct plan_list *raw_tasks)
{
	const struct plan_raw_task *tasks = raw_tasks->items;

	for (size_t i = 0; i < raw_tasks->count; i++) {
		if (label_task(reader, &tasks[i], i, (int)i + 1, "number_assigned"))
			return -1;
	}
	return 0;
}

static int largest_number(const struct plan_list *raw_tasks)
{
	const struct plan_raw_task *tasks = raw_tasks->items;
	int largest = 0;

	for (size_t i = 0; i < raw_tasks->count; i++)
		largest = tasks[i].number > largest ? tasks[i].number : largest;
	return largest;
}

/* The document's numbers; a task whose number is taken or missing gets one after the largest. */
static int number_by_document(struct plan_reader *reader, const struct plan_list *raw_tasks)
{
	const struct plan_raw_task *tasks = raw_tasks->items;
	char *taken = arena_alloc(reader->arena, NUMBER_MAX + 1);
	int next = largest_number(raw_tasks) + 1;
	int before = 0;

	if (!taken)
		return -1;
	for (size_t i = 0; i < raw_tasks->count; i++) {
		int number = tasks[i].number;

		if (!number || taken[number]) {
			if (label_task(reader, &tasks[i], i, next++,
				       number ? "number_repeated" : "number_assigned"))
				return -1;
			continue;
		}
		if (number != before + 1 && find_at(reader, &tasks[i], i, "number_gap"))
			return -1;
		before = number;
		taken[number] = 1;
		reader->plan->tasks[i].number = number;
	}
	return 0;
}

int plan_tasks_number(struct plan_reader *reader, const struct plan_list *raw_tasks)
{
	return must_count(raw_tasks) ? number_through(reader, raw_tasks)
				     : number_by_document(reader, raw_tasks);
}
