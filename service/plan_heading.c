#include <string.h>

#include "plan_reader.h"

enum { DEPTH_MAX = 6 };

struct heading {
	enum plan_label_style style;
	int rank;
	const char *label;
	const char *title;
	int row;
	int has_tasks;
	enum plan_label_style first_task; /* how the first of them is numbered */
};

struct plan_headings {
	struct plan_reader *reader;
	struct heading path[DEPTH_MAX];
	size_t depth;
	struct plan_list sections;
	int is_open; /* the path's section is in the list already */
};

struct plan_headings *plan_headings_new(struct plan_reader *reader)
{
	struct plan_headings *headings = arena_alloc(reader->arena, sizeof(*headings));

	if (headings) {
		headings->reader = reader;
		headings->sections.size = sizeof(struct plan_section);
	}
	return headings;
}

/* Takes headings off the path down to the level; those nothing stood under are found. */
static int cut_path(struct plan_headings *headings, size_t level)
{
	while (headings->depth > level) {
		const struct heading *heading = &headings->path[--headings->depth];
		struct plan_where where = { heading->row, "/sections" };

		if (!heading->has_tasks &&
		    plan_find(headings->reader, where, "section_empty", plan_slice_of(heading->title)))
			return -1;
	}
	return 0;
}

/* A heading stands beside the last one of its style, or under all there are; one without a label on top. */
static size_t level_of(const struct plan_headings *headings, const struct plan_label *label)
{
	size_t level = 0;

	if (label->style == PLAN_LABEL_NONE)
		return 0;
	while (level < headings->depth &&
	       (headings->path[level].style != label->style || headings->path[level].rank < label->rank))
		level++;
	return level < DEPTH_MAX ? level : DEPTH_MAX - 1;
}

int plan_headings_add(struct plan_headings *headings, const struct plan_label *label, const char *title)
{
	char *text = plan_copy(headings->reader, label->text);

	if (!text || cut_path(headings, level_of(headings, label)))
		return -1;
	headings->path[headings->depth++] = (struct heading){
		.style = label->style,
		.rank = label->rank,
		.label = text,
		.title = title,
		.row = headings->reader->row,
	};
	headings->is_open = 0;
	return 0;
}

static const char *join_labels(struct plan_headings *headings)
{
	struct arena *arena = headings->reader->arena;
	const char *label = "";

	for (size_t i = 0; label && i < headings->depth; i++) {
		const char *next = headings->path[i].label;

		if (*next)
			label = arena_printf(arena, "%s%s%s", label, *label ? "." : "", next);
	}
	return label;
}

static int fill_ancestors(struct plan_headings *headings, struct plan_section *section)
{
	size_t count = headings->depth ? headings->depth - 1 : 0;

	section->ancestor_labels = arena_array(headings->reader->arena, count, sizeof(char *));
	section->ancestor_titles = arena_array(headings->reader->arena, count, sizeof(char *));
	if (!section->ancestor_labels || !section->ancestor_titles)
		return -1;
	section->ancestor_count = count;
	for (size_t i = 0; i < count; i++) {
		section->ancestor_labels[i] = headings->path[i].label;
		section->ancestor_titles[i] = headings->path[i].title;
	}
	return 0;
}

static int find_repeated(struct plan_headings *headings, const struct plan_section *section)
{
	const struct plan_section *sections = headings->sections.items;
	struct plan_where where = { headings->reader->row, NULL };

	for (int i = 0; i < section->ordinal - 1; i++) {
		if (strcmp(sections[i].label, section->label) || !*section->label)
			continue;
		where.field = arena_printf(headings->reader->arena, "/sections/%d/label",
					   section->ordinal - 1);
		if (!where.field)
			return -1;
		return plan_find(headings->reader, where, "section_repeated", plan_slice_of(section->label));
	}
	return 0;
}

static int open_section(struct plan_headings *headings)
{
	struct plan_section *section = plan_list_add(headings->reader->arena, &headings->sections);

	if (!section)
		return -1;
	section->ordinal = (int)headings->sections.count;
	section->label = join_labels(headings);
	section->title = headings->depth ? headings->path[headings->depth - 1].title : "";
	if (!section->label || fill_ancestors(headings, section) || find_repeated(headings, section))
		return -1;
	headings->is_open = 1;
	if (headings->depth)
		return 0;
	return plan_find_line(headings->reader, "section_missing", (struct plan_slice){ "", 0 });
}

/*
 * "2" after "1" with 1.1 and 1.2 below it stands beside "1", not under it. Tasks
 * numbered as their heading is, from its first on, are its own.
 */
static int leave_headings(struct plan_headings *headings, const struct plan_label *label)
{
	for (size_t level = 0; level < headings->depth; level++) {
		const struct heading *heading = &headings->path[level];

		if (label->style != PLAN_LABEL_NUMBER || heading->style != label->style ||
		    !heading->has_tasks || heading->first_task == label->style)
			continue;
		headings->is_open = 0;
		return cut_path(headings, level);
	}
	return 0;
}

int plan_headings_section(struct plan_headings *headings, const struct plan_label *label)
{
	if (leave_headings(headings, label) || (!headings->is_open && open_section(headings)))
		return -1;
	for (size_t i = 0; i < headings->depth; i++) {
		if (!headings->path[i].has_tasks)
			headings->path[i].first_task = label->style;
		headings->path[i].has_tasks = 1;
	}
	return (int)headings->sections.count;
}

int plan_headings_current(const struct plan_headings *headings)
{
	return headings->is_open ? (int)headings->sections.count : 0;
}

/* What stands in for a title that the document does not give. */
static const char *title_instead(const struct plan_headings *headings, const char *label)
{
	const char *title = headings->reader->plan->title;

	if (*label)
		return label;
	return title && *title ? title : "Nhiệm vụ";
}

static void fill_titles(struct plan_headings *headings)
{
	struct plan_section *sections = headings->sections.items;

	for (size_t i = 0; i < headings->sections.count; i++) {
		struct plan_section *section = &sections[i];

		if (!*section->title)
			section->title = title_instead(headings, section->label);
		for (size_t a = 0; a < section->ancestor_count; a++) {
			if (!*section->ancestor_titles[a])
				section->ancestor_titles[a] = title_instead(headings,
									    section->ancestor_labels[a]);
		}
	}
}

int plan_headings_finish(struct plan_headings *headings)
{
	fill_titles(headings);
	headings->reader->plan->sections = headings->sections.items;
	headings->reader->plan->section_count = headings->sections.count;
	return cut_path(headings, 0);
}
