// Lines of the ledger, whatever they hold: known members in words, times as times, the rest as written.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c, named, roleName, ruleName, stepName } from '../../i18n/console';
import { duration, moment } from '../../i18n/format';
import { nameOf } from './acts';
import { subjectText } from './alerts';
import { personName } from '../../store/console_session';
import { site } from '../../store/wall';
import type { LedgerRecord } from '../../wire/console';
import { isObject, type Json, type JsonObject } from '../../wire/json';
import { t } from '../../i18n';
import { Action, Nothing, Tag, zoneOf } from './parts';

const SHOWN_MAX = 300;

const TIMES: readonly string[] = ['from', 'to', 'until', 'since', 'due'];

function valueText(key: string, value: Json): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return c(value ? 'yes' : 'no');
  if (typeof value === 'number') {
    if (TIMES.includes(key) && value > 1e11) return moment(value, zoneOf(), site.value?.day_start);
    return key.endsWith('_ms') ? duration(value) : key.endsWith('_fen') ? c('day.money', { n: value / 100 }) : String(value);
  }
  if (typeof value === 'string') {
    switch (key) {
      case 'role': return roleName(value);
      case 'rule': return ruleName(value);
      case 'agent': return `${nameOf(value)}${nameOf(value) === value ? '' : ` ${value}`}`;
      case 'step': return stepName(value);
      case 'tick': return named('walk.tick', value);
      case 'grant_kind': return named('grant.kind', value);
      case 'outcome': return value === 'confirm' ? c('day.confirmed') : value === 'excuse' ? c('day.excused') : value;
      case 'item': case 'subject': return itemText(value);
      default: return value;
    }
  }
  if (isObject(value)) return fieldsText(value);
  return (value as readonly Json[]).map((one) => valueText(key, one)).join(', ');
}

/** "agent:1001" as the agent's name. */
function itemText(subject: string): string {
  return subject.startsWith('agent:') ? nameOf(subject.slice(6)) : subjectText({ subject });
}

type Naming = (prefix: string, name: string | undefined) => string;

function fieldsText(fields: JsonObject, naming: Naming = named): string {
  const shown = Object.entries(fields).filter(([, value]) => value !== false && !(Array.isArray(value) && !value.length));
  return shown.map(([key, value]) => `${naming('field', key.replace(/_(ms|fen)$/, ''))} ${valueText(key, value)}`).join(' · ');
}

/** NAMING: how kinds and members are called; ALL: none is left out at first. */
export function Records({ records, empty, agent, naming = named, all: whole = false }: { readonly records: readonly LedgerRecord[]; readonly empty: string; readonly agent?: string; readonly naming?: Naming; readonly all?: boolean }): JSX.Element {
  const all = useSignal(whole);
  if (!records.length) return <Nothing text={empty} />;
  const shown = all.value ? records : records.slice(0, SHOWN_MAX);
  return (
    <>
      <ul class="rows dense records">
        {shown.map((record, i) => {
          const fields = Object.fromEntries(Object.entries(record.fields).filter(([key, value]) => key !== 'agent' || value !== agent));
          return (
            <li key={record.id ?? i} class="row record-row" data-row data-record={record.kind} tabIndex={-1}>
              <span class="muted record-time">{moment(record.at, zoneOf(), site.value?.day_start)}</span>
              <Tag text={naming('record', record.kind)} />
              <span class="record-text">{fieldsText(fields, naming)}</span>
              <span class="muted record-by">{personName(record.by)}</span>
            </li>
          );
        })}
      </ul>
      {shown.length < records.length && <Action text={t('ui.more', { n: records.length - shown.length })} onClick={() => { all.value = true; }} />}
    </>
  );
}
