// The floor walk in the leader's hand: what to look at now, by rank and seat, ticked with a thumb; and the day's walks.
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c, named, ruleName, stateName } from '../../i18n/console';
import { clockTime, duration, minuteTime, percent } from '../../i18n/format';
import { openForm } from '../../store/console_dialog';
import { personName, session } from '../../store/console_session';
import { soundWanted, setSoundWanted } from '../../store/console_settings';
import { toggleSound, unlocked } from '../../store/console_sound';
import { teamName, walk, whoOf } from '../../store/console_views';
import { clock, now } from '../../store/time';
import { loaded, site } from '../../store/wall';
import { AGENT_STATES } from '../../wire/types';
import { TICKS, type CurrentWalk, type PastWalk, type WalkItem, type WalkView } from '../../wire/console';
import { noteItem, startWalk, tick } from './acts';
import { subjectText } from './alerts';
import { download, toCsv } from './csv';
import { Problems } from './dialogs';
import { dayTime } from './zone';
import { Action, Countdown, Nothing, Send, Since, Tag, Tile, useSteady, Waiting, Who, zoneOf } from './parts';
import type { Problem } from '../../wire/console';

function itemName(item: WalkItem): string {
  const who = item.agent === undefined ? undefined : whoOf(item.agent, item);
  return who ? [who.seat, who.name ?? who.id].filter(Boolean).join(' ') : item.subject !== undefined ? subjectText(item) : (item.text ?? '');
}

function Item({ walkId, id, item, started, gone }: { readonly walkId: string; readonly id: string; readonly item: WalkItem; readonly started: boolean; readonly gone: boolean }): JSX.Element {
  const what = itemName(item);
  const state = AGENT_STATES.find((s) => s === item.text);
  const words = [item.rule === undefined ? undefined : ruleName(item.rule), state ? stateName(state) : item.text].filter((w) => w !== undefined && w !== '').join(' · ');
  return (
    <li class={`walk-item${item.tick ? ' ticked' : ''}${gone ? ' gone' : ''}`} data-row data-item={id} data-agent={item.agent} tabIndex={-1}>
      <span class="rank">{item.rank}</span>
      <div class="walk-what">
        {item.agent !== undefined ? <Who id={item.agent} name={item.name} seat={item.seat} team={item.team} link /> : <strong class="walk-subject">{item.subject !== undefined ? subjectText(item) : item.team !== undefined ? teamName(item.team) : ''}</strong>}
        <span class="walk-why"><Tag text={named('walk.kind', item.kind)} level={item.kind === 'alert' || item.kind === 'over_limit' ? 'warning' : 'info'} />{words && <span>{words}</span>}{item.since !== undefined && <Since at={item.since} />}</span>
        {item.note !== undefined && item.note !== '' && <p class="walk-note">{item.note}</p>}
        {item.tick && item.by !== undefined && <span class="muted">{c('walk.tickBy', { name: personName(item.by), time: item.at === undefined ? '' : minuteTime(item.at, zoneOf()) })}</span>}
      </div>
      <div class="ticks" role="group" aria-label={what}>
        {TICKS.map((name) => (
          <Send key={name} of={`tick/${walkId}/${id}`} text={named('walk.tick', name)} act={`tick-${name}`} kind={item.tick === name ? 'main' : 'plain'} pressed={item.tick === name} off={!started || gone}
            onClick={() => void tick(walkId, id, item.tick === name ? undefined : name, item.tick, what)} />
        ))}
        <Action text={c('walk.note')} icon="note" act="note" kind="quiet" bare off={!started || gone} onClick={() => openForm({ kind: 'note', walk: walkId, item: id })} />
      </div>
    </li>
  );
}

function Notes({ walk: current }: { readonly walk: CurrentWalk }): JSX.Element {
  const typed = useSignal<string | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const text = typed.value ?? current.notes ?? '';
  const save = async (): Promise<void> => {
    problem.value = await noteItem(current.id, undefined, text);
    if (!problem.value) typed.value = undefined;
  };
  return (
    <form class="walk-notes" onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <label class="form-label" for="walk-notes">{c('walk.notes')}</label>
      <textarea id="walk-notes" class="field" rows={3} maxLength={2000} placeholder={c('walk.notesHow')} value={text} onInput={(event) => { typed.value = event.currentTarget.value; }} />
      <Problems problem={problem.value} />
      <Send of={`note/${current.id}/`} text={c('walk.noteSave')} icon="check" submit off={typed.value === undefined || typed.value === (current.notes ?? '')} />
    </form>
  );
}

function Current({ walk: current }: { readonly walk: CurrentWalk }): JSX.Element {
  const zone = zoneOf();
  const started = current.state === 'started';
  const list = Object.entries(current.items ?? {}).sort(([, a], [, b]) => a.rank - b.rank);
  const { entries, hand } = useSteady(list, current.id);
  const ticked = list.filter(([, item]) => item.tick).length;
  return (
    <section class={`panel walk-now state-${current.state}`} aria-labelledby="walk-now">
      <header class="walk-head">
        <h2 id="walk-now">{c('walk.due', { time: minuteTime(current.due, zone) })}</h2>
        <Tag text={named('walk.state', current.state)} level={started ? 'ok' : current.state === 'reminded' ? 'critical' : 'warning'} />
        {started && current.started !== undefined ? <span class="muted">{c('walk.started', { name: personName(current.by), time: minuteTime(current.started, zone) })}</span> : <Since at={current.due} />}
        <span class="grow" />
        {started && list.length > 0 && <span class="progress"><progress max={list.length} value={ticked} aria-label={c('walk.progress', { n: ticked, m: list.length })} />{c('walk.progress', { n: ticked, m: list.length })}</span>}
        {!started && <Send of={`walk/${current.id}`} text={c('walk.start')} icon="walk" kind="main" act="start" onClick={() => void startWalk(current.id)} />}
        {started && <Action text={c('walk.close')} icon="check" kind="main" act="start" onClick={() => openForm({ kind: 'close_walk', walk: current.id })} />}
      </header>
      {list.length > 0 && <p class="muted">{c('walk.items')}</p>}
      {entries.length ? <ol class="walk-items" {...hand}>{entries.map(({ id, item, gone }) => <Item key={id} walkId={current.id} id={id} item={item} started={started} gone={gone} />)}</ol> : <Nothing text={c('walk.noItems')} />}
      {started && <Notes key={current.id} walk={current} />}
    </section>
  );
}

function Chime(): JSX.Element {
  const on = soundWanted.value && unlocked.value;
  return (
    <span class="chime">
      <Action text={c(on ? 'sound.on' : soundWanted.value ? 'sound.unlock' : 'sound.off')} icon={on ? 'sound' : 'mute'} pressed={on} onClick={() => void toggleSound()} />
      {soundWanted.value && !unlocked.value && <><span class="muted">{c('sound.how')}</span><Action text={c('sound.off')} icon="mute" bare kind="quiet" onClick={() => setSoundWanted(false)} /></>}
    </span>
  );
}

function Duty({ view }: { readonly view: WalkView }): JSX.Element {
  const zone = zoneOf();
  const { due = 0, done = 0, missed = 0 } = view.today ?? {};
  const duty = view.duty;
  return (
    <div class="tiles-row">
      <Tile label={c('walk.duty')} level={duty ? undefined : 'critical'} value={duty ? (duty.name ?? (personName(duty.person) || '–')) : c('walk.noDuty')}
        {...(!duty ? { note: c('line.walkGap') } : duty.until === undefined ? {} : { note: c('ui.until', { time: dayTime(duty.until, clock.now(), zone) }) })}>
        <Action text={c('walk.handOver')} icon="person" onClick={() => openForm({ kind: 'duty' })} />
      </Tile>
      <Tile label={c('walk.next')} value={view.next === undefined ? '–' : minuteTime(view.next, zone)} {...(view.every_ms === undefined ? {} : { note: c('walk.every', { n: Math.round(view.every_ms / 60_000) }) })}>
        {view.next !== undefined && <Countdown at={view.next} before={c('walk.nextIn')} />}
      </Tile>
      <Tile label={c('walk.today')} value={due > 0 ? percent(done / due) : '–'} level={missed > 0 ? 'warning' : undefined}
        note={due === 0 ? c('walk.noPast') : `${c('walk.todayOf', { done, due })}${missed > 0 ? ` · ${c('walk.missed', { n: missed })}` : ''}`} />
      <Chime />
    </div>
  );
}

function pastRows(past: { readonly [id: string]: PastWalk }): readonly (readonly [string, PastWalk])[] {
  return Object.entries(past).sort(([, a], [, b]) => b.due - a.due);
}

function exportWalks(past: { readonly [id: string]: PastWalk }): void {
  const zone = zoneOf();
  const rows = pastRows(past).map(([, w]) => [minuteTime(w.due, zone), named('walk.state', w.state), personName(w.by), w.started === undefined ? '' : clockTime(w.started, zone), w.closed === undefined ? '' : clockTime(w.closed, zone), w.items, w.ticked]);
  const head = [c('walk.title'), c('signin.shift'), c('walk.duty'), c('field.start'), c('field.end'), c('walk.items'), c('field.tick')];
  download(`${c('walk.report')}-${site.peek()?.day ?? ''}.csv`, toCsv(head, rows));
}

function Past({ past }: { readonly past: { readonly [id: string]: PastWalk } }): JSX.Element {
  const zone = zoneOf();
  const rows = pastRows(past);
  return (
    <section class="panel report" aria-labelledby="walk-past">
      <header class="panel-head"><h2 id="walk-past">{c('walk.report')}</h2><span class="grow" />
        <Action text={c('ui.print')} icon="print" bare kind="quiet" onClick={() => print()} />
        <Action text={c('ui.export')} icon="download" off={!rows.length} onClick={() => exportWalks(past)} />
      </header>
      {rows.length ? (
        <ul class="rows dense">
          {rows.map(([id, w]) => (
            <li key={id} class="row past-row">
              <b>{minuteTime(w.due, zone)}</b>
              <Tag text={named('walk.state', w.state)} level={w.state === 'done' ? 'ok' : 'critical'} />
              <span>{personName(w.by) || '–'}</span>
              <span class="muted">{w.started !== undefined && w.started - w.due >= 60_000 ? c('walk.lateBy', { n: duration(w.started - w.due) }) : ''}{w.closed !== undefined && w.started !== undefined ? ` ${c('walk.took', { n: duration(w.closed - w.started) })}` : ''}</span>
              <span class="muted">{w.items !== undefined ? c('walk.ticked', { n: w.ticked ?? 0, m: w.items }) : ''}</span>
            </li>
          ))}
        </ul>
      ) : <Nothing text={c('walk.noPast')} />}
    </section>
  );
}

export function Walk(): JSX.Element {
  const view = walk.value;
  if (!loaded.value || !view) return <Waiting />;
  return (
    <>
      <Duty view={view} />
      {view.walk ? <Current key={view.walk.id} walk={view.walk} /> : <section class="panel"><Nothing text={c('walk.noneDue')} /></section>}
      <Past past={view.past ?? {}} />
    </>
  );
}

/** Above every section while a walk waits for the one on duty. */
export function WalkReminder(): JSX.Element | null {
  const view = walk.value;
  const current = view?.walk;
  const quiet = useComputed(() => {
    const w = walk.value?.walk;
    return !w || w.state === 'started' || now.value < w.due;
  }).value;
  const me = session.value;
  const duty = view?.duty;
  // Whose duty it is not hears of it when it is late.
  const mine = me?.open === true || duty === undefined || me?.person === undefined || duty.person === undefined || duty.person === me.person;
  if (quiet || !current || (!mine && current.state !== 'reminded')) return null;
  return (
    <p class={`banner walk-banner is-${current.state === 'reminded' ? 'critical' : 'warning'}`} role="alert">
      <span>{c(current.state === 'reminded' ? 'line.walkRemind' : 'line.walkDue', { time: minuteTime(current.due, zoneOf()) })} <Since at={current.due} /></span>
      <a class="act act-plain" href="#walk"><span class="act-text">{c('go.walk')}</span></a>
    </p>
  );
}
