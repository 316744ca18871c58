#include "codec/cookie.h"

#include <string.h>

bool sw_cookie_find(const char *header, const char *name, char *out, size_t size) {
    size_t name_len = strlen(name);
    out[0] = '\0';
    for (const char *at = header; at; at = strchr(at, ';')) {
        if (*at == ';') at++;
        at += strspn(at, " \t");
        if (strncmp(at, name, name_len) != 0 || at[name_len] != '=') continue;
        const char *value = at + name_len + 1;
        size_t len = strcspn(value, ";");
        while (len && (value[len - 1] == ' ' || value[len - 1] == '\t')) len--;
        if (len >= size) return false;
        memcpy(out, value, len);
        out[len] = '\0';
        return true;
    }
    return false;
}
