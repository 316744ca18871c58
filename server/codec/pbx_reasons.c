#include "codec/pbx_reasons.h"

#include <stdlib.h>
#include <string.h>

#include "core/map.h"
#include "shiftwall/buf.h"

struct reason {
    UT_hash_handle hh;
    enum sw_agent_state state;
    char text[];
};

struct sw_pbx_reasons {
    struct reason *known;
};

static const struct {
    const char *word;
    enum sw_agent_state state;
} common[] = {{"break", SW_ST_BREAK},
              {"short break", SW_ST_BREAK},
              {"coffee", SW_ST_BREAK},
              {"coffee break", SW_ST_BREAK},
              {"tea", SW_ST_BREAK},
              {"toilet", SW_ST_BREAK},
              {"bathroom", SW_ST_BREAK},
              {"restroom", SW_ST_BREAK},
              {"rest", SW_ST_BREAK},
              {"smoke", SW_ST_BREAK},
              {"小休", SW_ST_BREAK},
              {"休息", SW_ST_BREAK},
              {"lunch", SW_ST_MEAL},
              {"lunch break", SW_ST_MEAL},
              {"dinner", SW_ST_MEAL},
              {"breakfast", SW_ST_MEAL},
              {"supper", SW_ST_MEAL},
              {"meal", SW_ST_MEAL},
              {"就餐", SW_ST_MEAL},
              {"用餐", SW_ST_MEAL},
              {"午餐", SW_ST_MEAL},
              {"晚餐", SW_ST_MEAL},
              {"吃饭", SW_ST_MEAL},
              {"meeting", SW_ST_MEETING},
              {"team meeting", SW_ST_MEETING},
              {"briefing", SW_ST_MEETING},
              {"training", SW_ST_MEETING},
              {"coaching", SW_ST_MEETING},
              {"班会", SW_ST_MEETING},
              {"会议", SW_ST_MEETING},
              {"开会", SW_ST_MEETING},
              {"培训", SW_ST_MEETING},
              {"wrapup", SW_ST_WRAPUP},
              {"wrap-up", SW_ST_WRAPUP},
              {"wrap up", SW_ST_WRAPUP},
              {"acw", SW_ST_WRAPUP},
              {"after call work", SW_ST_WRAPUP},
              {"话后", SW_ST_WRAPUP},
              {"话后处理", SW_ST_WRAPUP},
              {"小结", SW_ST_WRAPUP},
              {"busy", SW_ST_BUSY},
              {"示忙", SW_ST_BUSY}};

/* Lower case of ASCII, without blanks around, cut, into OUT. */
static size_t fold(const char *text, size_t len, char out[SW_PBX_REASON_BYTES_MAX + 1]) {
    while (len && (*text == ' ' || *text == '\t')) text++, len--;
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t')) len--;
    if (len > SW_PBX_REASON_BYTES_MAX) len = SW_PBX_REASON_BYTES_MAX;
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    out[len] = '\0';
    return len;
}

struct sw_pbx_reasons *sw_pbx_reasons_new(void) {
    return sw_xcalloc(1, sizeof(struct sw_pbx_reasons));
}

void sw_pbx_reasons_free(struct sw_pbx_reasons *reasons) {
    if (!reasons) return;
    struct reason *reason, *next;
    HASH_ITER(hh, reasons->known, reason, next) {
        HASH_DEL(reasons->known, reason);
        free(reason);
    }
    free(reasons);
}

static struct reason *find(const struct sw_pbx_reasons *reasons, const char *folded, size_t len) {
    struct reason *reason;
    HASH_FIND(hh, reasons->known, folded, len, reason);
    return reason;
}

/* The entry of FOLDED, made when it is new; NULL at the cap. */
static struct reason *take(struct sw_pbx_reasons *reasons, const char *folded, size_t len) {
    struct reason *reason = find(reasons, folded, len);
    if (reason || HASH_COUNT(reasons->known) >= SW_PBX_REASONS_MAX) return reason;
    reason = sw_xcalloc(1, sizeof *reason + len + 1);
    memcpy(reason->text, folded, len);
    HASH_ADD_KEYPTR(hh, reasons->known, reason->text, len, reason);
    return reason;
}

static int add(struct sw_pbx_reasons *reasons, const char *text, size_t len, enum sw_agent_state state) {
    if (!sw_state_is_non_service(state) && state != SW_ST_WRAPUP) return -SW_EINVAL;
    char folded[SW_PBX_REASON_BYTES_MAX + 1];
    size_t folded_len = fold(text, len, folded);
    struct reason *reason = take(reasons, folded, folded_len);
    if (!reason) return -SW_ELIMIT;
    reason->state = state;
    return 0;
}

int sw_pbx_reasons_add(struct sw_pbx_reasons *reasons, const char *reason, enum sw_agent_state state) {
    return add(reasons, reason, strlen(reason), state);
}

static int add_pair(struct sw_pbx_reasons *reasons, const char *pair, size_t len) {
    char name[16];
    size_t at = len;
    while (at && pair[at - 1] != '=') at--;
    while (len > at && (pair[len - 1] == ' ' || pair[len - 1] == '\t')) len--;
    if (!at) return -SW_EPARSE;
    size_t from = at;
    while (from < len && (pair[from] == ' ' || pair[from] == '\t')) from++;
    if (len - from >= sizeof name || memchr(pair, '\0', len)) return -SW_EPARSE;
    memcpy(name, pair + from, len - from);
    name[len - from] = '\0';
    int state = sw_agent_state_from_name(name);
    return state < 0 ? -SW_EPARSE : add(reasons, pair, at - 1, (enum sw_agent_state)state);
}

int sw_pbx_reasons_add_pair(struct sw_pbx_reasons *reasons, const char *pair) {
    return add_pair(reasons, pair, strlen(pair));
}

int sw_pbx_reasons_read(struct sw_pbx_reasons *reasons, const char *text, size_t len, size_t *line) {
    *line = 0;
    if (len > SW_PBX_REASONS_FILE_MAX) return -SW_ELIMIT;
    for (const char *at = text, *end = text + len; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((newline ? newline : end) - at);
        (*line)++;
        if (size && at[size - 1] == '\r') size--;
        int error = size && *at != '#' ? add_pair(reasons, at, size) : 0;
        if (error) return error;
        at = newline ? newline + 1 : end;
    }
    return 0;
}

enum sw_agent_state sw_pbx_reasons_state(struct sw_pbx_reasons *reasons, const char *text, bool *news) {
    char folded[SW_PBX_REASON_BYTES_MAX + 1];
    size_t len = fold(text ? text : "", text ? strlen(text) : 0, folded);
    if (news) *news = false;
    struct reason *reason = find(reasons, folded, len);
    if (reason) return reason->state;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (!strcmp(common[i].word, folded)) return common[i].state;
    reason = len ? take(reasons, folded, len) : NULL;
    if (!reason) return SW_ST_BUSY;
    reason->state = SW_ST_BUSY;
    if (news) *news = true;
    return SW_ST_BUSY;
}
