/* The composition root: builds the daemon's parts, wires them, and stops them in order. */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/options.h"
#include "codec/config.h"

/* Runs the daemon until it is told to stop. Returns the exit status. CONFIG has the options applied already. */
int sw_app_run(const struct sw_config *config, const struct sw_options *options);

#endif
