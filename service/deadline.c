#include "deadline.h"

#include <stddef.h>

const struct move deadline_workflow[] = {
	{ "report", "agency", { "open", "reported" }, NULL },
	{ "verify", "office", { "reported" }, "done" },
	{ "return", "office", { "reported", "done", "cancelled" }, "open" },
	{ "extend", "office", { "open", "reported" }, NULL },
	{ "remind", "office", { "open" }, NULL },
	{ "cancel", "office", { "open", "reported" }, "cancelled" },
	{ 0 },
};
