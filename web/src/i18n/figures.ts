// The figures' short labels in both languages; what they mean is in figure_texts, which a wall loads when somebody asks.
import type { Lang } from '../store/prefs';

const zh = {
  offered: '呼入',
  answered: '接通',
  abandoned: '放弃',
  short_abandoned: '短放弃',
  exited: '溢出',
  handled: '处理',
  waiting: '排队',
  answer_rate: '接通率',
  abandon_rate: '放弃率',
  service_level: '服务水平',
  asa: '平均应答',
  awt_abandoned: '放弃等待',
  att: '通话时长',
  hold_avg: '保持时长',
  acw: '话后时长',
  aht: '处理时长',
  longest_wait: '最长等待',
  longest_now: '最长等待',
  wait_p50: '等待 P50',
  wait_p90: '等待 P90',
  wait_p95: '等待 P95',
  staffed: '在席',
  ready: '待话',
  handling: '处理中',
  agents_in_state: '坐席',
  work_efficiency: '工作效率',
  non_service: '非服务时长',
  idle: '待话时长',
  occupancy: '通话利用率',
  calls_per_hour: '每小时处理',
  required: '需要人数',
  scheduled: '应到',
  signed_in: '签入',
  short: '缺人',
  forecast: '预测',
} as const;

export type FigureId = keyof typeof zh;

const en: Readonly<Record<FigureId, string>> = {
  offered: 'Offered',
  answered: 'Answered',
  abandoned: 'Abandoned',
  short_abandoned: 'Short aband.',
  exited: 'Exited',
  handled: 'Handled',
  waiting: 'Waiting',
  answer_rate: 'Answer rate',
  abandon_rate: 'Abandon rate',
  service_level: 'Service level',
  asa: 'ASA',
  awt_abandoned: 'Aband. wait',
  att: 'Talk time',
  hold_avg: 'Hold time',
  acw: 'Wrap-up',
  aht: 'AHT',
  longest_wait: 'Longest wait',
  longest_now: 'Longest wait',
  wait_p50: 'Wait P50',
  wait_p90: 'Wait P90',
  wait_p95: 'Wait P95',
  staffed: 'Staffed',
  ready: 'Ready',
  handling: 'Handling',
  agents_in_state: 'Agents',
  work_efficiency: 'Work efficiency',
  non_service: 'Non-service',
  idle: 'Idle time',
  occupancy: 'Occupancy',
  required: 'Required',
  scheduled: 'Scheduled',
  signed_in: 'Signed in',
  short: 'Short',
  forecast: 'Forecast',
  calls_per_hour: 'Calls/h',
};

export const FIGURE_IDS = Object.keys(zh) as readonly FigureId[];

const tables: { readonly [L in Lang]: Readonly<Record<FigureId, string>> } = { 'zh-CN': zh, en };

/** The short label of figure ID in LANGUAGE. */
export function figureLabel(id: FigureId, language: Lang): string {
  return tables[language][id];
}
