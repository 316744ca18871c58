/* codec/board_json and app/boards_dir: the boards that are built in, and every rule of web/boards/README.md.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/boards_dir.h"
#include "codec/board_json.h"

#define TITLE "\"title\":{\"zh-CN\":\"t\",\"en\":\"t\"}"
#define BOARD(rest) "{\"name\":\"b\"," TITLE "," rest "}"
#define PAGE(widgets) BOARD("\"pages\":[{\"columns\":12,\"rows\":8,\"widgets\":[" widgets "]}]")
#define PLACE "\"x\":0,\"y\":0,\"w\":6,\"h\":4"
#define WIDGET(type, options) PAGE("{\"type\":\"" type "\"," PLACE options "}")

static char *read_board(const char *text, struct sw_buf *faults) {
    sw_buf_init(faults, 1 << 16);
    return sw_board_read("b.json", "b", text, strlen(text), faults);
}

static void good(const char *text) {
    struct sw_buf faults;
    char *json = read_board(text, &faults);
    if (!json) print_message("%s", sw_buf_text(&faults));
    assert_non_null(json);
    assert_int_equal(faults.len, 0);
    free(json);
    sw_buf_deinit(&faults);
}

static void bad(const char *text, const char *expected) {
    struct sw_buf faults;
    char *json = read_board(text, &faults);
    assert_null(json);
    assert_string_equal(sw_buf_text(&faults), expected);
    sw_buf_deinit(&faults);
}

static void test_built_in(void **state) {
    (void)state;
    struct sw_buf faults, names;
    sw_buf_init(&faults, 1 << 16);
    sw_buf_init(&names, 1 << 16);
    struct sw_boards *boards = sw_boards_load("web/boards", NULL, &faults);
    if (!boards) print_message("%s", sw_buf_text(&faults));
    assert_non_null(boards);
    const char *const built_in[] = {"overview", "queues", "agents"};
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++) {
        const char *json = sw_boards_find(boards, built_in[i]);
        assert_non_null(json);
        assert_int_equal(json[0], '{');
        assert_null(strchr(json, '\n'));
    }
    assert_null(sw_boards_find(boards, "none"));
    sw_boards_names(boards, &names);
    assert_non_null(strstr(sw_buf_text(&names), "\"overview\""));
    sw_boards_free(boards);
    sw_buf_deinit(&names);
    sw_buf_deinit(&faults);
}

static void test_compact(void **state) {
    (void)state;
    struct sw_buf faults;
    char *json = read_board(
        " { \"name\" : \"b\",\n\t\"title\": {\"zh-CN\":\"\\u9500\\u552e\", \"en\":\"Sales\"}, \"pages\" : "
        "[ {\"widgets\": [ {\"type\":\"clock\",\"x\":0,\"y\":0,\"w\":1,\"h\":1} ] } ] } \n",
        &faults);
    assert_non_null(json);
    assert_string_equal(
        json, "{\"name\":\"b\",\"title\":{\"zh-CN\":\"销售\",\"en\":\"Sales\"},\"pages\":[{\"widgets\":"
              "[{\"type\":\"clock\",\"x\":0,\"y\":0,\"w\":1,\"h\":1}]}]}");
    free(json);
    sw_buf_deinit(&faults);
}

static void test_every_option(void **state) {
    (void)state;
    good(WIDGET("indicators", ",\"show\":[\"idle\",\"answer_rate\"],\"diagnosis\":false," TITLE));
    good(WIDGET("service_level", ",\"window\":\"last60\",\"queue\":\"sales\""));
    good(WIDGET("queue_table",
                ",\"queues\":[\"a\",\"b\"],\"groups\":true,\"window\":\"interval\",\"sort\":\"waiting\","
                "\"columns\":[\"waiting\",\"ready\"]"));
    good(WIDGET("waiting", ",\"queues\":[\"a\"],\"list\":false,\"count\":20"));
    good(WIDGET("agent_states", ",\"team\":\"A\",\"show\":\"bar\""));
    good(WIDGET(
        "agent_grid",
        ",\"team\":\"A\",\"group_by\":\"none\",\"sort\":\"time\",\"label\":\"seat\",\"offline\":true"));
    good(WIDGET("intraday", ",\"series\":[\"answer_rate\"]"));
    good(WIDGET("teams", ",\"teams\":[\"A\"],\"window\":\"interval\""));
    good(WIDGET("skill_panels", ",\"queues\":[\"a\"],\"window\":\"last15\""));
    good(WIDGET("totals", ",\"window\":\"today\",\"queue\":\"a\",\"figures\":[\"wait_p95\"]"));
    good(WIDGET("notices", ",\"kinds\":[\"alarms\"]"));
    good(WIDGET("clock", ",\"seconds\":false,\"date\":true"));
    good(WIDGET("feed", ",\"counters\":true"));
    good(BOARD("\"header\":false,\"every\":5,\"pages\":[{" TITLE
               ",\"seconds\":3600,\"widgets\":[{\"type\":\"clock\"," PLACE "}]}]"));
}

static void test_options(void **state) {
    (void)state;
    bad(WIDGET("clock", ",\"size\":3"), "b.json: $.pages[0].widgets[0]: unknown key \"size\"\n");
    bad(WIDGET("clock", ",\"a\\nb\":3"), "b.json: $.pages[0].widgets[0]: unknown key \"a\\u000ab\"\n");
    bad(WIDGET("clock", ",\"window\":\"today\""), "b.json: $.pages[0].widgets[0]: unknown key \"window\"\n");
    bad(WIDGET("clock", ",\"date\":1"), "b.json: $.pages[0].widgets[0].date: must be true or false\n");
    bad(WIDGET("waiting", ",\"count\":0"),
        "b.json: $.pages[0].widgets[0].count: must be a whole number from 1 to 20\n");
    bad(WIDGET("waiting", ",\"count\":2.0"),
        "b.json: $.pages[0].widgets[0].count: must be a whole number from 1 to 20\n");
    bad(WIDGET("waiting", ",\"queues\":[]"),
        "b.json: $.pages[0].widgets[0].queues: must be a list of 1 to 100\n");
    bad(WIDGET("waiting", ",\"queues\":[\"\"]"),
        "b.json: $.pages[0].widgets[0].queues[0]: must be an id of 1 to 64 characters\n");
    bad(WIDGET("waiting", ",\"queues\":[\"a\",1,\"a\"]"),
        "b.json: $.pages[0].widgets[0].queues[1]: must be an id of 1 to 64 characters\n"
        "b.json: $.pages[0].widgets[0].queues[2]: stands twice\n");
    bad(WIDGET("teams", ",\"window\":\"last60\""),
        "b.json: $.pages[0].widgets[0].window: must be one of: today interval\n");
    bad(WIDGET("teams", ",\"window\":\"today interval\""),
        "b.json: $.pages[0].widgets[0].window: must be one of: today interval\n");
    bad(WIDGET("notices", ",\"kinds\":[\"alarm\"]"),
        "b.json: $.pages[0].widgets[0].kinds[0]: must be one of: notices alarms\n");
    bad(WIDGET("notices", ",\"kinds\":\"alarms\""),
        "b.json: $.pages[0].widgets[0].kinds: must be a list of 1 to 12\n");
    bad(WIDGET("service_level", ",\"queue\":null"),
        "b.json: $.pages[0].widgets[0].queue: must be an id of 1 to 64 characters\n");
    bad(WIDGET("clock", ",\"title\":\"Now\""),
        "b.json: $.pages[0].widgets[0].title: must be an object with the texts \"zh-CN\" and \"en\"\n");
    bad(WIDGET("clock", ",\"title\":{\"en\":\"Now\",\"de\":\"Jetzt\"}"),
        "b.json: $.pages[0].widgets[0].title: unknown key \"de\"\n"
        "b.json: $.pages[0].widgets[0].title: zh-CN is missing\n");
    bad(WIDGET("clock", ",\"title\":{\"en\":\"\",\"zh-CN\":\"t\"}"),
        "b.json: $.pages[0].widgets[0].title.en: must be a text of 1 to 80 characters\n");
}

static void test_places(void **state) {
    (void)state;
    bad(PAGE("{\"type\":\"clock\",\"x\":7,\"y\":5,\"w\":6,\"h\":4}"),
        "b.json: $.pages[0].widgets[0]: x + w is 13, but the page has 12 columns\n"
        "b.json: $.pages[0].widgets[0]: y + h is 9, but the page has 8 rows\n");
    bad(PAGE("{\"type\":\"clock\",\"x\":-1,\"y\":0,\"w\":0,\"h\":49}"),
        "b.json: $.pages[0].widgets[0].x: must be a whole number from 0 to 47\n"
        "b.json: $.pages[0].widgets[0].w: must be a whole number from 1 to 48\n"
        "b.json: $.pages[0].widgets[0].h: must be a whole number from 1 to 48\n");
    bad(PAGE("{\"type\":\"clock\",\"x\":0,\"y\":0,\"w\":3}"),
        "b.json: $.pages[0].widgets[0]: h is missing\n");
    good(PAGE("{\"type\":\"clock\",\"x\":0,\"y\":0,\"w\":6,\"h\":4},{\"type\":\"clock\",\"x\":6,\"y\":0,"
              "\"w\":6,\"h\":4},"
              "{\"type\":\"clock\",\"x\":0,\"y\":4,\"w\":12,\"h\":4}"));
    bad(PAGE("{\"type\":\"clock\",\"x\":0,\"y\":0,\"w\":6,\"h\":4},{\"type\":\"clock\",\"x\":6,\"y\":0,\"w\":"
             "6,\"h\":4},"
             "{\"type\":\"clock\",\"x\":11,\"y\":3,\"w\":1,\"h\":1}"),
        "b.json: $.pages[0].widgets[2]: overlaps widgets[1]\n");
    /* without columns and rows, the grid is 12 by 12 */
    good(BOARD("\"pages\":[{\"widgets\":[{\"type\":\"clock\",\"x\":11,\"y\":11,\"w\":1,\"h\":1}]}]"));
    bad(BOARD("\"pages\":[{\"widgets\":[{\"type\":\"clock\",\"x\":11,\"y\":12,\"w\":1,\"h\":1}]}]"),
        "b.json: $.pages[0].widgets[0]: y + h is 13, but the page has 12 rows\n");
}

static void test_shape(void **state) {
    (void)state;
    bad("", "b.json: $: not JSON in UTF-8\n");
    bad("{\"name\":\"b\"", "b.json: $: not JSON in UTF-8\n");
    bad("{} {}", "b.json: $: not JSON in UTF-8\n");
    bad("{\"name\":\"\xff\"}", "b.json: $: not JSON in UTF-8\n");
    bad("[]", "b.json: $: must be an object\n");
    bad("{\"name\":\"b\",\"name\":\"b\"}", "b.json: $: a key stands twice in one object\n");
    bad("{\"a\":[[[[[[[[[1]]]]]]]]]}", "b.json: $: nested too deep\n");
    bad("{}", "b.json: $: name is missing\nb.json: $: title is missing\nb.json: $: pages is missing\n");
    bad("{\"name\":\"other\"," TITLE ",\"pages\":[]}",
        "b.json: $.name: must be \"b\", as the file is called\nb.json: $.pages: must be a list of 1 to 12 "
        "pages\n");
    bad("{\"name\":7," TITLE ",\"pages\":{}}", "b.json: $.name: must match [a-z0-9][a-z0-9_-]{0,31}\nb.json: "
                                               "$.pages: must be a list of 1 to 12 pages\n");
    bad(BOARD("\"every\":4,\"header\":\"no\",\"pages\":[1]"),
        "b.json: $.every: must be a whole number from 5 to 3600\nb.json: $.header: must be true or false\n"
        "b.json: $.pages[0]: must be an object\n");
    bad(BOARD("\"pages\":[{\"columns\":49,\"rows\":0}]"),
        "b.json: $.pages[0].columns: must be a whole number from 1 to 48\n"
        "b.json: $.pages[0].rows: must be a whole number from 1 to 48\n"
        "b.json: $.pages[0]: widgets is missing\n");
    bad(PAGE("1,{\"x\":0},{\"type\":\"pie\"}"),
        "b.json: $.pages[0].widgets[0]: must be an object\nb.json: $.pages[0].widgets[1]: type is missing\n"
        "b.json: $.pages[0].widgets[2]: type must be one of: indicators service_level queue_table waiting "
        "agent_states "
        "agent_grid intraday teams skill_panels totals attendance staffing alerts breaks walk notices clock feed\n");
}

static void test_size_and_name(void **state) {
    (void)state;
    struct sw_buf faults;
    char *big = malloc(SW_BOARD_BYTES_MAX + 1);
    assert_non_null(big);
    memset(big, ' ', SW_BOARD_BYTES_MAX + 1);
    const char *board = WIDGET("clock", "");
    memcpy(big, board, strlen(board));
    sw_buf_init(&faults, 1 << 16);
    char *json = sw_board_read("b.json", "b", big, SW_BOARD_BYTES_MAX, &faults);
    assert_non_null(json);
    free(json);
    assert_null(sw_board_read("b.json", "b", big, SW_BOARD_BYTES_MAX + 1, &faults));
    assert_string_equal(sw_buf_text(&faults), "b.json: $: larger than 65536 bytes\n");
    free(big);
    sw_buf_clear(&faults);
    assert_null(sw_board_read("B.json", "B", "{}", 2, &faults));
    assert_string_equal(sw_buf_text(&faults),
                        "B.json: $: the file's name must be [a-z0-9][a-z0-9_-]{0,31} and .json\n");
    sw_buf_deinit(&faults);
    assert_true(sw_board_is_name("a") && sw_board_is_name("0_a-b"));
    assert_false(sw_board_is_name("") || sw_board_is_name("_a") || sw_board_is_name("../a") ||
                 sw_board_is_name("A"));
}

static void test_many_faults(void **state) {
    (void)state;
    struct sw_buf text, faults;
    sw_buf_init(&text, 1 << 16);
    sw_buf_puts(&text, "{");
    for (int i = 0; i < 50; i++) sw_buf_printf(&text, "%s\"k%d\":1", i ? "," : "", i);
    sw_buf_puts(&text, "}");
    assert_null(read_board(sw_buf_text(&text), &faults));
    assert_non_null(strstr(sw_buf_text(&faults), "\nb.json: and 33 more faults\n"));
    sw_buf_deinit(&text);
    sw_buf_deinit(&faults);
}

static void write_file(const char *dir, const char *file, const char *text, char *path, size_t size) {
    snprintf(path, size, "%s/%s", dir, file);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

/* One bad board keeps the daemon from starting, and the message says which. */
static void test_folder(void **state) {
    (void)state;
    char dir[] = "/tmp/shiftwall-boards-XXXXXX", good_path[256], bad_path[256], expected[512];
    assert_non_null(mkdtemp(dir));
    write_file(dir, "b.json", WIDGET("clock", ""), good_path, sizeof good_path);
    struct sw_buf faults;
    sw_buf_init(&faults, 1 << 16);
    struct sw_boards *boards = sw_boards_load(dir, NULL, &faults);
    assert_non_null(boards);
    assert_non_null(sw_boards_find(boards, "b"));
    sw_boards_free(boards);
    write_file(dir, "c.json", WIDGET("clock", ""), bad_path, sizeof bad_path);
    assert_null(sw_boards_load(dir, NULL, &faults));
    snprintf(expected, sizeof expected, "%s: $.name: must be \"c\", as the file is called\n", bad_path);
    assert_string_equal(sw_buf_text(&faults), expected);
    assert_int_equal(unlink(good_path) | unlink(bad_path) | rmdir(dir), 0);
    sw_buf_clear(&faults);
    assert_null(sw_boards_load(dir, NULL, &faults));
    assert_non_null(strstr(sw_buf_text(&faults), "No such file"));
    sw_buf_deinit(&faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in),      cmocka_unit_test(test_compact),
        cmocka_unit_test(test_every_option),  cmocka_unit_test(test_options),
        cmocka_unit_test(test_places),        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_size_and_name), cmocka_unit_test(test_many_faults),
        cmocka_unit_test(test_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
