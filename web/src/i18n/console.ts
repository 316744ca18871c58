// Looks the console's texts up in the language of the screen. They are apart from the walls' texts: a wall does not load them.
import { lang, type Lang } from '../store/prefs';
import type { AgentState } from '../wire/types';
import { en } from './console_en';
import { zh, type ConsoleKey } from './console_zh';
import { count, DASH, duration, percent } from './format';
import { fill, t, type Params } from './index';
import type { Unit } from '../wire/console';

export type { ConsoleKey } from './console_zh';

export const consoleTables: { readonly [L in Lang]: Readonly<Record<ConsoleKey, string>> } = { 'zh-CN': zh, en };

/** The console's text KEY in the language now shown. */
export function c(key: ConsoleKey, params?: Params): string {
  return fill(consoleTables[lang.value][key], params);
}

function isKey(key: string): key is ConsoleKey {
  return Object.prototype.hasOwnProperty.call(zh, key);
}

/** The text of PREFIX.NAME where there is one, else NAME as the site wrote it. */
export function named(prefix: string, name: string | undefined): string {
  if (name === undefined || name === '') return DASH;
  const key = `${prefix}.${name}`;
  return isKey(key) ? c(key) : name;
}

export const ruleName = (rule: string | undefined): string => named('rule', rule);
export const stepName = (step: string | undefined): string => named('step', step);
export const roleName = (role: string | undefined): string => named('role', role);

export function stateName(state: AgentState): string {
  return state === 'meal' ? c('state.meal') : t(`state.${state}`);
}

/** A figure of an alert in its unit; the values of a share are millionths. */
export function quantity(value: number | undefined, unit: Unit | undefined): string {
  if (value === undefined) return DASH;
  return unit === 'ms' ? duration(value) : unit === 'ppm' ? percent(value / 1e6) : count(value);
}

/** Minutes for what is whole minutes, else m:ss. */
export function minutes(ms: number): string {
  return ms % 60_000 === 0 && ms < 180 * 60_000 ? c('ui.minutes', { n: ms / 60_000 }) : duration(ms);
}
