/* The certificate of the configuration, as it is renewed: its file is looked at, and on SIGHUP. */
#ifndef APP_CERTIFICATE_H
#define APP_CERTIFICATE_H

#include <uv.h>

#include "io/ws_server.h"

struct sw_certificate_watch;

/* Looks at CHAIN_PATH (both are borrowed) from now on and gives SERVER what it finds there. Never NULL. */
struct sw_certificate_watch *sw_certificate_watch_new(uv_loop_t *loop, struct sw_ws_server *server, const char *chain_path,
                                                      const char *key_path);
/* Ends when what is being read is done; frees itself. NULL is allowed. */
void sw_certificate_watch_close(struct sw_certificate_watch *watch);
/* Until when the certificate in force is good, epoch ms; 0: not known. */
int64_t sw_certificate_watch_until_ms(const struct sw_certificate_watch *watch);

#endif
