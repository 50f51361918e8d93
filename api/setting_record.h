#ifndef KSTTHC_SETTING_RECORD_H
#define KSTTHC_SETTING_RECORD_H

#include "../db/db.h"
#include "../service/config.h"

/*
 * Writes down the settings that differ from those of the last start, so that
 * the ledger tells the auditor who changed what. What is a copy's own (its
 * addresses) and secrets are not in it.
 */
enum err setting_record(const struct config *config, struct db *db) MUST_CHECK;

#endif
