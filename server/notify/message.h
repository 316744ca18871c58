/* Copies of messages, for whoever keeps them. */
#ifndef NOTIFY_MESSAGE_H
#define NOTIFY_MESSAGE_H

#include "shiftwall/message.h"

/* A copy of all of MESSAGE, which has passed sw_message_check(); never NULL. Control characters other than the ends of
 * lines become spaces. */
struct sw_message *sw_message_copy(const struct sw_message *message);
void sw_message_free(struct sw_message *message);
/* Takes the picture out of a copy. */
void sw_message_drop_png(struct sw_message *message);

#endif
