#ifndef KSTTHC_STATE_H
#define KSTTHC_STATE_H

#include "../service/error.h"

/*
 * What a SQLSTATE means to the service: the most specific row of one table.
 * ERR_INTERNAL for a state without a row, NULL and "".
 */
enum err state_error(const char *sqlstate);

#endif
