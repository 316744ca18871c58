/* Reading single figures out of a JSON document, such as a view: by the names that lead to them. */
#ifndef CODEC_FIGURES_H
#define CODEC_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shiftwall/error.h"

struct sw_figures;

/* Parses LEN bytes of JSON. NULL when they are not one JSON text. */
struct sw_figures *sw_figures_read(const char *json, size_t len) SW_NODISCARD;
void sw_figures_free(struct sw_figures *figures);

/* The whole number at PATH, names up to a NULL; ABSENT when there is none. */
int64_t sw_figures_int(const struct sw_figures *figures, int64_t absent, const char *const *path);
/* The text at PATH, or NULL. It lives as long as FIGURES. */
const char *sw_figures_text(const struct sw_figures *figures, const char *const *path);
/* Calls FN for the names of the object at PATH, in its order. */
void sw_figures_names(const struct sw_figures *figures, const char *const *path, void (*fn)(void *ctx, const char *name),
                      void *ctx);

#define SW_PATH(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
