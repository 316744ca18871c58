// What the sections about who may come in take from the wire: sessions, accounts, screens, producers.
import { isObject, type Json, type JsonObject } from './json';

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: Json | undefined): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

function listOf(doc: unknown, key: string): readonly JsonObject[] {
  const list = isObject(doc) ? doc[key] : undefined;
  return Array.isArray(list) ? (list as readonly Json[]).filter(isObject) : [];
}

/** Of OBJECT what is there. */
function present<T extends object>(object: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

export interface OpenSession {
  readonly id: string;
  readonly person: string;
  readonly name?: string;
  readonly role?: string;
  readonly began?: number;
  readonly seen?: number;
  readonly address?: string;
  readonly browser?: string;
  readonly current: boolean;
}

/** The newest sign of life first; one's own above all. */
export function asSessions(doc: unknown): readonly OpenSession[] {
  return listOf(doc, 'sessions').flatMap((s): OpenSession[] => {
    const id = text(s['id']);
    return id === undefined ? [] : [present<OpenSession>({
      id, person: text(s['person']) ?? '', name: text(s['name']), role: text(s['role']), began: number(s['began']), seen: number(s['seen']),
      address: text(s['address']), browser: text(s['browser']), current: s['current'] === true,
    })];
  }).sort((a, b) => Number(b.current) - Number(a.current) || (b.seen ?? 0) - (a.seen ?? 0));
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
  readonly disabled: boolean;
  readonly mustChange: boolean;
  readonly signedIn?: number;
}

function accountOf(a: JsonObject): Account[] {
  const id = text(a['id']);
  const teams = a['teams'];
  return id === undefined ? [] : [present<Account>({
    id, name: text(a['name']) ?? id, role: text(a['role']) ?? '', teams: Array.isArray(teams) ? (teams as readonly Json[]).filter((t): t is string => typeof t === 'string') : [],
    disabled: a['disabled'] === true, mustChange: a['must_change'] === true, signedIn: number(a['signed_in']),
  })];
}

export const asAccounts = (doc: unknown): readonly Account[] => listOf(doc, 'accounts').flatMap(accountOf);

/** The password the server made, told this once. */
export const asPassword = (doc: unknown): string | undefined => (isObject(doc) ? text(doc['password']) : undefined);

export interface PairedScreen {
  readonly id: string;
  readonly name: string;
  readonly board: string;
  readonly online: boolean;
  readonly pairedAt?: number;
  readonly pairedBy?: string;
  readonly seen?: number;
  readonly address?: string;
  readonly version?: string;
  readonly shows?: string;
  readonly offset?: number;
  readonly width?: number;
  readonly height?: number;
}

export interface Fleet {
  readonly now: number;
  readonly screens: readonly PairedScreen[];
}

export function asFleet(doc: unknown): Fleet {
  const screens = listOf(doc, 'screens').flatMap((s): PairedScreen[] => {
    const id = text(s['id']);
    return id === undefined ? [] : [present<PairedScreen>({
      id, name: text(s['name']) ?? id, board: text(s['board']) ?? '', online: s['online'] === true, pairedAt: number(s['paired_at']), pairedBy: text(s['paired_by']),
      seen: number(s['seen']), address: text(s['address']), version: text(s['version']), shows: text(s['shows']), offset: number(s['offset']),
      width: number(s['width']), height: number(s['height']),
    })];
  });
  return { now: (isObject(doc) ? number(doc['now']) : undefined) ?? 0, screens };
}

export interface Producer {
  readonly name: string;
  readonly madeBy?: string;
  readonly tokenMade?: number;
  readonly used?: number;
  /** Events since the daemon started. */
  readonly accepted: number;
  readonly rejected: number;
}

export const asProducers = (doc: unknown): readonly Producer[] => listOf(doc, 'producers').flatMap((p): Producer[] => {
  const name = text(p['name']);
  return name === undefined ? [] : [present<Producer>({
    name, madeBy: text(p['made_by']), tokenMade: number(p['token_made']), used: number(p['used']), accepted: number(p['accepted']) ?? 0, rejected: number(p['rejected']) ?? 0,
  })];
});
