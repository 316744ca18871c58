// The audit: every write and every sign-in, by time, kind and person; as a file, too.
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { d, namedHere, type DoorsKey } from '../../i18n/console_doors';
import { call } from '../../net/console';
import { recorded } from '../../store/console_session';
import { loaded, site } from '../../store/wall';
import { asRecords, type LedgerRecord, type Problem } from '../../wire/console';
import { apiPath } from './acts';
import { Problems } from './dialogs';
import { Action, Filters, Waiting, zoneOf } from './parts';
import { Records } from './records';
import { fromField, toField } from './zone';

const PERIODS = ['today', 'week', 'month', 'all', 'own'] as const;
type Period = (typeof PERIODS)[number];
const DAYS: { readonly [P in Period]?: number } = { today: 0, week: 6, month: 29 };
const DAY_MS = 86_400_000;
const PAGE = 200;
const KINDS = ['session*', 'account*', 'screen*', 'producer*', 'alert*', 'breach*', 'grant*', 'swap*', 'walk*', 'duty*', 'roster*', 'notice*', 'recall*', 'read*', 'ch*', 'report*'] as const;

/** Records about who came in say whose they are by their key alone. */
function withKey(record: LedgerRecord): LedgerRecord {
  const about = /^(session|account)\b/.test(record.kind) ? 'account' : /^(screen|producer)\b/.exec(record.kind)?.[1];
  if (about === undefined || record.key === undefined || record.key === record.by) return record;
  const { password: _, ...fields } = record.fields;
  return { ...record, fields: { [about]: record.key, ...fields } };
}

interface Found {
  readonly path: string;
  readonly records: readonly LedgerRecord[];
  readonly more: boolean;
}

export function Audit(): JSX.Element {
  const period = useSignal<Period>('today');
  const from = useSignal('');
  const to = useSignal('');
  const kind = useSignal('');
  const by = useSignal('');
  const found = useSignal<Found | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const busy = useSignal(false);
  const query = useComputed((): { readonly [key: string]: string } | undefined => {
    const dayStart = site.value?.day_start;
    const days = DAYS[period.value];
    const own = period.value === 'own';
    const start = own ? fromField(from.value, zoneOf()) : days === undefined || dayStart === undefined ? undefined : dayStart - days * DAY_MS;
    const end = own ? fromField(to.value, zoneOf()) : undefined;
    if (start !== undefined && end !== undefined && start >= end) return undefined;
    return { ...(start === undefined ? {} : { from: String(start) }), ...(end === undefined ? {} : { to: String(end) }), ...(kind.value ? { kind: kind.value } : {}), ...(by.value.trim() ? { by: by.value.trim() } : {}) };
  }).value;
  const path = query && apiPath('audit', { ...query, limit: String(PAGE) });
  const read = async (after?: Found): Promise<void> => {
    if (path === undefined) return;
    busy.value = true;
    const last = after?.records[after.records.length - 1]?.id;
    const answer = await call({ method: 'GET', path: last === undefined ? path : `${path}&before=${last}` });
    busy.value = false;
    if (!answer.ok) {
      problem.value = answer.problem;
      return;
    }
    problem.value = undefined;
    const page = asRecords(answer.doc).map(withKey);
    found.value = { path, records: [...(after?.records ?? []), ...page], more: page.length === PAGE };
  };
  useEffect(() => {
    // Not with each letter that is typed.
    const timer = setTimeout(() => void read(), found.peek() ? 250 : 0);
    return () => clearTimeout(timer);
  }, [path, recorded.value, loaded.value]);
  if (!loaded.value) return <Waiting />;
  const shown = found.value;
  const choosePeriod = (next: Period): void => {
    if (next === 'own' && !from.value) {
      from.value = toField(site.value?.day_start ?? Date.now(), zoneOf());
      to.value = toField((site.value?.day_start ?? Date.now()) + DAY_MS, zoneOf());
    }
    period.value = next;
  };
  return (
    <>
      <div class="toolbar">
        <Filters label={d('aud.period')} choices={PERIODS.map((id) => ({ id, text: d(`aud.${id}`) }))} value={period.value} pick={choosePeriod} />
        {period.value === 'own' && (
          <span class="audit-own">
            <input type="datetime-local" class="field" aria-label={d('aud.from')} value={from.value} onChange={(event) => { from.value = event.currentTarget.value; }} />
            <span class="muted">{d('aud.to')}</span>
            <input type="datetime-local" class="field" aria-label={d('aud.to')} value={to.value} onChange={(event) => { to.value = event.currentTarget.value; }} />
          </span>
        )}
        <select class="field" aria-label={d('aud.kind')} value={kind.value} onChange={(event) => { kind.value = event.currentTarget.value; }}>
          <option value="">{d('aud.kind')}: {d('aud.all')}</option>
          {KINDS.map((one) => <option key={one} value={one}>{d(`kind.${one}` as DoorsKey)}</option>)}
        </select>
        <input type="search" class="field" data-search aria-label={d('aud.by')} placeholder={d('aud.by')} title={d('aud.byHow')} autoComplete="off" spellcheck={false} value={by.value} onInput={(event) => { by.value = event.currentTarget.value; }} />
        <span class="grow" />
        {query && <a class="act act-plain" data-act="csv" download href={apiPath('audit', { ...query, format: 'csv' })}><span class="act-text">{d('aud.csv')}</span></a>}
      </div>
      {!query && <p class="problem is-warning" role="alert">{d('aud.wrong')}</p>}
      <Problems problem={problem.value} />
      {shown ? <div class={shown.path === path ? 'stack' : 'stack gone'}><Records records={shown.records} empty={d('aud.none')} naming={namedHere} all />
        {shown.more && <p class="audit-more"><Action text={d('aud.more')} off={busy.value} onClick={() => void read(shown)} /></p>}</div>
        : problem.value ? null : <Waiting />}
    </>
  );
}
