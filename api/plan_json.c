#include "plan_json.h"

#include <stdio.h>

static const char *const comparison_names[] = {
	[PLAN_EQ] = "eq",
	[PLAN_GE] = "ge",
	[PLAN_LE] = "le",
};

/* Leaves the member out where there is no text. */
static void set_text(json_t *object, const char *name, const char *text)
{
	if (text)
		json_object_set_new(object, name, json_string(text));
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *date_json(const struct plan_date *date)
{
	if (!date->year)
		return json_null();
	return json_sprintf("%04d-%02d-%02d", date->year, date->month, date->day);
}

/* Whole numbers without a fraction: 100, not 100.0. */
static json_t *number_json(double value)
{
	json_int_t whole = (json_int_t)value;

	return (double)whole == value ? json_integer(whole) : json_real(value);
}

static json_t *assignments_json(const struct plan_assignment *assignments, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct plan_assignment *assignment = &assignments[i];
		json_t *item = json_object();

		set_text(item, "agency", assignment->agency);
		set_text(item, "group", assignment->group);
		set_text(item, "name", assignment->name);
		set_text(item, "role", plan_role_name(assignment->role));
		set_text(item, "duty", assignment->duty);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *span_json(const struct plan_span *span)
{
	switch (span->unit) {
	case PLAN_MONTHS:
		return json_pack("{s:i, s:i}", "months", span->count, "day", span->day);
	case PLAN_DAYS:
		return json_pack("{s:i}", "days", span->count);
	case PLAN_WORKING_DAYS:
		return json_pack("{s:i}", "working_days", span->count);
	case PLAN_NO_SPAN:
		break;
	}
	return NULL;
}

/* Leaves the member out where there is none. */
static void set_span(json_t *object, const char *name, const struct plan_span *span)
{
	if (span->unit)
		json_object_set_new(object, name, span_json(span));
}

static json_t *recurrence_json(const struct plan_timing *timing)
{
	json_t *item = json_pack("{s:s}", "rrule", timing->rrule);

	/* Without a basis it is the calendar's. */
	if (timing->basis == PLAN_STATUTORY)
		set_text(item, "basis", "statutory");
	set_span(item, "due_offset", &timing->due_offset);
	return item;
}

static json_t *timings_json(const struct plan_part *part)
{
	json_t *list = json_array();

	for (size_t i = 0; i < part->timing_count; i++) {
		const struct plan_timing *timing = &part->timings[i];
		json_t *item = json_object();

		set_text(item, "kind", plan_timing_name(timing->kind));
		set_text(item, "text", timing->text);
		if (timing->due_on.year)
			json_object_set_new(item, "due_on", date_json(&timing->due_on));
		if (timing->rrule)
			json_object_set_new(item, "recurrence", recurrence_json(timing));
		set_span(item, "term", &timing->term);
		if (timing->from_output)
			set_text(item, "source", "output");
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *part_json(const struct plan_part *part)
{
	json_t *item = json_object();
	json_t *outputs = json_array();

	set_text(item, "label", part->label);
	for (size_t i = 0; i < part->output_count; i++)
		json_array_append_new(outputs, json_string(part->outputs[i]));
	json_object_set_new(item, "outputs", outputs);
	json_object_set_new(item, "timings", timings_json(part));
	json_object_set_new(item, "assignments", assignments_json(part->assignments, part->assignment_count));
	return item;
}

static json_t *tasks_json(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->task_count; i++) {
		const struct plan_task *task = &plan->tasks[i];
		json_t *item = json_object();
		json_t *parts = json_array();

		json_object_set_new(item, "number", json_integer(task->number));
		set_text(item, "label", task->label);
		json_object_set_new(item, "section", json_integer(task->section));
		set_text(item, "title", task->title);
		for (size_t p = 0; p < task->part_count; p++)
			json_array_append_new(parts, part_json(&task->parts[p]));
		json_object_set_new(item, "parts", parts);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *sections_json(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->section_count; i++) {
		const struct plan_section *section = &plan->sections[i];
		json_t *item = json_object();
		json_t *ancestors = json_array();

		json_object_set_new(item, "ordinal", json_integer(section->ordinal));
		set_text(item, "label", section->label);
		set_text(item, "title", section->title);
		for (size_t a = 0; a < section->ancestor_count; a++) {
			json_t *ancestor = json_object();

			set_text(ancestor, "label", section->ancestor_labels[a]);
			set_text(ancestor, "title", section->ancestor_titles[a]);
			json_array_append_new(ancestors, ancestor);
		}
		json_object_set_new(item, "ancestors", ancestors);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *indicators_json(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->indicator_count; i++) {
		const struct plan_indicator *indicator = &plan->indicators[i];
		json_t *item = json_object();
		json_t *target = json_object();

		json_object_set_new(item, "code", json_sprintf("%02d", indicator->number));
		set_text(item, "name", indicator->name);
		set_text(item, "unit", indicator->unit);
		if (indicator->has_value) {
			set_text(target, "comparison", comparison_names[indicator->comparison]);
			json_object_set_new(target, "value", number_json(indicator->value));
		}
		/* Without a value createPlan wants a number: somebody has to say it. */
		if ((!indicator->has_value || indicator->has_words) && indicator->target_text &&
		    *indicator->target_text)
			set_text(target, "text", indicator->target_text);
		json_object_set_new(item, "target", target);
		json_object_set_new(item, "scope",
				    assignments_json(indicator->scope, indicator->scope_count));
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *target_rule_json(const struct plan_target_rule *rule)
{
	json_t *item = json_object();

	set_text(item, "text", rule->text);
	set_text(item, "below", rule->below);
	set_text(item, "at_or_above", rule->at_or_above);
	if (rule->stretch_percent > 0)
		json_object_set_new(item, "stretch_percent", number_json(rule->stretch_percent));
	return item;
}

static json_t *document_json(const struct plan *plan)
{
	json_t *item = json_object();
	json_t *decision = json_object();

	set_text(item, "code", plan->code);
	if (plan->year)
		json_object_set_new(item, "year", json_integer(plan->year));
	set_text(item, "title", plan->title);
	json_object_set_new(decision, "number", text_or_null(plan->decision_number));
	json_object_set_new(decision, "date", date_json(&plan->decided_on));
	set_text(decision, "issuer", plan->issuer);
	json_object_set_new(item, "decision", decision);
	json_object_set_new(item, "sections", sections_json(plan));
	json_object_set_new(item, "tasks", tasks_json(plan));
	if (plan->target_rule.text)
		json_object_set_new(item, "target_rule", target_rule_json(&plan->target_rule));
	json_object_set_new(item, "indicators", indicators_json(plan));
	return item;
}

static json_t *findings_json(const struct plan *plan, const char *language)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->finding_count; i++) {
		const struct plan_finding *finding = &plan->findings[i];
		json_t *item = json_object();

		json_object_set_new(item, "row", json_integer(finding->row));
		set_text(item, "field", finding->field);
		set_text(item, "severity", plan_severity_name(finding->severity));
		set_text(item, "code", finding->code);
		set_text(item, "detail", plan_finding_text(finding->code, language));
		set_text(item, "text", finding->text);
		json_array_append_new(list, item);
	}
	return list;
}

json_t *plan_json(const struct plan *plan, const char *language)
{
	json_t *document = json_object();

	if (json_object_set_new(document, "plan", document_json(plan)) != 0 ||
	    json_object_set_new(document, "findings", findings_json(plan, language)) != 0) {
		json_decref(document);
		return NULL;
	}
	return document;
}
