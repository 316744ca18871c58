// Looks texts up in the language of the screen, and fills in their parameters.
import { lang, type Lang } from '../store/prefs';
import { en } from './en';
import { figureLabel, type FigureId } from './figures';
import { zh, type Key } from './zh';

export type { Key } from './zh';
export type { FigureId } from './figures';
export type Params = { readonly [name: string]: string | number };

export const tables: { readonly [L in Lang]: Readonly<Record<Key, string>> } = { 'zh-CN': zh, en };

export function fill(text: string, params: Params | undefined): string {
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : String(value);
  });
}

/** The text KEY in the language now shown. */
export function t(key: Key, params?: Params): string {
  return fill(tables[lang.value][key], params);
}

export function label(id: FigureId): string {
  return figureLabel(id, lang.value);
}
