/* The texts of the sign-in chart in both languages, and figures as the trade writes them. Patterns hold {0} to {3}. */
#ifndef REPORT_DRAW_TEXT_H
#define REPORT_DRAW_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/zone.h"
#include "report/draw.h"
#include "shiftwall/event.h"

#define SW_UNKNOWN_FIGURE "–"

#define SW_SAY_MAP(XX)                                                                                                  \
    XX(CHART_TITLE, "·签入情况图表", ": sign-in chart")                                                                 \
    XX(LISTS_TITLE, "·签入情况名单", ": sign-in lists")                                                                 \
    XX(AS_OF, "截至", "As of")                                                                                          \
    XX(NUMBER, "当日第 {0} 张", "Chart {0} of the day")                                                                 \
    XX(BY_HAND, "临时绘制", "Drawn on request")                                                                         \
    XX(COMPLETE, "数据完整", "Data complete")                                                                           \
    XX(INCOMPLETE, "数据不完整：{1}，自 {0} 起可能缺少事件", "Data incomplete: {1}; events may be missing since {0}")   \
    XX(INCOMPLETE_SHORT, "数据不完整（自 {0} 起）", "Data incomplete (since {0})")                                      \
    XX(LATE, "补绘：{0} 的图表于 {1} 由日志补绘", "Drawn late: the chart of {0}, made at {1} from the journal")         \
    XX(LATE_SHORT, "补绘", "Drawn late")                                                                                \
    XX(POLICY, "制度：{0}", "Policy: {0}")                                                                              \
    XX(POLICY_VERSION, "制度：{0}（版本 {1}）", "Policy: {0} (version {1})")                                            \
    XX(POLICY_NONE, "制度：未注明", "Policy: not stated")                                                               \
    XX(FOOT, "Shiftwall·时区 {0}·生成于 {1}", "Shiftwall, zone {0}, made at {1}")                                       \
    XX(FOOT_UNKNOWN, "–：未知或无从计算", "–: not known")                                                               \
    XX(PAGE, "第 {0} 页，共 {1} 页", "Page {0} of {1}")                                                                 \
    XX(ATTENDANCE, "出勤率", "Attendance")                                                                              \
    XX(ADHERENCE, "登录吻合度", "Adherence")                                                                            \
    XX(PRESENT_DUE, "实到 / 应到", "Present / scheduled")                                                               \
    XX(SIGNED_REQUIRED, "签入 / 需要", "Signed in / required")                                                          \
    XX(MET, "达标·目标 ≥ {0}", "Met: goal ≥ {0}")                                                                       \
    XX(NOT_MET, "未达标·目标 ≥ {0}", "Below goal of {0}")                                                               \
    XX(GOAL_UNKNOWN, "无从计算·目标 ≥ {0}", "Not known, goal ≥ {0}")                                                    \
    XX(ATTENDED_OF, "出勤 {0} / 应出勤 {1}", "{0} attended of {1} due")                                                 \
    XX(ABSENT_PENDING, "缺勤 {0}·未到 {1}·请假 {2}", "{0} absent, {1} not yet, {2} leave")                              \
    XX(HOURS_OF, "签入 {0} / 应签 {1} 小时", "{0} of {1} hours")                                                        \
    XX(LATE_EARLY, "迟到 {0}·早退 {1}", "{0} late, {1} left early")                                                     \
    XX(AT_INTERVAL, "{0} 时段", "At {0}")                                                                               \
    XX(PRESENCE, "在席率 {0}", "Presence {0}")                                                                          \
    XX(NO_INTERVAL, "尚无已过时段", "No interval has passed")                                                           \
    XX(SHORT_OF, "缺 {0} 人", "{0} short")                                                                              \
    XX(ENOUGH, "多 {0} 人", "{0} to spare")                                                                             \
    XX(JUST, "刚好够", "Just enough")                                                                                   \
    XX(REQUIRED_UNKNOWN, "需要人数未知", "Required: not known")                                                         \
    XX(STAFFING_ERLANG_C, "需要按 Erlang C 计算", "Required by Erlang C")                                               \
    XX(STAFFING_ERLANG_A, "需要按 Erlang A 计算", "Required by Erlang A")                                               \
    XX(STAFFING_TABLE, "需要按排班表查得", "Required by the table")                                                     \
    XX(STAFFING_WARNING, "注意：查表不适合当前通话时长，需要人数偏少", "Note: the table does not fit calls this long")  \
    XX(INTERVALS, "各时段人数（每 {0} 分钟）", "Agents by interval ({0} minutes)")                                      \
    XX(INTERVALS_PLAIN, "各时段人数", "Agents by interval")                                                             \
    XX(SCHEDULED, "应到", "Scheduled")                                                                                  \
    XX(PRESENT, "实到", "Present")                                                                                      \
    XX(SIGNED_IN, "签入", "Signed in")                                                                                  \
    XX(REQUIRED, "需要", "Required")                                                                                    \
    XX(BELOW, "实到低于应到的 {0}", "Present below {0} of scheduled")                                                   \
    XX(UNCERTAIN, "数据存疑", "Data uncertain")                                                                         \
    XX(TO_COME, "尚未到", "To come")                                                                                    \
    XX(NO_SHIFTS, "今日没有班次", "No shifts today")                                                                    \
    XX(BELOW_LIST, "低于 {0} 的时段（{1} 段，共 {2}）：", "Below {0}, {2} in all: ")                                    \
    XX(BELOW_NONE, "已过时段的实到均不低于应到的 {0}", "No interval so far was below {0} of scheduled")                 \
    XX(BELOW_UNKNOWN, "尚无可比较的时段", "No interval to compare yet")                                                 \
    XX(UNCERTAIN_LIST, "数据存疑的时段（{0} 段，共 {1}）：", "Data uncertain, {1} in all: ")                            \
    XX(MORE_SPANS, "另有 {0} 段", "and {0} more")                                                                       \
    XX(DOT, "·", " | ")                                                                                                 \
    XX(SEPARATOR, "、", ", ")                                                                                           \
    XX(TEAMS, "各班组出勤率与登录吻合度", "Attendance and adherence by team")                                           \
    XX(TEAM, "班组", "Team")                                                                                            \
    XX(LINE_AT, "{0}（线：{1}）", "{0} (line: {1})")                                                                    \
    XX(BREAKS, "小休 / 超时", "Breaks / over")                                                                          \
    XX(SITE, "全中心", "Whole site")                                                                                    \
    XX(NO_TEAMS, "没有班组", "No teams")                                                                                \
    XX(MORE_TEAMS, "另有 {0} 个班组，见 PDF 或表格", "Teams left out here: {0}. See the PDF or the table")              \
    XX(STATES, "坐席状态", "States of agents")                                                                            \
    XX(STATES_NOW, "此刻（{0}，签入 {1} 人）", "Now ({0}, {1} signed in)")                                              \
    XX(STATES_DAY, "当日签入时长（{0} 小时）", "Signed-in time today ({0} hours)")                                      \
    XX(STATE_LINE, "{0} 人·{1}", "{0}, {1}")                                                                    \
    XX(STATES_KEY, "下列各项：此刻人数·占当日签入时长的比例", "Below: agents now, share of the time signed in today") \
    XX(NOBODY, "无人签入", "Nobody signed in")                                                                          \
    XX(PEOPLE, "{0} 人", "{0}")                                                                                         \
    XX(TIMES, "{0} 次", "{0}")                                                                                          \
    XX(OF_THESE_EXCUSED, "其中已报备 {0}", "{0} of them excused")                                                       \
    XX(NONE, "无", "none")                                                                                              \
    XX(CONTINUED, "（续）", " (continued)")                                                                             \
    XX(MORE_PEOPLE, "另有 {0} 人，见 PDF 或表格", "and {0} more: see the PDF or the table")                             \
    XX(MORE_TIMES, "另有 {0} 次，见 PDF 或表格", "and {0} more: see the PDF or the table")                              \
    XX(LIST_ABSENT, "缺勤", "Absent")                                                                                   \
    XX(LIST_PENDING, "未到（未过缺勤时限）", "Not yet signed in")                                                       \
    XX(LIST_LATE, "迟到", "Late")                                                                                       \
    XX(LIST_EARLY, "早退", "Left early")                                                                                \
    XX(LIST_UNAUTHORISED, "擅自签出", "Unauthorised sign-outs")                                                         \
    XX(LIST_OVERRUN, "小休超时", "Break overruns")                                                                      \
    XX(OVERRUN_SUM, "小休共 {0} 次，超时 {1} 次，超时合计 {2}", "breaks: {0}, over: {1}, by {2} in all")                  \
    XX(COL_AGENT, "工号", "Agent")                                                                                      \
    XX(COL_NAME, "姓名", "Name")                                                                                        \
    XX(COL_TEAM, "班组", "Team")                                                                                        \
    XX(COL_SEAT, "座席", "Seat")                                                                                        \
    XX(COL_SHIFT, "班次", "Shift")                                                                                      \
    XX(COL_SIGN_IN, "签入时刻", "Signed in")                                                                            \
    XX(COL_SIGN_OUT, "签出时刻", "Signed out")                                                                          \
    XX(COL_START, "开始时刻", "Began")                                                                                  \
    XX(COL_LATE, "迟到", "Late by")                                                                                     \
    XX(COL_EARLY, "早退", "Early by")                                                                                   \
    XX(COL_AWAY, "时长", "Away")                                                                                        \
    XX(COL_BREAK, "时长 / 允许", "Length / limit")                                                                      \
    XX(COL_OVER, "超时", "Over by")                                                                                     \
    XX(COL_CLASS, "分档", "Class")                                                                                      \
    XX(COL_GRANT, "报备", "Grant")                                                                                      \
    XX(EXCUSED, "已报备", "Excused")                                                                                    \
    XX(NOT_COVERED, "报备未覆盖", "Not covered")                                                                        \
    XX(CLASS_UP_TO, "{0} 分钟以内", "up to {0} min")                                                                    \
    XX(CLASS_UNDER, "不足 {0} 分钟", "under {0} min")                                                                   \
    XX(CLASS_OVER, "超过 {0} 分钟", "over {0} min")                                                                     \
    XX(CLASS_FROM, "{0} 分钟及以上", "{0} min or more")                                                                 \
    XX(CLASS_NONE, "未分档", "no class")                                                                                \
    XX(NEXT_DAY, "次日 {0}", "{0} +1")                                                                                  \
    XX(DAY_BEFORE, "前日 {0}", "{0} −1")                                                                                \
    XX(ZONE_UTC, "UTC，时区未知", "UTC; zone not known")                                                                \
    XX(WHY_GAP, "日志有缺口", "a gap in the journal")                                                                   \
    XX(WHY_SKEW, "时钟偏差", "clocks differ")                                                                           \
    XX(WHY_DOWN, "服务曾中断", "the service was down")                                                                  \
    XX(WHY_STALE, "数据源中断", "the source is cut off")                                                                \
    XX(WHY_EPOCH, "日志被更换", "the journal was replaced")                                                             \
    XX(STATE_OFFLINE, "签出", "Signed out")                                                                             \
    XX(STATE_READY, "待话", "Ready")                                                                                    \
    XX(STATE_RINGING, "振铃", "Ringing")                                                                                \
    XX(STATE_DIALING, "外呼", "Dialing")                                                                                \
    XX(STATE_TALKING, "通话", "Talking")                                                                                \
    XX(STATE_HOLD, "保持", "Hold")                                                                                      \
    XX(STATE_WRAPUP, "话后", "Wrap-up")                                                                                 \
    XX(STATE_BREAK, "小休", "Break")                                                                                    \
    XX(STATE_MEAL, "用餐", "Meal")                                                                                      \
    XX(STATE_BUSY, "示忙", "Busy")                                                                                      \
    XX(STATE_MEETING, "会议", "Meeting")                                                                                \
    XX(GRANT_PROBLEM, "问题时长", "Problem time")                                                                       \
    XX(GRANT_LEAVE, "请假", "Leave")                                                                                    \
    XX(GRANT_SWAP, "调班", "Swap")                                                                                      \
    XX(GRANT_LATE, "迟到", "Late arrival")                                                                              \
    XX(GRANT_EARLY_LEAVE, "早退", "Early leave")                                                                        \
    XX(GRANT_BUSY, "示忙", "Busy")                                                                                      \
    XX(GRANT_AWAY, "离席", "Away")                                                                                      \
    XX(GRANT_BREAK, "小休", "Break")                                                                                    \
    XX(GRANT_OVERTIME, "加班", "Overtime")

enum sw_say {
#define XX(name, zh, en) SW_SAY_##name,
    SW_SAY_MAP(XX)
#undef XX
        SW_SAY_COUNT
};

/* The text itself, with its marks. */
const char *sw_say_pattern(enum sw_draw_lang lang, enum sw_say say);
/* The text with A, B, C, D (NULL where there is none) in place of {0} to {3}; malloc'ed. */
char *sw_say_fill(enum sw_draw_lang lang, enum sw_say say, const char *a, const char *b, const char *c, const char *d);
enum sw_say sw_say_state(enum sw_agent_state state);

/* What follows writes into OUT of SIZE bytes; SW_FIGURE_SIZE is enough for all. */
#define SW_FIGURE_SIZE 48
/* A count; "–" below 0. */
void sw_figure_count(char *out, size_t size, int64_t value);
/* NUM / DEN in percent with one decimal, "–" without a denominator. A share below GOAL_PPM never shows as the goal or
 * more, and one below the whole never as 100.0%. */
void sw_figure_percent(char *out, size_t size, int64_t num, int64_t den, int64_t goal_ppm);
/* A goal in percent, with the decimals it has: "95%", "92.5%". */
void sw_figure_goal(char *out, size_t size, int64_t goal_ppm);
/* m:ss or h:mm:ss, whole seconds passed. */
void sw_figure_duration(char *out, size_t size, int64_t ms);
/* Hours and minutes, h:mm, for sums of intervals. */
void sw_figure_span(char *out, size_t size, int64_t ms);
/* Hours with one decimal. */
void sw_figure_hours(char *out, size_t size, int64_t ms);
/* HH:MM in ZONE, or HH:MM:SS. */
void sw_figure_clock(char *out, size_t size, const struct sw_zone *zone, int64_t t_ms, bool seconds);
/* "2026-11-23" as "2026-11-23 周一" or "Mon 2026-11-23". */
void sw_figure_date(char *out, size_t size, enum sw_draw_lang lang, const char *date);

/* True when NUM / DEN is known and below the goal. */
bool sw_figure_below(int64_t num, int64_t den, int64_t goal_ppm);

#endif
