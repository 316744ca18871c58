/* The form that each chat service wants: a letter to the body of a request, and the service's answer to what is to be
 * done. One file a service; field facts and limits stand there with their sources. */
#ifndef NOTIFY_FORM_H
#define NOTIFY_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "notify/letter.h"
#include "shiftwall/buf.h"

#define SW_SERVICE_MAP(XX)                                                                                       \
    XX(WECOM, "wecom")                                                                                           \
    XX(DINGTALK, "dingtalk")                                                                                     \
    XX(FEISHU, "feishu")                                                                                         \
    XX(SLACK, "slack")                                                                                           \
    XX(TEAMS, "teams")                                                                                           \
    XX(GENERIC, "generic")

enum sw_service {
#define XX(name, text) SW_SERVICE_##name,
    SW_SERVICE_MAP(XX)
#undef XX
        SW_SERVICE_COUNT
};

const char *sw_service_name(enum sw_service service);
/* The service of that name, or -1. */
int sw_service_from_name(const char *name);

#define SW_URL_BYTES_MAX 4096
#define SW_SECRET_BYTES_MAX 1024
/* A picture of 2 MiB in base64, and the text around it. */
#define SW_BODY_BYTES_MAX ((size_t)3 << 20)

/* A POST. URL and HEADERS may hold secrets: neither is ever logged or shown. */
struct sw_post {
    struct sw_buf url, body;
    struct sw_buf headers; /* lines "Name: value\n" beside Content-Type */
};

void sw_post_init(struct sw_post *post);
/* Wipes and frees. */
void sw_post_deinit(struct sw_post *post);

/* Where a letter goes. */
struct sw_address {
    const char *url;    /* as the service gave it */
    const char *secret; /* NULL = requests are not signed */
};

/* What came of a request. */
enum sw_verdict {
    SW_VERDICT_TAKEN, /* it is in the chat */
    SW_VERDICT_LATER, /* try again: not there, too busy, too fast */
    SW_VERDICT_NEVER  /* it will never be taken: a wrong address, a wrong signature */
};

/* What a request got. */
struct sw_answer {
    const char *error; /* why there is no answer at all (a constant text), or NULL */
    bool maybe_taken;  /* no answer, but the request was sent whole */
    int status;        /* of HTTP */
    const char *body;
    size_t body_bytes;
    int64_t retry_after_ms; /* the answer's Retry-After; 0 = it has none */
};

#define SW_REASON_BYTES 320

struct sw_judgement {
    enum sw_verdict verdict;
    int64_t wait_ms; /* LATER: not before then, whatever the back-off says; 0 = as it says */
    char reason[SW_REASON_BYTES]; /* one line for people; the caller takes out what is secret */
};

/* One service. */
struct sw_form {
    size_t text_bytes_max; /* of the text that is cut to fit */
    size_t body_bytes_max; /* of the whole body; the text is cut further until it fits */
    int per_minute, gap_ms; /* the service's limits: so many in any minute, so far apart */
    bool shuns_half_hours;  /* :00 and :30 are its rush */
    bool takes_png;         /* as a request of its own, behind the text */
    /* Writes the URL, the headers and a body whose text has TEXT_MAX bytes at most. */
    void (*write)(const struct sw_letter *letter, const struct sw_address *to, int64_t now_ms, size_t text_max,
                  struct sw_post *post);
    /* Writes the picture's request; NULL where there is none. */
    void (*write_png)(const struct sw_letter *letter, const struct sw_address *to, struct sw_post *post);
    /* Judges the body of an answer with a status of 200 to 299; NULL = that status says it all. */
    void (*judge)(const struct sw_answer *answer, struct sw_judgement *judgement);
};

const struct sw_form *sw_form_of(enum sw_service service);
extern const struct sw_form sw__form_wecom, sw__form_dingtalk, sw__form_feishu, sw__form_slack, sw__form_teams,
    sw__form_generic;

/* How many requests LETTER takes: the text, and the picture where it is one of its own. */
int sw_form_request_count(enum sw_service service, const struct sw_letter *letter);
/* Writes the Ith of them, at NOW_MS, as signatures want to know. False when even its shortest form is too long. */
bool sw_form_write(enum sw_service service, const struct sw_letter *letter, int i, const struct sw_address *to,
                   int64_t now_ms, struct sw_post *post) SW_NODISCARD;
/* What ANSWER means. */
void sw_form_judge(enum sw_service service, const struct sw_answer *answer, struct sw_judgement *judgement);

/* ---- for the forms ---- */

#define SW_SIGNATURE_BYTES 48 /* base64 of 32 bytes */

/* base64(HMAC-SHA256(KEY, TEXT)). */
void sw__sign(const char *key, size_t key_len, const char *text, size_t text_len, char out[SW_SIGNATURE_BYTES]);
/* Appends TEXT percent-encoded: all but letters, digits and -_.~ */
void sw__url_encode(struct sw_buf *out, const char *text);
/* Appends BYTES bytes in base64. */
void sw__base64(struct sw_buf *out, const void *data, size_t bytes);

/* A text that is cut to MAX bytes at the end of a line, or of a character, and then says that there is more. */
struct sw_cut {
    struct sw_buf *out;
    size_t max, more_bytes;
    const char *more; /* the last line, with what goes around it */
    bool over;
};
struct sw_cut sw__cut(struct sw_buf *out, size_t max, const char *more);
/* Adds LEN bytes, which belong together (a line with its markup and end). False when there is no room for them. */
bool sw__cut_add(struct sw_cut *cut, const char *line, size_t len);
/* Takes BYTES off what there is room for: what stands around a line elsewhere. */
void sw__cut_reserve(struct sw_cut *cut, size_t bytes);

/* Which lines a text is made of, in order: the letter's text, then a line for each row. FN returns false to end. */
void sw__each_line(const struct sw_letter *letter, void *ctx,
                   bool (*fn)(void *ctx, const char *line, size_t len, const char *first, const char *rest));

/* Copies TEXT, making harmless what means something in the markdown of chats: mentions, links, HTML. */
void sw__plain(struct sw_buf *out, const char *text, size_t len);

/* Judges {CODE_KEY: 0, TEXT_KEY: "ok"}: 0 is taken, else LATER is true for the codes to try again. */
void sw__judge_code(const struct sw_answer *answer, const char *code_key, const char *text_key,
                    bool (*later)(int64_t code, const char *text, int64_t *wait_ms), struct sw_judgement *judgement);

#endif
