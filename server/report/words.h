/* The words of tables: each with the key that CSV has for it, and its text in both languages. Words that drawings have,
 * too, are the same there (draw_text.h). Keys are read by programs of others and never change. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/draw.h"

#define SW_WORD_MAP(XX)                                                                                       \
    /* tables */                                                                                              \
    XX(SUMMARY, "summary", "概要", "Summary")                                                                 \
    XX(BY_INTERVAL, "by_interval", "时段", "Intervals")                                                       \
    XX(BY_QUEUE, "by_queue", "队列", "Queues")                                                                \
    XX(BY_TEAM, "by_team", "班组", "Teams")                                                                   \
    XX(BY_AGENT, "by_agent", "坐席", "Agents")                                                                \
    XX(BY_DAY, "by_day", "每日", "Days")                                                                      \
    XX(PEOPLE, "people", "名单", "People")                                                                    \
    XX(STATES, "states", "坐席状态", "States")                                                                \
    XX(WALKS, "walks", "巡场", "Floor walks")                                                                 \
    XX(BREACHES, "breaches", "违规处理", "Breaches")                                                          \
    XX(RANKING, "ranking", "排名", "Ranking")                                                                 \
    /* what a table is about */                                                                               \
    XX(SITE, "site", "中心编号", "Site id")                                                                   \
    XX(SITE_NAME, "site_name", "中心", "Site")                                                                \
    XX(ZONE, "zone", "时区", "Time zone")                                                                     \
    XX(DATE, "date", "日期", "Date")                                                                          \
    XX(MONTH, "month", "月份", "Month")                                                                       \
    XX(NUMBER, "number", "当日第几张", "Chart of the day")                                                    \
    XX(AS_OF, "at", "截至", "As of")                                                                          \
    XX(MADE, "made", "生成于", "Made")                                                                        \
    XX(DRAWN_LATE, "drawn_late", "补绘", "Drawn late")                                                        \
    XX(COMPLETE, "complete", "数据完整", "Data complete")                                                     \
    XX(INCOMPLETE_WHY, "incomplete_why", "数据不完整的原因", "Why incomplete")                                \
    XX(INCOMPLETE_SINCE, "incomplete_since", "可能缺少事件自", "Events may be missing since")                 \
    XX(POLICY, "policy", "制度", "Policy")                                                                    \
    XX(POLICY_VERSION, "policy_version", "制度版本", "Policy version")                                        \
    XX(POLICY_CITE, "policy_cite", "制度依据", "Policy cites")                                                \
    XX(STAFFING, "staffing", "需要人数的依据", "Required by")                                                 \
    XX(STAFFING_WARNING, "staffing_warning", "查表不适合当前通话时长", "Table does not fit calls this long")  \
    /* attendance */                                                                                          \
    XX(DUE, "due", "应出勤", "Due")                                                                           \
    XX(ATTENDED, "attended", "出勤", "Attended")                                                              \
    XX(PENDING, "pending", "未到", "Not yet")                                                                 \
    XX(ABSENT, "absent", "缺勤", "Absent")                                                                    \
    XX(LEAVE, "leave", "请假", "Leave")                                                                       \
    XX(ATTENDANCE, "attendance", "出勤率", "Attendance")                                                      \
    XX(ATTENDANCE_GOAL, "attendance_goal", "出勤率目标", "Attendance goal")                                   \
    XX(LATE, "late", "迟到", "Late")                                                                          \
    XX(LATE_MS, "late_ms", "迟到时长", "Late by")                                                             \
    XX(EARLY, "early_leave", "早退", "Left early")                                                            \
    XX(EARLY_MS, "early_leave_ms", "早退时长", "Early by")                                                    \
    XX(SIGNED_IN_MS, "signed_in_ms", "签入时长", "Signed-in time")                                            \
    XX(EXPECTED_MS, "expected_ms", "应签时长", "Expected time")                                               \
    XX(ADHERENCE, "adherence", "登录吻合度", "Adherence")                                                     \
    XX(ADHERENCE_GOAL, "adherence_goal", "登录吻合度目标", "Adherence goal")                                  \
    XX(BREAKS, "breaks", "小休次数", "Breaks")                                                                \
    XX(OVERRUNS, "break_overruns", "小休超时次数", "Break overruns")                                          \
    XX(OVERRUN_MS, "break_overrun_ms", "小休超时时长", "Break overrun time")                                  \
    XX(DAYS_DUE, "days_due", "应出勤天数", "Days due")                                                        \
    XX(DAYS_ATTENDED, "days_attended", "出勤天数", "Days attended")                                           \
    XX(DAYS_ABSENT, "days_absent", "缺勤天数", "Days absent")                                                 \
    XX(DAYS_LEAVE, "days_leave", "请假天数", "Days of leave")                                                 \
    XX(TIMES_LATE, "times_late", "迟到次数", "Times late")                                                    \
    XX(TIMES_EARLY, "times_early_leave", "早退次数", "Times left early")                                      \
    XX(BREACHES_CONFIRMED, "breaches_confirmed", "确认违规", "Breaches confirmed")                            \
    /* intervals */                                                                                           \
    XX(START, "start", "开始", "Start")                                                                       \
    XX(END, "end", "结束", "End")                                                                             \
    XX(SCHEDULED, "scheduled", "应到", "Scheduled")                                                           \
    XX(PRESENT, "present", "实到", "Present")                                                                 \
    XX(PRESENCE, "presence", "在席率", "Presence")                                                            \
    XX(SIGNED_IN, "signed_in", "签入", "Signed in")                                                           \
    XX(REQUIRED, "required", "需要", "Required")                                                              \
    XX(OFFERED, "offered", "呼入量", "Offered")                                                               \
    XX(FORECAST, "forecast", "预测呼入量", "Forecast")                                                        \
    XX(BELOW_GOAL, "below_goal", "实到低于目标", "Below goal")                                                \
    XX(UNCERTAIN, "uncertain", "数据存疑", "Data uncertain")                                                  \
    /* calls */                                                                                               \
    XX(ANSWERED, "answered", "接通量", "Answered")                                                            \
    XX(IN_TARGET, "answered_in_target", "达标接通量", "Answered in target")                                   \
    XX(ABANDONED, "abandoned", "放弃量", "Abandoned")                                                         \
    XX(SHORT_ABANDONED, "short_abandoned", "短时放弃量", "Short abandons")                                    \
    XX(EXITED, "exited", "转出量", "Left otherwise")                                                          \
    XX(HANDLED, "handled", "处理量", "Handled")                                                               \
    XX(SERVICE_LEVEL, "service_level", "服务水平", "Service level")                                           \
    XX(SERVICE_LEVEL_GOAL, "service_level_goal", "服务水平目标", "Service level goal")                       \
    XX(TARGET_MS, "target_ms", "服务水平时限", "Answer within")                                               \
    XX(ANSWER_RATE, "answer_rate", "接通率", "Answer rate")                                                   \
    XX(ABANDON_RATE, "abandon_rate", "放弃率", "Abandon rate")                                                \
    XX(ANSWER_RATE_GOAL, "answer_rate_goal", "接通率目标", "Answer rate goal")                                \
    XX(ASA_MS, "asa_ms", "平均应答速度", "Speed of answer")                                                   \
    XX(AHT_MS, "aht_ms", "平均处理时长", "Handle time")                                                       \
    XX(LONGEST_WAIT_MS, "longest_wait_ms", "最长等待", "Longest wait")                                        \
    XX(OCCUPANCY, "occupancy", "占用率", "Occupancy")                                                         \
    XX(NON_SERVICE, "non_service", "非服务时长占比", "Non-service time")                                      \
    /* whom and what */                                                                                       \
    XX(QUEUE, "queue", "队列编号", "Queue id")                                                                \
    XX(QUEUE_NAME, "queue_name", "队列", "Queue")                                                             \
    XX(TEAM, "team", "班组编号", "Team id")                                                                   \
    XX(TEAM_NAME, "team_name", "班组", "Team")                                                                \
    XX(LIST, "list", "名单", "List")                                                                          \
    XX(AGENT, "agent", "工号", "Agent")                                                                       \
    XX(NAME, "name", "姓名", "Name")                                                                          \
    XX(SEAT, "seat", "座席", "Seat")                                                                          \
    XX(SHIFT_START, "shift_start", "班次开始", "Shift starts")                                                \
    XX(SHIFT_END, "shift_end", "班次结束", "Shift ends")                                                      \
    XX(HAPPENED, "at", "时刻", "At")                                                                          \
    XX(LENGTH_MS, "duration_ms", "时长", "Duration")                                                          \
    XX(LIMIT_MS, "limit_ms", "允许", "Allowed")                                                               \
    XX(OVER_MS, "over_ms", "超时", "Over by")                                                                 \
    XX(CLASS, "class", "分档", "Class")                                                                       \
    XX(EXCUSED, "excused", "已报备", "Excused")                                                               \
    XX(GRANT, "grant", "报备", "Grant")                                                                       \
    XX(REASON, "reason", "事由", "Reason")                                                                    \
    XX(BY, "by", "经办", "By")                                                                                \
    XX(STATE, "state", "状态", "State")                                                                       \
    XX(AGENTS_NOW, "agents", "此刻人数", "Agents now")                                                        \
    XX(TIME_MS, "time_ms", "当日时长", "Time today")                                                          \
    XX(TIME_SHARE, "time_share", "占签入时长", "Share of signed-in time")                                     \
    XX(RANK, "rank", "名次", "Rank")                                                                          \
    /* floor walks and breaches */                                                                            \
    XX(WALK_DUE, "due", "应巡时刻", "Due at")                                                                 \
    XX(PERSON, "person", "值班人", "On duty")                                                                 \
    XX(OUTCOME, "outcome", "结果", "Outcome")                                                                 \
    XX(STARTED, "started", "开始时刻", "Started")                                                             \
    XX(CLOSED, "closed", "完成时刻", "Closed")                                                                \
    XX(ITEMS, "items", "项目数", "Items")                                                                     \
    XX(TICKED, "ticked", "已处理", "Ticked")                                                                  \
    XX(NOTES, "notes", "备注", "Notes")                                                                       \
    XX(RULE, "rule", "规则", "Rule")                                                                          \
    XX(NTH, "nth", "本月第几次", "Time this month")                                                           \
    XX(STEP, "step", "处理级别", "Step")                                                                      \
    XX(DECISION, "decision", "处理", "Decision")                                                              \
    XX(DECIDED, "decided", "处理时刻", "Decided")                                                             \
    XX(WALKS_DUE, "walks_due", "应巡次数", "Walks due")                                                       \
    XX(WALKS_DONE, "walks_done", "完成巡场", "Walks done")                                                    \
    XX(COMPLIANCE, "walk_compliance", "巡场完成率", "Walk compliance")                                        \
    XX(WALK_DONE, "done", "完成", "Done")                                                                     \
    XX(WALK_MISSED, "missed", "漏巡", "Missed")                                                               \
    XX(WALK_OPEN, "open", "未完成", "Open")                                                                   \
    XX(REMIND, "remind", "提醒", "Reminder")                                                                  \
    XX(WARN, "warn", "警告", "Warning")                                                                       \
    XX(REPORT, "report", "通报", "Report")                                                                    \
    XX(CONFIRMED, "confirmed", "确认", "Confirmed")                                                           \
    XX(DECIDED_EXCUSED, "excused", "免除", "Excused")                                                         \
    /* values */                                                                                              \
    XX(TRUE, "true", "是", "Yes")                                                                             \
    XX(FALSE, "false", "否", "No")                                                                            \
    XX(GOAL, "goal", "目标", "Goal")                                                                          \
    XX(WHOLE_SITE, "", "全中心", "Whole site")                                                                \
    XX(ERLANG_C, "erlang_c", "Erlang C", "Erlang C")                                                          \
    XX(ERLANG_A, "erlang_a", "Erlang A", "Erlang A")                                                          \
    XX(TABLE, "table", "排班表", "Table")                                                                     \
    /* what stands around tables; keys of no use */                                                           \
    XX(CHART_OF, "", "签入情况图表", "Sign-in chart")                                                         \
    XX(DAILY_OF, "", "日报", "Daily report")                                                                  \
    XX(MONTH_OF, "", "考勤月报", "Attendance of the month")                                                   \
    XX(PAGE_OF, "", "第 &P 页，共 &N 页", "Page &P of &N")                                                    \
    XX(UNKNOWN_NOTE, "", "斜线空格：未知或无从计算", "Hatched empty cells: not known")                        \
    XX(RANKED_NOTE, "", "名次依次按出勤率、登录吻合度、迟到与早退次数；相同者同名次",                         \
       "Ranked by attendance, then adherence, then times late and left early; equals share a rank")           \
    XX(PEOPLE_AXIS, "", "人数", "Agents")                                                                     \
    XX(CALLS_AND_PEOPLE, "", "各时段人数与预测呼入量", "Agents and expected calls by interval")               \
    XX(CALLS_AXIS, "", "各时段呼入与接通", "Calls by interval")

enum sw_word {
#define XX(name, key, zh, en) SW_WORD_##name,
    SW_WORD_MAP(XX)
#undef XX
        SW_WORD_COUNT
};

const char *sw_word_key(enum sw_word word);
const char *sw_word_text(enum sw_draw_lang lang, enum sw_word word);
/* The word from FIRST to LAST whose key is KEY, or -1. KEY may be NULL. */
int sw_word_find(enum sw_word first, enum sw_word last, const char *key);

#endif
