/* The words of the chart's tables in both languages, beside those it shares with the drawing (draw_text.h). */
#ifndef REPORT_CHART_WORDS_H
#define REPORT_CHART_WORDS_H

#include "report/draw_text.h"

#define SW_WORD_MAP(XX)                                                                                                 \
    XX(SUMMARY, "汇总", "Summary")                                                                                      \
    XX(INTERVALS, "分时段", "Intervals")                                                                                \
    XX(TEAMS, "分班组", "Teams")                                                                                        \
    XX(PEOPLE, "名单", "People")                                                                                        \
    XX(NOTES, "说明", "Notes")                                                                                          \
    XX(TITLE, "签入情况图表", "Sign-in chart")                                                                          \
    XX(ITEM, "项目", "Item")                                                                                            \
    XX(VALUE, "数值", "Value")                                                                                          \
    XX(GOAL, "目标", "Goal")                                                                                            \
    XX(TIME_TODAY, "当日时长", "Time today")                                                                            \
    XX(SITE, "呼叫中心", "Site")                                                                                        \
    XX(DATE, "日期", "Date")                                                                                            \
    XX(MOMENT, "截至", "As of")                                                                                         \
    XX(MADE, "生成于", "Made at")                                                                                       \
    XX(NUMBER, "当日第几张", "Number of the day")                                                                       \
    XX(IS_LATE, "补绘", "Made late")                                                                                    \
    XX(COMPLETENESS, "数据完整性", "Completeness")                                                                      \
    XX(INCOMPLETE_SINCE, "可能缺少事件，自", "Events may be missing since")                                             \
    XX(POLICY, "制度", "Policy")                                                                                        \
    XX(POLICY_VERSION, "制度版本", "Version of the policy")                                                             \
    XX(STAFFING, "需要人数的算法", "Required by")                                                                       \
    XX(YES, "是", "yes")                                                                                                \
    XX(NO, "否", "no")                                                                                                  \
    XX(DUE, "应出勤", "Due")                                                                                            \
    XX(ATTENDED, "出勤", "Attended")                                                                                    \
    XX(PENDING, "未到", "Not yet")                                                                                      \
    XX(ABSENT, "缺勤", "Absent")                                                                                        \
    XX(LEAVE, "请假", "On leave")                                                                                       \
    XX(LATE, "迟到", "Late")                                                                                            \
    XX(EARLY_LEAVE, "早退", "Left early")                                                                               \
    XX(ATTENDANCE_RATE, "出勤率", "Attendance")                                                                         \
    XX(ATTENDANCE_GOAL, "出勤率目标", "Attendance goal")                                                                \
    XX(ADHERENCE, "登录吻合度", "Adherence")                                                                            \
    XX(ADHERENCE_GOAL, "登录吻合度目标", "Adherence goal")                                                              \
    XX(SIGNED_IN_TIME, "签入时长", "Signed-in time")                                                                    \
    XX(EXPECTED_TIME, "应签时长", "Expected time")                                                                      \
    XX(BREAKS, "小休次数", "Breaks")                                                                                    \
    XX(OVERRUNS, "小休超时次数", "Break overruns")                                                                      \
    XX(OVERRUN_TIME, "超时合计", "Overrun time")                                                                        \
    XX(STATE, "状态：{0}", "State: {0}")                                                                                \
    XX(START, "开始", "Start")                                                                                          \
    XX(END, "结束", "End")                                                                                              \
    XX(SCHEDULED, "应到", "Scheduled")                                                                                  \
    XX(PRESENT, "实到", "Present")                                                                                      \
    XX(PRESENCE_RATE, "在席率", "Presence")                                                                             \
    XX(SIGNED_IN, "签入", "Signed in")                                                                                  \
    XX(REQUIRED, "需要", "Required")                                                                                    \
    XX(OFFERED, "呼入量", "Offered")                                                                                    \
    XX(FORECAST, "预测呼入量", "Forecast")                                                                              \
    XX(UNCERTAIN, "数据存疑", "Uncertain")                                                                              \
    XX(PLOT_PEOPLE, "各时段人数", "Agents by interval")                                                                 \
    XX(PLOT_CALLS, "各时段呼入量", "Calls by interval")                                                                 \
    XX(PLOT_TEAMS, "各班组出勤率与登录吻合度", "Attendance and adherence by team")                                      \
    XX(TEAM, "班组", "Team")                                                                                            \
    XX(WHOLE_SITE, "全中心", "Whole site")                                                                              \
    XX(LIST, "名单", "List")                                                                                            \
    XX(AGENT, "工号", "Agent")                                                                                          \
    XX(NAME, "姓名", "Name")                                                                                            \
    XX(SEAT, "座席", "Seat")                                                                                            \
    XX(SHIFT_START, "班次开始", "Shift starts")                                                                         \
    XX(SHIFT_END, "班次结束", "Shift ends")                                                                             \
    XX(AT, "发生时刻", "At")                                                                                            \
    XX(LENGTH, "时长", "Length")                                                                                        \
    XX(LIMIT, "允许", "Allowed")                                                                                        \
    XX(CLASS, "分档", "Class")                                                                                          \
    XX(EXCUSED, "已报备", "Excused")                                                                                    \
    XX(GRANT, "报备种类", "Grant")                                                                                      \
    XX(REASON, "报备原因", "Reason")                                                                                    \
    XX(BY, "批准人", "Granted by")                                                                                      \
    XX(TERM, "名称", "Term")                                                                                            \
    XX(MEANING, "含义", "Meaning")                                                                                      \
    XX(EMPTY, "空白单元格", "Empty cell")                                                                               \
    XX(MEANS_EMPTY, "未知或无从计算，不是 0", "Not known, or it cannot be reckoned; it is not 0")                       \
    XX(MEANS_RED, "红色：低于目标", "Red: below the goal")                                                              \
    XX(COLOUR, "颜色", "Colour")                                                                                        \
    XX(MEANS_DUE, "当日已开始的班次，减去整班请假", "Shifts begun today, without those on leave as a whole")            \
    XX(MEANS_ATTENDED, "在缺勤时限之前签入过的班次；未到：未签入，但未过时限；缺勤：过了时限，之后才来的也算",          \
       "Shifts with a sign-in before the absence limit; not yet: none, and the limit has not passed; absent: it has, "  \
       "also for who came later")                                                                                       \
    XX(MEANS_ATTENDANCE_RATE, "出勤 / 应出勤", "Attended / due")                                                        \
    XX(MEANS_ADHERENCE, "来过的坐席在班次内的签入时长 / （班次已过部分 − 请假 − 已报备且未签入的时长）",                \
       "Of agents who came: signed-in time inside the shift / (its elapsed part − leave − time excused and not signed in)") \
    XX(MEANS_SCHEDULED, "时段中点在班次内且未请假的坐席；实到：其中已签入的；签入：所有已签入的坐席",                   \
       "Agents whose shift covers the middle of the interval and who are not on leave; present: of these, signed in; "  \
       "signed in: of all agents")                                                                                      \
    XX(MEANS_REQUIRED, "达到服务水平目标所需的最少坐席数，按 Erlang 公式或本中心的配置表",                              \
       "The fewest agents that meet the service level, by Erlang or by the site's table")                               \
    XX(MEANS_LATE, "签入晚于班次开始；早退：最后一次签出早于班次结束。已报备的仍在名单上",                              \
       "Signed in after the start of the shift; left early: last signed out before its end. What is excused stays on the list") \
    XX(MEANS_BREAKS, "班次内的小休；超时：超过可用的额度，或已无额度",                                                  \
       "Short breaks of the shifts; an overrun is longer than its allowance, or there was none left")                   \
    XX(MEANS_AT, "迟到：签入时刻；早退、擅自签出：签出时刻；小休超时：小休开始时刻；缺勤：之后才来的时刻",              \
       "Late: the sign-in; left early, unauthorised: the sign-out; break overrun: its start; absent: when the agent came after all") \
    XX(TIMES, "时间", "Times")                                                                                          \
    XX(MEANS_TIMES, "均为时区 {0} 的当地时间", "Local times of the zone {0}")

enum sw_word {
#define XX(name, zh, en) SW_WORD_##name,
    SW_WORD_MAP(XX)
#undef XX
        SW_WORD_COUNT
};

/* The word, with its mark {0} if it has one. */
const char *sw_word(enum sw_draw_lang lang, enum sw_word word);
/* The word with A in place of {0}; malloc'ed. */
char *sw_word_fill(enum sw_draw_lang lang, enum sw_word word, const char *a);

/* Words for what the protocol writes; the text itself where there is none. */
const char *sw_word_list(enum sw_draw_lang lang, enum sw_chart_list list);
const char *sw_word_grant(enum sw_draw_lang lang, const char *kind);
const char *sw_word_incomplete(enum sw_draw_lang lang, const char *why);
const char *sw_word_staffing(enum sw_draw_lang lang, const char *staffing);
/* "up_to_10_min" and the like; a policy's own word is kept. Malloc'ed; NULL for NULL. */
char *sw_word_class(enum sw_draw_lang lang, const char *name);

#endif
