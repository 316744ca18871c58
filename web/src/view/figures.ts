// Reads one figure out of the views: its text, and the numerator and denominator behind it.
import type { Formula, Kpi, Level, QueueNow, QueueView, SiteView, States, WindowName } from '../wire/types';
import type { QueueColumn, TotalsFigure } from '../wire/board';
import { average, count, duration, percent, percentLimit, seconds } from '../i18n/format';
import { t, type FigureId } from '../i18n';

export interface Reading {
  readonly text: string;
  readonly num?: string;
  readonly den?: string;
  readonly level?: Level | undefined;
  readonly goal?: string;
  readonly formula?: Formula | undefined;
  readonly overdue?: number;
}

/** Where a figure is taken from: the site, a queue or a queue group. */
export type Source = SiteView | QueueView;

export function isSite(source: Source): source is SiteView {
  return 'indicators' in source;
}

export function handlingOf(states: States): number {
  return (states.ringing ?? 0) + (states.dialing ?? 0) + (states.talking ?? 0) + (states.hold ?? 0) + (states.wrapup ?? 0);
}

/** The denominator with or without short abandoned calls, whichever gave the rate we were sent. */
function answerBase(k: Kpi): number {
  const all = k.answered + k.abandoned;
  const without = all - k.short_abandoned;
  if (k.answer_rate === undefined) return 0;
  const off = (den: number): number => (den > 0 ? Math.abs(k.answered / den - (k.answer_rate ?? 0)) : Infinity);
  return off(without) < off(all) ? without : all;
}

/** Numerator and denominator of the service level by its formula. */
export function serviceLevelParts(k: Kpi, formula: Formula): { num: number; den: number } {
  const overdue = k.overdue ?? 0;
  const done = k.answered + k.abandoned + overdue;
  switch (formula) {
    case 'all': return { num: k.answered_in_target, den: done };
    case 'ignore_abandoned_in_target': return { num: k.answered_in_target, den: done - k.abandoned_in_target };
    case 'ignore_short': return { num: k.answered_in_target, den: done - k.short_abandoned };
    case 'abandoned_ok': return { num: k.answered_in_target + k.abandoned_in_target, den: done };
    case 'answered_only': return { num: k.answered_in_target, den: k.answered };
  }
}

function serviceLevel(source: Source, window: WindowName): Reading {
  const k = source[window];
  const overdue = k.overdue ? { overdue: k.overdue } : {};
  if (isSite(source)) {
    const s = source.service_level;
    const goal = s.goal === undefined ? {} : { goal: t('goal.min', { n: percentLimit(s.goal) }) };
    if (window === 'today') {
      return { text: percent(s.value), num: count(s.num), den: count(s.den), level: s.level, formula: s.formula, ...goal, ...overdue };
    }
    return { text: percent(k.service_level), ...parts(k, s.formula), level: levelOf(k.service_level, s), formula: s.formula, ...goal, ...overdue };
  }
  const goal = source.goal === undefined ? {} : { goal: t('goal.min', { n: percentLimit(source.goal) }) };
  const level = window === 'today' ? source.level : levelOf(k.service_level, source);
  return { text: percent(k.service_level), ...parts(k, source.formula), level, formula: source.formula, ...goal, ...overdue };
}

// Only what agrees with the value: a total over queues with different formulas has no one pair.
function parts(k: Kpi, formula: Formula | undefined): { num?: string; den?: string } {
  if (!formula) return {};
  const { num, den } = serviceLevelParts(k, formula);
  if (k.service_level === undefined) return den === 0 ? { num: count(num), den: count(den) } : {};
  return Math.abs(num / den - k.service_level) < 2e-6 ? { num: count(num), den: count(den) } : {};
}

/** The level of a share that should be high. */
export function levelOf(value: number | undefined, limits: { readonly warning?: number; readonly critical?: number }): Level | undefined {
  if (value === undefined || limits.warning === undefined || limits.critical === undefined) return undefined;
  return value < limits.critical ? 'critical' : value < limits.warning ? 'warning' : 'ok';
}

/** The level of a running wait. */
export function waitLevel(waited: number | undefined, queue: QueueView | undefined): Level | undefined {
  if (waited === undefined || !queue) return undefined;
  if (queue.wait_critical_ms !== undefined && waited >= queue.wait_critical_ms) return 'critical';
  if (queue.wait_warning_ms !== undefined && waited >= queue.wait_warning_ms) return 'warning';
  return 'ok';
}

function mean(value: number | undefined, sum: number, n: number): Reading {
  return { text: average(value), num: t('unit.seconds', { n: seconds(sum) }), den: count(n) };
}

/** Figure ID of SOURCE in WINDOW. AT is the server's time, for what counts up. */
export function read(id: TotalsFigure | QueueColumn | FigureId, source: Source, window: WindowName, at: number): Reading {
  const k = source[window];
  const live: QueueNow = source.now;
  switch (id) {
    case 'offered': return { text: count(k.offered) };
    case 'answered': return { text: count(k.answered) };
    case 'abandoned': return { text: count(k.abandoned) };
    case 'short_abandoned': return { text: count(k.short_abandoned) };
    case 'exited': return { text: count(k.exited) };
    case 'handled': return { text: count(k.handled) };
    case 'waiting': return { text: count(live.waiting), level: isSite(source) ? undefined : source.waiting_level };
    case 'answer_rate': {
      if (isSite(source) && window === 'today') {
        const i = source.indicators.answer_rate;
        return { text: percent(i.value), num: count(i.num), den: count(i.den), level: i.level };
      }
      const level = !isSite(source) && window === 'today' ? source.answer_level : undefined;
      return { text: percent(k.answer_rate), num: count(k.answered), den: count(answerBase(k)), level };
    }
    case 'abandon_rate': {
      const den = answerBase(k);
      return { text: percent(k.abandon_rate), num: count(Math.max(0, den - k.answered)), den: count(den) };
    }
    case 'service_level': return serviceLevel(source, window);
    case 'asa': return mean(k.asa_ms, k.wait_answered_ms, k.answered);
    case 'awt_abandoned': return mean(k.awt_abandoned_ms, k.wait_abandoned_ms, k.abandoned);
    case 'att': return mean(k.att_ms, k.talk_ms, k.handled);
    case 'hold_avg': return mean(k.hold_avg_ms, k.hold_ms, k.handled);
    case 'acw': return mean(k.acw_ms, k.wrapup_ms, k.handled);
    case 'aht': return mean(k.aht_ms, k.talk_ms + k.hold_ms + k.wrapup_ms, k.handled);
    case 'longest_wait': return { text: duration(k.longest_wait_ms) };
    case 'longest_now': {
      const waited = live.oldest_since === undefined ? undefined : at - live.oldest_since;
      return { text: duration(waited), level: isSite(source) ? undefined : waitLevel(waited, source) };
    }
    case 'wait_p50': return { text: average(window === 'today' ? k.wait_p50_ms : undefined) };
    case 'wait_p90': return { text: average(window === 'today' ? k.wait_p90_ms : undefined) };
    case 'wait_p95': return { text: average(window === 'today' ? k.wait_p95_ms : undefined) };
    case 'staffed': return { text: count(live.staffed) };
    case 'ready': return { text: count(live.agents.ready ?? 0) };
    case 'handling': return { text: count(handlingOf(live.agents)) };
    default: return { text: '' };
  }
}

/** What a column of the queue table shows is, for the dialog, this figure: its longest wait is the one now. */
export function columnFigure(column: QueueColumn): FigureId {
  return column === 'longest_wait' ? 'longest_now' : column;
}

const NOW_FIGURES: readonly FigureId[] = ['waiting', 'longest_now', 'staffed', 'ready', 'handling', 'agents_in_state'];

/** A figure of this moment belongs to no window. */
export function windowOf(id: FigureId, window: WindowName): WindowName | 'now' {
  return NOW_FIGURES.includes(id) ? 'now' : window;
}
