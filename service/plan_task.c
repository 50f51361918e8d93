#include <string.h>

#include "plan_reader.h"
#include "text.h"

enum { MERGED_ROWS_MAX = 10, REPEAT_BYTES_MAX = 20 };

static const char *const missing_codes[] = { "outputs_missing", "timings_missing", "assignments_missing" };
static const char *const missing_fields[] = { "outputs", "timings", "assignments" };

enum member { MEMBER_OUTPUTS, MEMBER_TIMINGS, MEMBER_ASSIGNMENTS };

static struct plan_raw_part *part_at(const struct plan_raw_task *task, size_t index)
{
	return (struct plan_raw_part *)task->parts.items + index;
}

static struct plan_raw_part *last_part(const struct plan_raw_task *task)
{
	return part_at(task, task->parts.count - 1);
}

static int part_where(struct plan_reader *reader, size_t task, size_t part, enum member member, int row,
		      struct plan_where *ret_where)
{
	const char *field = missing_fields[member];

	ret_where->row = row;
	ret_where->field = arena_printf(reader->arena, "/tasks/%zu/parts/%zu/%s", task, part, field);
	return ret_where->field ? 0 : -1;
}

static int join_cells(struct plan_reader *reader, struct plan_raw_task *task, size_t index)
{
	for (size_t p = 0; p < task->parts.count; p++) {
		struct plan_raw_part *part = part_at(task, p);
		struct plan_where where;

		if (part_where(reader, index, p, MEMBER_OUTPUTS, part->row, &where))
			return -1;
		for (int i = 0; i < PLAN_RAW_COUNT; i++) {
			if (!part->pieces[i].count)
				continue;
			part->cells[i] = plan_join(reader, where, &part->pieces[i]);
			if (!part->cells[i])
				return -1;
		}
	}
	return 0;
}

/* "nt", "như trên" in a cell: what the task above has in it. */
static int repeat_cells(struct plan_reader *reader, struct plan_raw_task *tasks, size_t index)
{
	struct plan_raw_part *part = part_at(&tasks[index], 0);
	const struct plan_raw_part *above = last_part(&tasks[index - 1]);

	for (int i = 0; i < PLAN_RAW_COUNT; i++) {
		enum member member = i == PLAN_RAW_OUTPUT ? MEMBER_OUTPUTS
				     : i == PLAN_RAW_TIME ? MEMBER_TIMINGS
							  : MEMBER_ASSIGNMENTS;
		struct plan_slice text = plan_trim(plan_slice_of(part->cells[i] ? part->cells[i] : ""),
						   " ().-");
		struct plan_where where;

		if (!text.length || text.length > REPEAT_BYTES_MAX || !above->cells[i])
			continue;
		if (plan_words_read(reader->arena, &reader->words, text))
			return -1;
		if (!reader->words.count ||
		    plan_words_match(&reader->words, 0, reader->words.count, "nt|nhu|\" tren?", NULL) !=
			    reader->words.count ||
		    plan_word_is(&reader->words, reader->words.count - 1, "nhu"))
			continue;
		part->cells[i] = above->cells[i];
		if (part_where(reader, index, 0, member, part->row, &where) ||
		    plan_find_kept(reader, where, "same_as_above", above->cells[i]))
			return -1;
	}
	return 0;
}

/* Whether the words of one row's cell run on into the next row's: no end here, no beginning there. */
static int runs_on(struct plan_reader *reader, const char *left, const char *right, int *ret_is)
{
	uint32_t first;
	struct plan_slice head;

	*ret_is = 0;
	if (!left || !right || !*left || strchr(".;:", left[strlen(left) - 1]))
		return 0;
	text_next(right, strlen(right), &first);
	if (!text_is_lower(first))
		return 0;
	head = plan_slice_of(right);
	if (head.length > PLAN_CELL_BYTES_MAX)
		return 0;
	if (plan_words_read(reader->arena, &reader->words, head))
		return -1;
	*ret_is = !plan_party_starts(reader, &reader->words, 0, reader->words.count);
	return 0;
}

static int share_cell(struct plan_reader *reader, struct plan_raw_task *tasks, size_t from, size_t to,
		      int cell)
{
	const char *pair[2] = { last_part(&tasks[to - 1])->cells[cell], part_at(&tasks[to], 0)->cells[cell] };
	struct plan_list pieces = { pair, sizeof(*pair), 2, 2 };
	struct plan_where where = { tasks[to].row, NULL };
	char *joined;

	where.field = arena_printf(reader->arena, "/tasks/%zu/parts/0/assignments", to);
	if (!where.field)
		return -1;
	joined = plan_join(reader, where, &pieces);
	if (!joined || plan_find(reader, where, "merged_cell", plan_slice_of(joined)))
		return -1;
	for (size_t i = from; i <= to; i++)
		(i == to ? part_at(&tasks[i], 0) : last_part(&tasks[i]))->cells[cell] = joined;
	return 0;
}

/* A shared cell of people has a shared one of time beside it. */
static int share_time(struct plan_reader *reader, struct plan_raw_task *tasks, size_t to)
{
	struct plan_raw_part *part = part_at(&tasks[to], 0);
	const char *time = last_part(&tasks[to - 1])->cells[PLAN_RAW_TIME];
	struct plan_where where;

	if (part->cells[PLAN_RAW_TIME] || !time)
		return 0;
	part->cells[PLAN_RAW_TIME] = time;
	if (part_where(reader, to, 0, MEMBER_TIMINGS, part->row, &where))
		return -1;
	return plan_find_kept(reader, where, "merged_cell", time);
}

int plan_tasks_merge(struct plan_reader *reader, struct plan_list *raw_tasks)
{
	struct plan_raw_task *tasks = raw_tasks->items;
	size_t from = 0;

	for (size_t i = 1; i < raw_tasks->count; i++) {
		int merged = 0;

		for (int cell = PLAN_RAW_PEOPLE; cell <= PLAN_RAW_COOPERATE; cell++) {
			const char *left = last_part(&tasks[i - 1])->cells[cell];
			int is;

			if (runs_on(reader, left, part_at(&tasks[i], 0)->cells[cell], &is))
				return -1;
			if (!is || i - from >= MERGED_ROWS_MAX)
				continue;
			if (share_cell(reader, tasks, from, i, cell))
				return -1;
			merged = 1;
		}
		if (merged && share_time(reader, tasks, i))
			return -1;
		from = merged ? from : i;
	}
	return 0;
}

/* Parts of a task may share a cell; an empty one below another is that. */
static int share_parts(struct plan_reader *reader, struct plan_raw_task *task, size_t index)
{
	for (size_t p = 1; p < task->parts.count; p++) {
		struct plan_raw_part *part = part_at(task, p);
		struct plan_where where;

		for (int cell = PLAN_RAW_PEOPLE; cell < PLAN_RAW_COUNT; cell++) {
			enum member member = cell == PLAN_RAW_TIME ? MEMBER_TIMINGS : MEMBER_ASSIGNMENTS;

			if (part->cells[cell] || !part_at(task, p - 1)->cells[cell])
				continue;
			part->cells[cell] = part_at(task, p - 1)->cells[cell];
			if (part_where(reader, index, p, member, part->row, &where) ||
			    plan_find(reader, where, "merged_cell", plan_slice_of(part->cells[cell])))
				return -1;
		}
	}
	return 0;
}

/* An output's closing mark stays; the letter that became the part's label goes. */
static const char *without_label(const char *output)
{
	struct plan_label label = plan_label_read(plan_slice_of(output));

	return label.style == PLAN_LABEL_PIECE ? output + label.length : output;
}

static int fill_outputs(struct plan_reader *reader, struct plan_where where, const char *cell,
			struct plan_part *part)
{
	struct plan_list items = { .size = sizeof(struct plan_slice) };
	const struct plan_slice *slices;

	if (!cell)
		return 0;
	if (plan_items(reader, part->label ? without_label(cell) : cell, &items))
		return -1;
	if (items.count > PLAN_ITEMS_MAX) {
		items.count = PLAN_ITEMS_MAX;
		if (plan_find(reader, where, "too_many_items", (struct plan_slice){ "", 0 }))
			return -1;
	}
	part->outputs = arena_array(reader->arena, items.count, sizeof(*part->outputs));
	if (!part->outputs)
		return -1;
	slices = items.items;
	for (size_t i = 0; i < items.count; i++) {
		part->outputs[i] = plan_copy(reader, slices[i]);
		if (!part->outputs[i])
			return -1;
	}
	part->output_count = items.count;
	return 0;
}

static int fill_timings(struct plan_reader *reader, struct plan_where where, const struct plan_raw_part *raw,
			struct plan_part *part)
{
	struct plan_list timings = { .size = sizeof(struct plan_timing) };

	if (raw->cells[PLAN_RAW_TIME] &&
	    plan_timings_read(reader, where, raw->cells[PLAN_RAW_TIME], &timings))
		return -1;
	for (size_t i = 0; i < part->output_count && timings.count < PLAN_ITEMS_MAX; i++) {
		if (plan_timings_of_output(reader, where, part->outputs[i], &timings))
			return -1;
	}
	part->timings = timings.items;
	part->timing_count = timings.count;
	return 0;
}

static int fill_assignments(struct plan_reader *reader, struct plan_where where,
			    const struct plan_raw_part *raw, struct plan_part *part)
{
	static const enum plan_role roles[PLAN_RAW_COUNT] = {
		[PLAN_RAW_PEOPLE] = PLAN_IMPLEMENT,
		[PLAN_RAW_LEAD] = PLAN_LEAD,
		[PLAN_RAW_COOPERATE] = PLAN_COOPERATE,
	};
	struct plan_list assignments = { .size = sizeof(struct plan_assignment) };

	for (int i = PLAN_RAW_PEOPLE; i <= PLAN_RAW_COOPERATE; i++) {
		if (raw->cells[i] &&
		    plan_assignments_read(reader, where, raw->cells[i], roles[i], &assignments))
			return -1;
	}
	part->assignments = assignments.items;
	part->assignment_count = assignments.count;
	return 0;
}

static int find_missing(struct plan_table *table, size_t task, size_t index, const struct plan_raw_part *raw,
			const struct plan_part *part)
{
	const struct plan_columns *columns = &table->columns;
	const size_t counts[] = { part->output_count, part->timing_count, part->assignment_count };
	const int has[] = {
		columns->has[PLAN_COLUMN_OUTPUT],
		columns->has[PLAN_COLUMN_TIME],
		columns->has[PLAN_COLUMN_PEOPLE] || columns->has[PLAN_COLUMN_LEAD],
	};

	for (enum member m = MEMBER_OUTPUTS; m <= MEMBER_ASSIGNMENTS; m++) {
		struct plan_where where;

		if (counts[m] || !has[m])
			continue;
		if (part_where(table->reader, task, index, m, raw->row, &where) ||
		    plan_find(table->reader, where, missing_codes[m], (struct plan_slice){ "", 0 }))
			return -1;
	}
	return 0;
}

static int fill_part(struct plan_table *table, const struct plan_raw_task *raw_task, size_t task,
		     size_t index, struct plan_part *part)
{
	struct plan_reader *reader = table->reader;
	const struct plan_raw_part *raw = part_at(raw_task, index);
	struct plan_where where[3];

	for (enum member m = MEMBER_OUTPUTS; m <= MEMBER_ASSIGNMENTS; m++) {
		if (part_where(reader, task, index, m, raw->row, &where[m]))
			return -1;
	}
	if (raw_task->parts.count > 1 && raw->label) {
		part->label = arena_strndup(reader->arena, &raw->label, 1);
		if (!part->label)
			return -1;
	}
	if (fill_outputs(reader, where[MEMBER_OUTPUTS], raw->cells[PLAN_RAW_OUTPUT], part) ||
	    fill_timings(reader, where[MEMBER_TIMINGS], raw, part) ||
	    fill_assignments(reader, where[MEMBER_ASSIGNMENTS], raw, part))
		return -1;
	return find_missing(table, task, index, raw, part);
}

static int fill_task(struct plan_table *table, const struct plan_raw_task *raw, size_t index)
{
	struct plan_reader *reader = table->reader;
	struct plan_task *task = &reader->plan->tasks[index];
	struct plan_where where = { raw->row, arena_printf(reader->arena, "/tasks/%zu/title", index) };

	reader->row = raw->row;
	task->section = raw->section;
	task->title = where.field ? plan_join(reader, where, &raw->title) : NULL;
	task->parts = arena_array(reader->arena, raw->parts.count, sizeof(*task->parts));
	if (!task->title || !task->parts)
		return -1;
	if (!*task->title && plan_find(reader, where, "title_missing", (struct plan_slice){ "", 0 }))
		return -1;
	task->part_count = raw->parts.count;
	for (size_t p = 0; p < task->part_count; p++) {
		if (fill_part(table, raw, index, p, &task->parts[p]))
			return -1;
	}
	return 0;
}

int plan_tasks_finish(struct plan_table *table)
{
	struct plan_reader *reader = table->reader;
	struct plan_raw_task *tasks = table->tasks.items;
	size_t count = table->tasks.count;

	reader->plan->tasks = arena_array(reader->arena, count, sizeof(*reader->plan->tasks));
	if (!reader->plan->tasks)
		return -1;
	reader->plan->task_count = count;
	if (!count &&
	    plan_find(reader, (struct plan_where){ 1, "/tasks" }, "tasks_missing", plan_slice_of("")))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (join_cells(reader, &tasks[i], i) || (i && repeat_cells(reader, tasks, i)) ||
		    share_parts(reader, &tasks[i], i))
			return -1;
	}
	if (plan_tasks_merge(reader, &table->tasks) || plan_tasks_number(reader, &table->tasks))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (fill_task(table, &tasks[i], i))
			return -1;
	}
	return 0;
}
