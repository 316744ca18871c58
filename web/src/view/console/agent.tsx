// One agent: now, today, breaks, the ladder of the month, what is on record, and the right to dispute it.
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { c, minutes, ruleName, stateName, stepName } from '../../i18n/console';
import { clockTime, count, duration, minuteTime, percent } from '../../i18n/format';
import { named } from '../../i18n/console';
import { openForm } from '../../store/console_dialog';
import { breachesOf, grantsOf } from '../../store/console_own';
import { goBack } from '../../store/console_route';
import { mayWrite, onlySelf, recorded } from '../../store/console_session';
import { agents, breaches, breakEach, everybody, grants, policy, shiftAt, shifts, whoOf } from '../../store/console_views';
import { now } from '../../store/time';
import { figuresAt, loaded, site } from '../../store/wall';
import { asRecords, type Breach, type LedgerRecord, type Shift } from '../../wire/console';
import type { AgentView } from '../../wire/types';
import { limitMark } from '../elapsed';
import { StateIcon } from '../icons';
import { apiPath, recall } from './acts';
import { BreachRow, GrantRow } from './day';
import { Problems } from './dialogs';
import { useFetched } from './fetched';
import { Action, Countdown, Nothing, reasonOf, Send, Since, Tag, Tile, Waiting, Who, zoneOf } from './parts';
import { grantFor } from './presets';
import { Records } from './records';

const MONTH_MS = 31 * 86_400_000;

interface Rung {
  readonly rule: string;
  readonly n: number;
  readonly step: string | undefined;
}

/** How far each rule has come this month: from today's breaches and from the records before them. */
export function rungsOf(today: readonly Breach[], records: readonly LedgerRecord[]): readonly Rung[] {
  const by = new Map<string, Rung>();
  const take = (rule: string, n: number, step: string | undefined): void => {
    if ((by.get(rule)?.n ?? 0) < n) by.set(rule, { rule, n, step });
  };
  for (const b of today) if (b.n !== undefined && !b.excused && b.decision?.outcome !== 'excuse') take(b.rule, b.n, b.decision?.step ?? b.step);
  for (const { kind, fields } of records) {
    const { rule, n, step, excused } = fields;
    if (kind === 'breach' && typeof rule === 'string' && typeof n === 'number' && excused !== true) take(rule, n, typeof step === 'string' ? step : undefined);
  }
  return [...by.values()].sort((a, b) => b.n - a.n);
}

function Ladder({ rungs }: { readonly rungs: readonly Rung[] }): JSX.Element {
  const ladder = policy.value?.ladder?.length ? policy.value.ladder : ['remind', 'warn', 'report'];
  if (!rungs.length) return <Nothing text={c('agent.noLadder')} />;
  return (
    <ul class="ladder">
      {rungs.map(({ rule, n }) => (
        <li key={rule} data-ladder={rule}>
          <span class="ladder-rule"><strong>{ruleName(rule)}</strong> <span class="muted">{c('agent.nBreaches', { n })}</span></span>
          <ol class="rungs">{ladder.map((step, i) => <li key={step} class={`rung${i < n ? ' reached' : ''}${i === Math.min(n, ladder.length) - 1 ? ' here' : ''}`} {...(i === Math.min(n, ladder.length) - 1 ? { 'aria-current': 'step' as const } : {})}>{i + 1} {stepName(step)}</li>)}</ol>
          <span class="muted">{c('agent.reportWarn', { step: stepName(ladder[Math.min(n, ladder.length - 1)]) })}</span>
        </li>
      ))}
    </ul>
  );
}

function BreakList({ shift }: { readonly shift: Shift }): JSX.Element {
  const zone = zoneOf();
  const left = shift.allowances_left;
  return (
    <>
      {shift.unlimited ? <p class="muted">{breakEach.value === undefined ? c('breaks.unlimitedPlain') : c('breaks.unlimited', { n: minutes(breakEach.value) })}</p>
        : left && <p>{c('breaks.left')}: {left.length ? left.map((ms, i) => <span key={i} class="allowance">{minutes(ms)}</span>) : <Tag text={c('breaks.exhausted')} level="warning" />}</p>}
      {shift.breaks?.length ? (
        <ul class="rows dense">
          {shift.breaks.map((b) => (
            <li key={b.start} class="row break-row">
              <span>{c('ui.range', { from: minuteTime(b.start, zone), to: b.end === undefined ? c('breaks.now') : minuteTime(b.end, zone) })}</span>
              <b class="time">{b.end === undefined ? <Since at={b.start} /> : duration(b.length_ms ?? b.end - b.start)}</b>
              <span class="muted">{b.allowance_ms !== undefined ? c('breaks.allowance', { n: minutes(b.allowance_ms) }) : ''}</span>
              <span>{(b.overrun_ms ?? 0) > 0 && <Tag text={`${c('ui.over')} ${duration(b.overrun_ms)}`} level={b.excused ? 'ok' : 'critical'} />}{b.excess && <Tag text={c('breaks.excess')} level="critical" />}{b.excused && <Tag text={c('day.covered')} level="ok" />}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

function StateTile({ agent }: { readonly agent: AgentView }): JSX.Element {
  const mark = useComputed(() => (agent.state === 'offline' ? undefined : limitMark(agent.since, agent.limit_ms, agent.marks?.includes('over_limit') ?? false, figuresAt.value))).value;
  const reason = reasonOf(agent);
  return (
    <Tile label={c('agent.now')} level={mark === 'over' ? 'critical' : mark === 'near' ? 'warning' : undefined}
      value={<span class={`row-state s-${agent.state}`}><StateIcon state={agent.state} />{stateName(agent.state)}</span>} {...(reason === undefined ? {} : { note: reason })}>
      <span class="tile-note"><Since at={agent.since} />{agent.limit_ms !== undefined ? ` / ${duration(agent.limit_ms)}` : ''} · {c('ui.from', { time: clockTime(agent.since, zoneOf()) })}</span>
    </Tile>
  );
}

function ShiftTiles({ shift }: { readonly shift: Shift | undefined }): JSX.Element {
  const zone = zoneOf();
  if (!shift) return <Tile label={c('agent.shift')} value="–" note={c('agent.noShift')} />;
  return (
    <>
      <Tile label={c('agent.shift')} value={c('ui.range', { from: minuteTime(shift.start, zone), to: minuteTime(shift.end, zone) })} level={shift.status === 'absent' ? 'critical' : shift.status === 'late' || shift.status === 'not_yet' ? 'warning' : undefined}>
        <span class="tile-note">{named('signin.status', shift.status)}{(shift.late_ms ?? 0) > 0 ? ` · ${c('signin.lateBy', { n: duration(shift.late_ms) })}` : ''}</span>
        {shift.deadline !== undefined && shift.deadline_kind !== undefined && <Countdown at={shift.deadline} before={named('signin.deadline', shift.deadline_kind)} {...(shift.deadline_kind.startsWith('break') || shift.deadline_kind === 'return' ? { after: c('breaks.overrun') } : { after: named('signin.past', shift.deadline_kind) })} />}
      </Tile>
      <Tile label={c('agent.adherence')} value={percent(shift.adherence)} note={`${c('agent.signedIn')} ${duration(shift.signed_in_ms)}${shift.excused_ms ? ` · ${c('agent.excused')} ${duration(shift.excused_ms)}` : ''}`} />
    </>
  );
}

export function Agent({ id }: { readonly id: string }): JSX.Element {
  const minute = useComputed(() => Math.floor(now.value / 60_000) * 60_000).value;
  const agent = agents.value?.[id];
  const shift = shiftAt(id, minute);
  const { day_start: dayStart = 0, day_end: dayEnd } = site.value ?? {};
  const pushed = [Object.entries(breaches.value ?? {}).filter(([, b]) => b.agent === id), Object.entries(grants.value ?? {}).filter(([, g]) => g.agent === id)] as const;
  // What others decide about this agent is seen at once: the record is read again when anything here changes.
  const version = JSON.stringify([pushed[0].map(([key, b]) => [key, b.decision?.at, b.dispute?.at, b.excused]), pushed[1].map(([key]) => key), onlySelf.value === undefined ? 0 : [recorded.value, minute]]);
  const records = useFetched(dayEnd === undefined ? undefined : apiPath('records', { agent: id, from: String(dayEnd - MONTH_MS), to: String(dayEnd) }), asRecords, version).value;
  const self = onlySelf.value !== undefined;
  if (!loaded.value || (agents.value === undefined && !self)) return <Waiting />;
  const own = (self ? Object.entries(breachesOf(records.doc ?? [], dayStart)) : pushed[0]).sort(([, a], [, b]) => b.at - a.at);
  const granted = (self ? Object.entries(grantsOf(records.doc ?? [], dayStart)) : pushed[1]).sort(([, a], [, b]) => b.from - a.from);
  const known = everybody.value.some((who) => who.id === id) || own.length > 0;
  const who = whoOf(id);
  const out = agent?.state === 'break' || agent?.state === 'meal';
  return (
    <>
      <header class="agent-head">
        {!self && <Action text={c('ui.back')} icon="back" bare onClick={goBack} />}
        <h2 class="agent-name"><Who id={id} />{!known && <span class="muted">{c('agent.unknown', { id: who.name ?? id })}</span>}</h2>
        {mayWrite.value && <span class="agent-acts">
          <Action text={c('alerts.grant')} icon="grant" kind="main" act="grant" onClick={() => openForm(grantFor(id, agent))} />
          <Action text={c('grant.kind.leave')} icon="roster" onClick={() => openForm({ kind: 'grant', agent: id, grant: 'leave' })} />
          <Action text={c('swap.title')} icon="swap" act="swap" onClick={() => openForm({ kind: 'swap', agent: id })} />
          {out && <Send of={`recall/${id}`} text={c('breaks.recall')} icon="recall" act="recall" onClick={() => void recall(id)} />}
        </span>}
      </header>
      <div class="tiles-row">
        {agent && <StateTile agent={agent} />}
        {shifts.value !== undefined && <ShiftTiles shift={shift} />}
        {agent && <Tile label={c('agent.handled')} value={count(agent.today?.handled ?? 0)} />}
      </div>
      <div class="columns">
        <div class="stack">
          <section class="panel" aria-labelledby="agent-breaches"><h2 id="agent-breaches">{c('agent.breaches')} <b>{own.length}</b></h2>
            {own.length ? <ul class="rows">{own.map(([key, b]) => <BreachRow key={key} id={key} breach={b} person={false} />)}</ul> : <Nothing text={c('day.noBreaches')} />}
            <p class="muted small">{c('agent.dispute')}</p>
          </section>
          <section class="panel" aria-labelledby="agent-records"><h2 id="agent-records">{c('agent.records')}</h2>
            <Problems problem={records.problem} />
            {records.doc ? <Records records={records.doc} empty={c('agent.noRecords')} agent={id} /> : records.loading ? <Waiting /> : null}
          </section>
        </div>
        <div class="stack">
          <section class="panel" aria-labelledby="agent-ladder"><h2 id="agent-ladder">{c('agent.ladder')}</h2><Ladder rungs={rungsOf(own.map(([, b]) => b), records.doc ?? [])} /></section>
          {shift && <section class="panel" aria-labelledby="agent-breaks"><h2 id="agent-breaks">{c('agent.breaks')} <b>{shift.breaks?.length ?? 0}</b></h2><BreakList shift={shift} /></section>}
          <section class="panel" aria-labelledby="agent-grants"><h2 id="agent-grants">{c('agent.grants')} <b>{granted.length}</b></h2>
            {granted.length ? <ul class="rows">{granted.map(([key, g]) => <GrantRow key={key} id={key} grant={g} at={minute} person={false} />)}</ul> : <Nothing text={c('day.noGrants')} />}
          </section>
        </div>
      </div>
    </>
  );
}
