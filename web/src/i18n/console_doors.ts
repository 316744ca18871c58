// Looks up the texts of the sections about who may come in. They are apart from the console's: it starts without them.
import { lang, type Lang } from '../store/prefs';
import { named } from './console';
import { doorsEn } from './console_doors_en';
import { doorsZh } from './console_doors_zh';
import { fill, type Params } from './index';

export type DoorsKey = keyof typeof doorsZh;

export const doorsTables: { readonly [L in Lang]: Readonly<Record<DoorsKey, string>> } = { 'zh-CN': doorsZh, en: doorsEn };

export function d(key: DoorsKey, params?: Params): string {
  return fill(doorsTables[lang.value][key], params);
}

const isKey = (key: string): key is DoorsKey => Object.prototype.hasOwnProperty.call(doorsZh, key);

/** As named() of the console, with these sections' own words first. */
export function namedHere(prefix: string, name: string | undefined): string {
  const key = `${prefix}.${name ?? ''}`;
  return isKey(key) ? d(key) : named(prefix, name);
}
