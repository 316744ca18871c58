// Alerts and what waits for a decision: acknowledge, decide, grant, each in two touches at most.
import type { JSX } from 'preact';
import { c, minutes, quantity, roleName, ruleName, stepName } from '../../i18n/console';
import { clockTime, duration, minuteTime } from '../../i18n/format';
import { openForm } from '../../store/console_dialog';
import { alertFilter as filter, ALERT_FILTERS, type AlertFilter } from '../../store/console_filters';
import { teamFilter } from '../../store/console_route';
import { personName } from '../../store/console_session';
import { alerts, breaches, teamName, unacked, undecided, whoOf } from '../../store/console_views';
import { loaded, queues } from '../../store/wall';
import type { Alert, Breach } from '../../wire/console';
import type { Severity } from '../../wire/types';
import { acknowledge } from './acts';
import { Action, Cite, Filters, Nothing, Send, SeverityMark, Since, Tag, TeamChoice, useSteady, Waiting, Who, zoneOf } from './parts';
import { grantForAlert, grantForBreach } from './presets';

const RANK: { readonly [S in Severity]: number } = { critical: 0, warning: 1, info: 2 };

/** Whom or what an alert is about. */
export function subjectText(alert: { readonly subject?: string; readonly queue?: string; readonly team?: string }): string {
  const [kind = '', ...rest] = (alert.subject ?? '').split(':');
  const id = rest.join(':');
  switch (kind) {
    case 'site': return c('subject.site');
    case 'team': return c('subject.team', { name: teamName(id) });
    case 'queue': return c('subject.queue', { name: queues.value?.queues[id]?.name ?? queues.value?.groups?.[id]?.name ?? id });
    case 'walk': return id === 'duty' ? c('subject.duty') : `${c('subject.walk')} ${/T(\d\d:\d\d)$/.exec(id)?.[1] ?? ''}`.trim();
    case 'alarm': return c('subject.alarm', { name: id });
    case 'duty': return c('subject.duty');
    default: return alert.subject ?? '';
  }
}

function Figures({ alert }: { readonly alert: Alert }): JSX.Element {
  const since = alert.since ?? alert.opened;
  // A time goes on by itself; counts and shares are those of the opening.
  return (
    <span class="alert-figures">
      <Since at={since} label={c('alerts.since')} />
      {alert.value !== undefined && alert.unit !== 'ms' && <span>{c('alerts.valueAtOpen', { n: quantity(alert.value, alert.unit) })}</span>}
      {alert.limit !== undefined && alert.limit > 0 && <span class="muted">{c('alerts.limit', { n: alert.unit === 'ms' ? minutes(alert.limit) : quantity(alert.limit, alert.unit) })}</span>}
      <span class="muted">{c('ui.from', { time: clockTime(since, zoneOf()) })}</span>
    </span>
  );
}

function AlertRow({ id, alert, gone }: { readonly id: string; readonly alert: Alert; readonly gone: boolean }): JSX.Element {
  const zone = zoneOf();
  const acked = alert.acked_at !== undefined || alert.acked_by !== undefined;
  const breach = alert.breach === undefined ? undefined : breaches.value?.[alert.breach];
  const form = grantForAlert(alert);
  return (
    <li class={`row alert-row sev-${alert.severity}${acked ? ' acked' : ''}${gone ? ' gone' : ''}`} data-row data-alert={id} data-agent={alert.agent} tabIndex={-1}>
      <span class="alert-what"><SeverityMark level={alert.severity} /><strong>{ruleName(alert.rule)}</strong></span>
      <span class="alert-who">{alert.agent !== undefined ? <Who id={alert.agent} name={alert.name} seat={alert.seat} team={alert.team} link /> : <span>{subjectText(alert)}</span>}</span>
      <Figures alert={alert} />
      <span class="alert-notes">
        {gone && <Tag text={c('ui.gone')} />}
        {acked && <Tag text={c('alerts.ackedBy', { name: personName(alert.acked_by), time: alert.acked_at === undefined ? '' : minuteTime(alert.acked_at, zone) })} level="ok" />}
        {alert.escalated_at !== undefined && <Tag text={c('alerts.escalated', { role: roleName(alert.to), time: minuteTime(alert.escalated_at, zone) })} level="critical" />}
        {alert.escalated_at === undefined && !acked && alert.to !== undefined && <span class="muted">{c('alerts.to', { role: roleName(alert.to) })}</span>}
        {breach?.decision && <Tag text={c('decide.decided')} level="ok" />}
        <Cite text={alert.cite} />
      </span>
      <span class="row-acts">
        {!acked && <Send of={`ack/${id}`} text={c('alerts.ack')} icon="check" kind="main" act="ack" off={gone} onClick={() => void acknowledge(id)} />}
        {alert.breach !== undefined && !breach?.decision && <Action text={c('alerts.decide')} icon="decide" act="decide" off={gone} onClick={() => { if (alert.breach !== undefined) openForm({ kind: 'decide', breach: alert.breach }); }} />}
        {form && <Action text={c('alerts.grant')} icon="grant" act="grant" off={gone} onClick={() => openForm(form)} />}
      </span>
    </li>
  );
}

/** What was broken, by how much, and which step the ladder proposes. */
export function BreachFacts({ breach }: { readonly breach: Breach }): JSX.Element {
  return (
    <>
      {breach.value_ms !== undefined && <span class="breach-value">{!breach.limit_ms ? duration(breach.value_ms) : c('day.ofLimit', { value: duration(breach.value_ms), limit: duration(breach.limit_ms) })}</span>}
      {breach.value_ms === undefined && (breach.limit_ms ?? 0) > 0 && <span>{c('alerts.limit', { n: minutes(breach.limit_ms ?? 0) })}</span>}
      {breach.n !== undefined && <span>{c('day.nth', { n: breach.n })}</span>}
      {breach.step !== undefined && !breach.excused && <Tag text={stepName(breach.step)} level={breach.step === 'report' ? 'critical' : breach.step === 'warn' ? 'warning' : 'info'} />}
      {(breach.points ?? 0) > 0 && <span class="muted">{c('day.points', { n: breach.points ?? 0 })}</span>}
      {(breach.money_fen ?? 0) > 0 && <span class="muted">{c('day.money', { n: (breach.money_fen ?? 0) / 100 })}</span>}
    </>
  );
}

export function UndecidedRow({ id, breach, gone = false }: { readonly id: string; readonly breach: Breach; readonly gone?: boolean }): JSX.Element {
  const form = grantForBreach(breach);
  return (
    <li class={`row breach-row${gone ? ' gone' : ''}`} data-row data-breach={id} data-agent={breach.agent} tabIndex={-1}>
      <span class="breach-time muted">{minuteTime(breach.at, zoneOf())}</span>
      {breach.agent !== undefined ? <Who id={breach.agent} name={breach.name} seat={breach.seat} team={breach.team} link /> : <span />}
      <strong class="breach-rule">{ruleName(breach.rule)}</strong>
      <span class="breach-facts"><BreachFacts breach={breach} />{breach.dispute && <Tag text={c('day.disputed')} level="warning" />}<Cite text={breach.cite} /></span>
      <span class="row-acts">
        <Action text={c('alerts.decide')} icon="decide" kind="main" act="decide" off={gone} onClick={() => openForm({ kind: 'decide', breach: id })} />
        {form && <Action text={c('alerts.grant')} icon="grant" act="grant" off={gone} onClick={() => openForm(form)} />}
      </span>
    </li>
  );
}

function Undecided(): JSX.Element {
  const team = teamFilter.value;
  const list = undecided.value.filter(([, b]) => !team || b.team === team || (b.agent !== undefined && whoOf(b.agent).team === team));
  const { entries, hand } = useSteady(list, `undecided|${team ?? ''}`);
  return entries.length ? <ul class="rows" {...hand}>{entries.map(({ id, item, gone }) => <UndecidedRow key={id} id={id} breach={item} gone={gone} />)}</ul> : <Nothing text={c('alerts.noUndecided')} />;
}

function List(): JSX.Element {
  const team = teamFilter.value;
  const list = (filter.value === 'unacked' ? unacked.value : Object.entries(alerts.value ?? {}))
    .filter(([, a]) => !team || a.team === undefined || a.team === team)
    .sort(([, a], [, b]) => RANK[a.severity] - RANK[b.severity] || Number(a.acked_at !== undefined) - Number(b.acked_at !== undefined) || a.opened - b.opened);
  const { entries, hand } = useSteady(list, `${filter.value}|${team ?? ''}`);
  if (!entries.length) return filter.value === 'unacked' && Object.keys(alerts.value ?? {}).length ? <Nothing text={c('alerts.noneUnacked')} /> : <Nothing text={c('alerts.none')} how={c('alerts.noneHow')} />;
  return <ul class="rows alert-list" {...hand}>{entries.map(({ id, item, gone }) => <AlertRow key={id} id={id} alert={item} gone={gone} />)}</ul>;
}

export function Alerts(): JSX.Element {
  if (!loaded.value || alerts.value === undefined) return <Waiting />;
  const names: { readonly [F in AlertFilter]: string } = { open: c('alerts.open'), unacked: c('alerts.unacked'), undecided: c('alerts.undecided') };
  const counts: { readonly [F in AlertFilter]: number } = { open: Object.keys(alerts.value).length, unacked: unacked.value.length, undecided: undecided.value.length };
  return (
    <>
      <div class="toolbar">
        <Filters label={c('floor.filter')} value={filter.value} pick={(f) => { filter.value = f; }} choices={ALERT_FILTERS.map((id) => ({ id, text: names[id], count: counts[id], alarm: id === 'unacked' }))} />
        <TeamChoice />
      </div>
      <div class="panel">{filter.value === 'undecided' ? <Undecided /> : <List />}</div>
    </>
  );
}
