// What an agent sees of themselves: the views of breaches and grants are the leaders', the records of oneself are one's own.
import { GRANT_KINDS, type Breach, type Decision, type Grant, type LedgerRecord } from '../wire/console';
import type { Json } from '../wire/json';

type Table<T> = { readonly [id: string]: T };

const number = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** OBJECT without what is undefined. */
function present<T extends object>(object: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

function oldestFirst(records: readonly LedgerRecord[]): readonly LedgerRecord[] {
  return [...records].sort((a, b) => Number(a.id) - Number(b.id));
}

function withoutDecision({ decision: _, ...rest }: Breach): Breach {
  return rest;
}

/** The breaches since FROM of whom RECORDS are, by their ids. */
export function breachesOf(records: readonly LedgerRecord[], from: number): Table<Breach> {
  const all = new Map<string, Breach>();
  for (const { kind, key, by, at, fields: f } of oldestFirst(records)) {
    if (key === undefined) continue;
    const breach = all.get(key);
    if (kind === 'breach') {
      const rule = text(f['rule']);
      const since = number(f['since']);
      if (rule === undefined || since === undefined || since < from) continue;
      all.set(key, present<Breach>({
        ...breach, rule, at: since, until: number(f['until']), value_ms: number(f['value_ms']), limit_ms: number(f['limit_ms']), n: number(f['n']), step: text(f['step']),
        excused: f['excused'] === true, agent: text(f['agent']),
      }));
    } else if (kind === 'breach.void') all.delete(key);
    else if (!breach) continue;
    else if (kind === 'breach.decision') {
      const outcome: Decision['outcome'] = f['outcome'] === 'excuse' ? 'excuse' : 'confirm';
      all.set(key, { ...breach, decision: present<Decision>({ outcome, step: text(f['step']), reason: text(f['reason']), by, at }) });
    } else if (kind === 'breach.decision.undo') all.set(key, withoutDecision(breach));
    else if (kind === 'breach.dispute') all.set(key, { ...breach, dispute: { text: text(f['text']) ?? '', ...(by === undefined ? {} : { by }), ...(at === undefined ? {} : { at }) } });
  }
  return Object.fromEntries(all);
}

/** The grants that reach beyond FROM of whom RECORDS are, by their ids. */
export function grantsOf(records: readonly LedgerRecord[], from: number): Table<Grant> {
  const all = new Map<string, Grant>();
  for (const { kind, key, by, at, fields: f } of oldestFirst(records)) {
    if (key === undefined) continue;
    if (kind === 'grant.undo') all.delete(key);
    if (kind !== 'grant') continue;
    const [agent, start, end] = [text(f['agent']), number(f['from']), number(f['to'])];
    const what = GRANT_KINDS.find((one) => one === f['grant_kind']);
    if (agent === undefined || what === undefined || start === undefined || end === undefined || end < from) continue;
    all.set(key, present<Grant>({ agent, kind: what, from: start, to: end, reason: text(f['reason']), by, at }));
  }
  return Object.fromEntries(all);
}
