#ifndef KSTTHC_DEADLINE_H
#define KSTTHC_DEADLINE_H

#include "workflow.h"

/* What can be done to what an agency owes: reports end in reported when they say that all is done. */
extern const struct move deadline_workflow[];

#endif
