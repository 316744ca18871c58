/* The inside of peer_conn, shared by its files. */
#ifndef SW_IO_PEER_CONN_INTERNAL_H
#define SW_IO_PEER_CONN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/* ---- peer_tls.c: TLS over memory buffers ---- */
struct sw__peer_tls;         /* what one connection object needs: authorities or the pinned certificate */
struct sw__peer_tls_session; /* one connection */

/* Reads the files. NAME is whom the certificate must be for. NULL: ERROR says why. */
struct sw__peer_tls *sw__peer_tls_new(const char *name, const char *ca_file, const char *pinned_file, char *error, size_t size);
void sw__peer_tls_free(struct sw__peer_tls *tls);

/* NULL never for want of memory (that aborts); NULL when OpenSSL refuses the settings. */
struct sw__peer_tls_session *sw__peer_tls_begin(struct sw__peer_tls *tls);
void sw__peer_tls_end(struct sw__peer_tls_session *session);
/* Takes bytes from the wire (at most 64 KiB at a time). */
void sw__peer_tls_feed(struct sw__peer_tls_session *session, const char *data, size_t len);
/* Goes on with the handshake: 1 it is done, 0 it wants more bytes, -1 it failed, and ERROR says why; *REFUSED: the certificate is not
 * to be trusted. */
int sw__peer_tls_shake(struct sw__peer_tls_session *session, char *error, size_t size, bool *refused);
/* Plain bytes into DATA: how many; 0 none at hand; -1 the peer ended TLS or broke it, and ERROR says which. */
long sw__peer_tls_read(struct sw__peer_tls_session *session, char *data, size_t size, char *error, size_t error_size);
/* Encrypts; false when the session is broken. */
bool sw__peer_tls_write(struct sw__peer_tls_session *session, const char *data, size_t len);
/* Bytes for the wire into DATA: how many, 0 none. */
size_t sw__peer_tls_take(struct sw__peer_tls_session *session, char *data, size_t size);
/* How many bytes for the wire there are. */
size_t sw__peer_tls_waiting(struct sw__peer_tls_session *session);

#endif
