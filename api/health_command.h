#ifndef KSTTHC_HEALTH_COMMAND_H
#define KSTTHC_HEALTH_COMMAND_H

#include "../service/config.h"

/*
 * A command of main.c: asks the service of these settings, on this machine,
 * GET /readyz at its front door; for health checks of containers, which have
 * no curl. Ends within 5 seconds with status 0 when it is ready; else 1, and a
 * sentence on stderr. The arguments are not looked at.
 */
int health_command_run(const struct config *config, int argc, char **argv);

#endif
