/* What the daemon tells a service manager (sd_notify(3)): that it is ready, that it stops, that it is alive. The protocol is a
 * datagram to the socket that $NOTIFY_SOCKET names; without one nothing is said. */
#ifndef IO_SERVICE_MANAGER_H
#define IO_SERVICE_MANAGER_H

#include <stdbool.h>

#include <uv.h>

struct sw_service_manager;

/* Reads NOTIFY_SOCKET and WATCHDOG_USEC of the environment, and takes them out of it: children are not the service. From now
 * on it says every half of the watchdog's time that the loop turns. NULL when nobody listens. */
struct sw_service_manager *sw_service_manager_new(uv_loop_t *loop);
/* Says STATE ("READY=1"); several lines are one message. NULL is allowed. */
void sw_service_manager_say(struct sw_service_manager *manager, const char *state);
/* The one line `systemctl status` shows; the same one is not said twice. NULL is allowed. */
void sw_service_manager_status(struct sw_service_manager *manager, const char *text);
/* Says that the service reads its configuration again, or has done so. NULL is allowed. */
void sw_service_manager_reloading(struct sw_service_manager *manager, bool begins);
/* Says that the service stops, and ends; frees itself. NULL is allowed. */
void sw_service_manager_close(struct sw_service_manager *manager);

#endif
