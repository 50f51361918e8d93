#ifndef KSTTHC_CLIENT_COMMAND_H
#define KSTTHC_CLIENT_COMMAND_H

#include <stdio.h>

#include "../db/db.h"

/*
 * kstthc client ...: what /v1/clients does, for the operator.
 *
 *	add CODE --name NAME --role ROLE [--role ROLE] [--agency AGENCY] [--note NOTE]
 *	list
 *	disable CODE, enable CODE
 *	rotate CODE [--keep-old-seconds SECONDS]
 *
 * A new secret is the only line on out and is shown nowhere else: only its hash
 * is kept. arguments begin with the word after "client"; actor stands in the
 * ledger as who did it. A sentence for the operator in ret_message, on success
 * too; ERR_CONFIG for arguments that cannot be understood.
 */
enum err client_command(struct db *db, const char *actor, int count, char **arguments, FILE *out,
			char *ret_message, size_t message_size) MUST_CHECK;

#endif
