// The figures' terms in both languages and what each counts: [term, what it counts, formula]. The terms are those of the
// call-centre trade; the definitions are the daemon's.
import type { Lang } from '../store/prefs';
import { figureLabel, type FigureId } from './figures';

export interface FigureText {
  readonly label: string;
  readonly term: string;
  readonly counts: string;
  readonly formula: string;
}

type Row = readonly [term: string, counts: string, formula: string];
type Table = Readonly<Record<FigureId, Row>>;

const zh: Table = {
  offered: ['呼入量（请求量）', '进入队列的来电。溢出到另一队列的来电在两个队列各计一次，在合计中只计一次。', '进入队列的次数'],
  answered: ['接通量', '由坐席接起的来电。', '被坐席接起的次数'],
  abandoned: ['放弃量', '等待中挂断的来电，含短放弃。', '等待中挂断的次数'],
  short_abandoned: ['短放弃', '等待时间短于短放弃时限就挂断的来电。', '等待 < 短放弃时限 的放弃次数'],
  exited: ['溢出量', '未接起而以其他方式离开队列的来电：溢出、超时、按键、队满、无人、回拨。', '以其他方式离开队列的次数'],
  handled: ['处理量', '通话已经结束的来电。', '结束的通话数'],
  waiting: ['排队数', '此刻在队列中等待的来电。', '正在等待的来电数'],
  answer_rate: ['接通率', '接通的来电占接通与放弃之和的比例；是否剔除短放弃由配置决定。', '接通 ÷（接通 + 放弃 − 剔除的短放弃）'],
  abandon_rate: ['放弃率', '放弃的来电占接通与放弃之和的比例。', '（放弃 − 剔除的短放弃）÷（接通 + 放弃 − 剔除的短放弃）'],
  service_level: ['服务水平', '在目标时限内接起的来电所占比例；合计时各队列用各自的时限，分子分母分别相加。', ''],
  asa: ['平均应答速度', '接通的来电平均等待多久。', '接通来电的等待总时长 ÷ 接通'],
  awt_abandoned: ['平均放弃等待', '放弃的来电挂断前平均等待多久。', '放弃来电的等待总时长 ÷ 放弃'],
  att: ['平均通话时长', '每通已处理来电的通话时长，不含保持。', '通话总时长（不含保持）÷ 处理量'],
  hold_avg: ['平均保持时长', '每通已处理来电的保持时长。', '保持总时长 ÷ 处理量'],
  acw: ['平均话后时长', '每通已处理来电之后的话后整理时长。', '话后总时长 ÷ 处理量'],
  aht: ['平均处理时长', '每通来电的通话、保持与话后时长之和。', '（通话 + 保持 + 话后）÷ 处理量'],
  longest_wait: ['最长等待（窗口内）', '窗口内已有结果的来电中等待最久的一通。', '等待时长的最大值'],
  longest_now: ['最长等待（当前）', '此刻等待最久的来电已经等了多久。', '现在 − 最早入队时刻'],
  wait_p50: ['等待分位数 P50', '一半的接通来电等待不超过此值（误差不超过 1 %）。', '接通来电等待时长的第 50 百分位'],
  wait_p90: ['等待分位数 P90', '九成的接通来电等待不超过此值（误差不超过 1 %）。', '接通来电等待时长的第 90 百分位'],
  wait_p95: ['等待分位数 P95', '95 % 的接通来电等待不超过此值（误差不超过 1 %）。', '接通来电等待时长的第 95 百分位'],
  staffed: ['在席人数', '已签入的坐席，任何状态；服务多个队列的坐席在合计中只计一次。', '签入的坐席数'],
  ready: ['待话人数', '可以立即接听的坐席。', '处于待话状态的坐席数'],
  handling: ['处理中人数', '振铃、外呼、通话、保持或话后的坐席。', '振铃 + 外呼 + 通话 + 保持 + 话后'],
  agents_in_state: ['各状态坐席数', '此刻处于该状态的坐席。', '处于该状态的坐席数'],
  work_efficiency: ['工作效率', '签入时间中用于处理来电的比例；旁边是每小时处理量（签入时长减去用餐和会议）。', '（振铃 + 外呼 + 通话 + 保持 + 话后）÷ 签入时长'],
  non_service: ['非服务时长占比', '签入时间中小休、用餐、示忙和会议的比例。', '（小休 + 用餐 + 示忙 + 会议）÷ 签入时长'],
  idle: ['待话时长占比', '签入时间中等待来电的比例。', '待话时长 ÷ 签入时长'],
  occupancy: ['通话利用率', '处理与待话时间中处理所占的比例。', '处理时长 ÷（处理时长 + 待话时长）'],
  calls_per_hour: ['每小时处理量', '每签入小时（减去用餐和会议）处理的来电。', '处理量 ÷（签入 − 用餐 − 会议）小时'],
  required: ['需要坐席数', '达到服务水平目标所需的最少坐席：按配置用 Erlang C、Erlang A 或规章里的座席表计算；有预测时按本时段的预测话务量，否则按最近 30 分钟的呼入量。', '达到目标的最少坐席数'],
  scheduled: ['应到人数', '班次覆盖此刻且未批准请假的坐席。', '此刻应在岗的坐席数'],
  signed_in: ['签入人数', '此刻已签入的坐席，任何状态。', '签入的坐席数'],
  short: ['缺少人数', '需要人数比签入人数多出的部分；为 0 表示人数足够。', '需要 − 签入（不小于 0）'],
  forecast: ['预测话务量', '同一星期几的最近四天的平均分布，按今天至今的呼入量缩放。', '近四天分布的平均 × 今日至今水平'],
};

const en: Table = {
  offered: ['Calls offered', 'Calls that joined the queue. A call that overflows to another queue counts in both, and once in a total of both.', 'entries into the queue'],
  answered: ['Calls answered', 'Calls that an agent answered.', 'entries answered by an agent'],
  abandoned: ['Calls abandoned', 'Callers who hung up while waiting, short ones included.', 'entries ended by the caller while waiting'],
  short_abandoned: ['Short abandoned calls', 'Callers who hung up after less than the short-abandon limit.', 'abandoned with wait < short-abandon limit'],
  exited: ['Calls exited', 'Calls that left the queue unanswered in another way: overflow, timeout, key, full, unstaffed, callback.', 'entries that left otherwise'],
  handled: ['Calls handled', 'Calls whose conversation has ended.', 'conversations ended'],
  waiting: ['Calls waiting', 'Calls in the queue at this moment.', 'entries waiting now'],
  answer_rate: ['Answer rate', 'The share of answered calls in those answered or abandoned; whether short abandoned calls are excluded is configured.', 'answered ÷ (answered + abandoned − excluded short abandoned)'],
  abandon_rate: ['Abandonment rate', 'The share of abandoned calls in those answered or abandoned.', '(abandoned − excluded) ÷ (answered + abandoned − excluded)'],
  service_level: ['Service level', 'The share of calls answered within the target time. In a total each queue has its own target time; numerators and denominators are added.', ''],
  asa: ['Average speed of answer', 'How long answered callers waited on average.', 'waits of answered calls ÷ answered'],
  awt_abandoned: ['Average wait of abandoned calls', 'How long callers waited on average before they hung up.', 'waits of abandoned calls ÷ abandoned'],
  att: ['Average talk time', 'Talk time of a handled call, without hold.', 'talk without hold ÷ handled'],
  hold_avg: ['Average hold time', 'Hold time of a handled call.', 'hold ÷ handled'],
  acw: ['Average after-call work', 'Wrap-up that follows a handled call.', 'wrap-up ÷ handled'],
  aht: ['Average handling time', 'Talk, hold and wrap-up of a handled call.', '(talk + hold + wrap-up) ÷ handled'],
  longest_wait: ['Longest wait in the window', 'The longest wait of any call with an outcome in the window.', 'largest wait'],
  longest_now: ['Longest wait now', 'How long the oldest waiting call has been waiting.', 'now − time the oldest waiting call joined'],
  wait_p50: ['Wait, 50th percentile', 'Half of the answered callers waited no longer (within 1 %).', '50th percentile of answered waits'],
  wait_p90: ['Wait, 90th percentile', 'Nine of ten answered callers waited no longer (within 1 %).', '90th percentile of answered waits'],
  wait_p95: ['Wait, 95th percentile', '95 % of the answered callers waited no longer (within 1 %).', '95th percentile of answered waits'],
  staffed: ['Agents staffed', 'Agents signed in, in any state; one who serves several queues counts once in a total.', 'agents signed in'],
  ready: ['Agents ready', 'Agents who can take a call at once.', 'agents in ready'],
  handling: ['Agents handling', 'Agents ringing, dialing, talking, on hold or in wrap-up.', 'ringing + dialing + talking + hold + wrap-up'],
  agents_in_state: ['Agents in a state', 'Agents in this state at this moment.', 'agents in the state'],
  work_efficiency: ['Work efficiency', 'The share of staffed time spent handling calls; beside it calls handled an hour of staffed time less meals and meetings.', '(ringing + dialing + talking + hold + wrap-up) ÷ staffed time'],
  non_service: ['Non-service time', 'The share of staffed time in break, meal, busy and meeting.', '(break + meal + busy + meeting) ÷ staffed time'],
  idle: ['Idle time', 'The share of staffed time spent ready, waiting for a call.', 'ready ÷ staffed time'],
  occupancy: ['Occupancy', 'The share of handling in handling and ready time.', 'handling ÷ (handling + ready)'],
  required: ['Agents required', 'The fewest agents that meet the service-level target, by Erlang C, Erlang A or the rule book’s table of seats, as configured; from the forecast of this interval, or from what the last 30 minutes were offered.', 'fewest agents that meet the target'],
  scheduled: ['Agents scheduled', 'Agents whose shift covers this moment and who are not on approved leave.', 'agents who should be here now'],
  signed_in: ['Agents signed in', 'Agents signed in at this moment, in any state.', 'agents signed in'],
  short: ['Agents short', 'How many more agents are required than are signed in; 0 when there are enough.', 'required − signed in, at least 0'],
  forecast: ['Calls forecast', 'The average shape of the last four days of the same weekday, scaled by what today was offered so far.', 'shape of four days × level of today'],
  calls_per_hour: ['Calls an hour', 'Calls handled an hour of staffed time less meals and meetings.', 'handled ÷ hours of (staffed − meal − meeting)'],
};

const tables: { readonly [L in Lang]: Table } = { 'zh-CN': zh, en };

/** The texts of figure ID in LANGUAGE. */
export function figureText(id: FigureId, language: Lang): FigureText {
  const [term, counts, formula] = tables[language][id];
  return { label: figureLabel(id, language), term, counts, formula };
}
