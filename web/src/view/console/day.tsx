// The records of the day: breaches with what was decided, grants, and everything that was recorded.
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { c, named, ruleName, stepName } from '../../i18n/console';
import { clockTime, duration, minuteTime } from '../../i18n/format';
import { openForm } from '../../store/console_dialog';
import { breachFilter, BREACH_FILTERS, dayTab, DAY_TABS, type BreachFilter } from '../../store/console_filters';
import { search, teamFilter } from '../../store/console_route';
import { isAgent, mayWrite, personName } from '../../store/console_session';
import { breaches, grants, matches, whoOf } from '../../store/console_views';
import { now } from '../../store/time';
import { loaded, site } from '../../store/wall';
import { asRecords, type Breach, type Grant } from '../../wire/console';
import { apiPath, undoDecision, undoGrant } from './acts';
import { BreachFacts } from './alerts';
import { download, toCsv } from './csv';
import { Problems } from './dialogs';
import { useFetched } from './fetched';
import { Action, Cite, Filters, Nothing, SearchField, Send, Tag, TeamChoice, useSteady, Waiting, Who, zoneOf } from './parts';
import { grantForBreach } from './presets';
import { Records } from './records';
import { useSignal } from '@preact/signals';

export function inBreachFilter(which: BreachFilter, breach: Breach): boolean {
  switch (which) {
    case 'all': return true;
    case 'undecided': return !breach.decision && !breach.excused;
    case 'confirmed': return breach.decision?.outcome === 'confirm';
    case 'excused': return breach.decision?.outcome === 'excuse' || breach.excused === true;
    case 'disputed': return breach.dispute !== undefined;
  }
}

function Outcome({ breach }: { readonly breach: Breach }): JSX.Element {
  const d = breach.decision;
  if (!d) return breach.excused ? <Tag text={c('day.covered')} level="ok" /> : <Tag text={c('day.undecided')} level="warning" />;
  const outcome = d.outcome === 'confirm' ? `${c('day.confirmed')}${d.step === undefined ? '' : ` ${stepName(d.step)}`}` : c('day.excused');
  return (
    <span class="outcome"><Tag text={outcome} level={d.outcome === 'confirm' ? 'info' : 'ok'} />
      <span class="muted">{c('ui.by', { name: personName(d.by), time: d.at === undefined ? '' : minuteTime(d.at, zoneOf()) })}{d.reason ? ` · ${d.reason}` : ''}</span>
    </span>
  );
}

export function BreachRow({ id, breach, gone = false, person = true }: { readonly id: string; readonly breach: Breach; readonly gone?: boolean; readonly person?: boolean }): JSX.Element {
  const form = grantForBreach(breach);
  const open = !breach.decision && !breach.excused;
  return (
    <li class={`row breach-row${gone ? ' gone' : ''}${person ? '' : ' alone'}`} data-row data-breach={id} data-agent={breach.agent} tabIndex={-1}>
      <span class="breach-time muted">{minuteTime(breach.at, zoneOf())}</span>
      {person ? breach.agent !== undefined ? <Who id={breach.agent} name={breach.name} seat={breach.seat} team={breach.team} link /> : <span class="who" /> : null}
      <strong class="breach-rule">{ruleName(breach.rule)}</strong>
      <span class="breach-facts"><BreachFacts breach={breach} /><Outcome breach={breach} />
        {breach.dispute && <span class="dispute"><Tag text={c('day.disputed')} level="warning" /><span>{breach.dispute.text}</span></span>}
        <Cite text={breach.cite} />
      </span>
      <span class="row-acts">
        {open && mayWrite.value && <Action text={c('alerts.decide')} icon="decide" kind="main" act="decide" off={gone} onClick={() => openForm({ kind: 'decide', breach: id })} />}
        {open && form && mayWrite.value && <Action text={c('alerts.grant')} icon="grant" act="grant" off={gone} onClick={() => openForm(form)} />}
        {breach.decision && mayWrite.value && <Send of={`undecide/${id}`} text={c('decide.undo')} icon="undo" act="undo" off={gone} onClick={() => void undoDecision(id)} />}
        {!breach.dispute && (isAgent.value || !person) && <Action text={c('dispute.button')} icon="note" act="dispute" onClick={() => openForm({ kind: 'dispute', breach: id })} />}
      </span>
    </li>
  );
}

function exportBreaches(list: readonly (readonly [string, Breach])[]): void {
  const zone = zoneOf();
  const head = [c('field.start'), c('field.agent'), c('field.name'), c('field.team'), c('field.rule'), c('field.value'), c('field.limit'), c('field.n'), c('field.step'), c('field.outcome'), c('field.reason')];
  const rows = list.map(([, b]) => [
    clockTime(b.at, zone), b.agent, b.name, b.team, ruleName(b.rule), b.value_ms === undefined ? '' : duration(b.value_ms), b.limit_ms === undefined ? '' : duration(b.limit_ms), b.n,
    b.decision?.step ?? b.step ?? '', b.decision ? c(b.decision.outcome === 'confirm' ? 'day.confirmed' : 'day.excused') : c(b.excused ? 'day.covered' : 'day.undecided'), b.decision?.reason ?? '',
  ]);
  download(`${c('day.file')}-${site.peek()?.day ?? ''}.csv`, toCsv(head, rows));
}

function wantedHere(agent: string | undefined, of: { readonly name?: string; readonly seat?: string; readonly team?: string }): boolean {
  const words = search.value.trim();
  const who = agent === undefined ? undefined : whoOf(agent, of);
  return (!teamFilter.value || (of.team ?? who?.team) === teamFilter.value) && (!words || (who !== undefined && matches(who, words)));
}

function Breaches(): JSX.Element {
  const all = Object.entries(breaches.value ?? {}).filter(([, b]) => wantedHere(b.agent, b)).sort(([, a], [, b]) => b.at - a.at);
  const shown = all.filter(([, b]) => inBreachFilter(breachFilter.value, b));
  const { entries, hand } = useSteady(shown, `${breachFilter.value}|${search.value}|${teamFilter.value ?? ''}`);
  const names: { readonly [F in BreachFilter]: string } = { all: c('ui.all'), undecided: c('day.undecided'), confirmed: c('day.confirmed'), excused: c('day.excused'), disputed: c('day.disputed') };
  return (
    <>
      <div class="toolbar">
        <Filters label={c('floor.filter')} value={breachFilter.value} pick={(f) => { breachFilter.value = f; }}
          choices={BREACH_FILTERS.map((id) => ({ id, text: names[id], count: all.filter(([, b]) => inBreachFilter(id, b)).length, alarm: id === 'undecided' }))} />
        <span class="grow" /><Action text={c('ui.export')} icon="download" off={!shown.length} onClick={() => exportBreaches(shown)} />
      </div>
      <div class="panel">
        {entries.length ? <ul class="rows" {...hand}>{entries.map(({ id, item, gone }) => <BreachRow key={id} id={id} breach={item} gone={gone} />)}</ul>
          : <Nothing text={all.length ? c('ui.nothingFound') : c('day.noBreaches')} />}
      </div>
    </>
  );
}

/** 0 running, 1 later, 2 over. */
function phase(grant: Grant, at: number): 0 | 1 | 2 {
  return at < grant.from ? 1 : at < grant.to ? 0 : 2;
}

const PHASES = ['day.running', 'day.later', 'day.past'] as const;

export function GrantRow({ id, grant, at, person = true, gone = false }: { readonly id: string; readonly grant: Grant; readonly at: number; readonly person?: boolean; readonly gone?: boolean }): JSX.Element {
  const zone = zoneOf();
  const state = phase(grant, at);
  return (
    <li class={`row grant-row phase-${state}${gone ? ' gone' : ''}${person ? '' : ' alone'}`} data-row data-grant={id} data-agent={grant.agent} tabIndex={-1}>
      {person && <Who id={grant.agent} {...(grant.name === undefined ? {} : { name: grant.name })} link />}
      <strong>{named('grant.kind', grant.kind)}</strong>
      <span>{c('ui.range', { from: minuteTime(grant.from, zone), to: minuteTime(grant.to, zone) })}</span>
      <Tag text={c(PHASES[state])} {...(state === 0 ? { level: 'ok' as const } : {})} />
      <span class="grant-why">{grant.reason ?? ''}<span class="muted"> {grant.by !== undefined ? c('ui.by', { name: personName(grant.by), time: grant.at === undefined ? '' : minuteTime(grant.at, zone) }) : ''}</span></span>
      <span class="row-acts">{mayWrite.value && <Send of={`ungrant/${id}`} text={c('ui.undo')} icon="undo" act="undo" off={gone} onClick={() => void undoGrant(id)} />}</span>
    </li>
  );
}

function Grants(): JSX.Element {
  const minute = useComputed(() => Math.floor(now.value / 60_000) * 60_000).value;
  const list = Object.entries(grants.value ?? {}).filter(([, g]) => wantedHere(g.agent, {})).sort(([, a], [, b]) => phase(a, minute) - phase(b, minute) || a.from - b.from);
  const { entries, hand } = useSteady(list, `${search.value}|${teamFilter.value ?? ''}`);
  return (
    <>
      <div class="toolbar"><span class="grow" /><Action text={c('day.newGrant')} icon="grant" kind="main" onClick={() => openForm({ kind: 'grant' })} /></div>
      <div class="panel">
        {entries.length ? <ul class="rows" {...hand}>{entries.map(({ id, item, gone }) => <GrantRow key={id} id={id} grant={item} at={minute} gone={gone} />)}</ul> : <Nothing text={c('day.noGrants')} />}
      </div>
    </>
  );
}

function Audit(): JSX.Element {
  const again = useSignal(0);
  const from = site.value?.day_start;
  const to = site.value?.day_end;
  const all = useFetched(from === undefined || to === undefined ? undefined : apiPath('audit', { from: String(from), to: String(to) }), asRecords, again.value).value;
  return (
    <>
      <div class="toolbar"><span class="grow" /><Action text={c('day.refresh')} icon="refresh" off={all.loading} onClick={() => { again.value++; }} /></div>
      <Problems problem={all.problem} />
      <div class="panel">{all.doc ? <Records records={all.doc} empty={c('day.noAudit')} /> : all.loading ? <Waiting /> : null}</div>
    </>
  );
}

export function Day(): JSX.Element {
  if (!loaded.value || breaches.value === undefined) return <Waiting />;
  const counts = { breaches: Object.keys(breaches.value).length, grants: Object.keys(grants.value ?? {}).length };
  return (
    <>
      <div class="toolbar">
        <Filters label={c('go.day')} value={dayTab.value} pick={(tab) => { dayTab.value = tab; }}
          choices={DAY_TABS.map((id) => ({ id, text: c(`day.${id}`), ...(id === 'audit' ? {} : { count: counts[id] }) }))} />
        <TeamChoice /><SearchField />
      </div>
      {dayTab.value === 'breaches' ? <Breaches /> : dayTab.value === 'grants' ? <Grants /> : <Audit />}
    </>
  );
}
