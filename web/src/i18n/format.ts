// Numbers, shares, durations and times as the trade writes them. What is undefined is an en dash, never zero.
import type { Lang } from '../store/prefs';

export const DASH = '–';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function count(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? DASH : grouped.format(value);
}

/** A ratio as percent with one decimal. */
export function percent(ratio: number | undefined): string {
  if (ratio === undefined || !Number.isFinite(ratio)) return DASH;
  return `${(ratio * 100).toFixed(1)}%`;
}

/** A limit as percent, without a decimal where it has none. */
export function percentLimit(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))}%`;
}

/** m:ss or h:mm:ss, whole seconds passed. Never negative: what begins later than now has lasted 0:00. */
export function duration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return DASH;
  const total = Math.max(0, Math.floor(ms / 1000));
  const s = String(total % 60).padStart(2, '0');
  const m = Math.floor(total / 60) % 60;
  const h = Math.floor(total / 3600);
  return h ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** An average: m:ss, rounded. */
export function average(ms: number | undefined): string {
  return ms === undefined ? DASH : duration(Math.round(ms / 1000) * 1000);
}

/** Seconds with one decimal. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

export function oneDecimal(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? DASH : value.toFixed(1);
}

const formats = new Map<string, Intl.DateTimeFormat>();
const FORMATS_MAX = 32;

function formatOf(zone: string, lang: Lang, kind: 'clock' | 'minute' | 'date' | 'stamp'): Intl.DateTimeFormat {
  const key = `${zone}|${lang}|${kind}`;
  let format = formats.get(key);
  if (format) return format;
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const options: { readonly [K in typeof kind]: Intl.DateTimeFormatOptions } = {
    clock: { ...time, second: '2-digit' },
    minute: time,
    date: { year: 'numeric', month: 'short', day: 'numeric', weekday: 'short' },
    stamp: { month: '2-digit', day: '2-digit', ...time },
  };
  const locale = lang === 'en' ? 'en-GB' : 'zh-CN';
  try {
    format = new Intl.DateTimeFormat(locale, { ...options[kind], timeZone: zone });
  } catch {
    format = new Intl.DateTimeFormat(locale, { ...options[kind], timeZone: 'UTC' });
  }
  if (formats.size >= FORMATS_MAX) formats.clear();
  formats.set(key, format);
  return format;
}

function format(ms: number | undefined, zone: string, lang: Lang, kind: 'clock' | 'minute' | 'date' | 'stamp'): string {
  return ms === undefined || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15 ? DASH : formatOf(zone, lang, kind).format(ms);
}

/** 10:42:07 in the site's time zone. */
export const clockTime = (ms: number | undefined, zone: string): string => format(ms, zone, 'en', 'clock');
/** 10:42 in the site's time zone. */
export const minuteTime = (ms: number | undefined, zone: string): string => format(ms, zone, 'en', 'minute');
export const date = (ms: number | undefined, zone: string, lang: Lang): string => format(ms, zone, lang, 'date');

/** 10:42:07, with the date before it when that is not today. */
export function moment(ms: number | undefined, zone: string, dayStart: number | undefined): string {
  if (ms !== undefined && dayStart !== undefined && ms < dayStart) {
    return `${format(ms, zone, 'zh-CN', 'stamp')}`;
  }
  return clockTime(ms, zone);
}
