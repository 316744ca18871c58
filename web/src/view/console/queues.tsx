// Queues: what waits, how long, and who is there to take it.
import type { JSX } from 'preact';
import { c, stateName } from '../../i18n/console';
import { count, DASH, percent } from '../../i18n/format';
import { t } from '../../i18n';
import { COLLATE } from '../../store/console_views';
import { figuresAt, loaded, queues, site } from '../../store/wall';
import { useComputed } from '@preact/signals';
import { AGENT_STATES, type QueueView } from '../../wire/types';
import { Elapsed } from '../elapsed';
import { levelOf, handlingOf, waitLevel } from '../figures';
import { LevelMark } from '../fig';
import { StateIcon } from '../icons';
import { Nothing, Waiting } from './parts';

// Mounted anew for each SINCE (its key); the limits of a queue do not change while a call waits.
function Wait({ since, queue }: { readonly since: number; readonly queue: QueueView | undefined }): JSX.Element {
  const level = useComputed(() => waitLevel(figuresAt.value - since, queue)).value;
  return <span class={level === undefined || level === 'ok' ? '' : `level level-${level}`}>{level !== undefined && level !== 'ok' && <LevelMark level={level} />}<b class="time"><Elapsed since={since} /></b></span>;
}

function Queue({ id, queue, group }: { readonly id: string; readonly queue: QueueView; readonly group: boolean }): JSX.Element {
  const level = levelOf(queue.today.service_level, queue);
  const oldest = queue.now.oldest_since;
  return (
    <tr class={group ? 'group' : ''} data-row data-queue={id} tabIndex={-1}>
      <th scope="row"><span class="name">{queue.name ?? id}</span>{group && <span class="muted"> {c('queues.group')}</span>}</th>
      <td data-label={c('queues.waiting')}><b class={queue.waiting_level && queue.waiting_level !== 'ok' ? `level level-${queue.waiting_level}` : ''}>{queue.waiting_level && queue.waiting_level !== 'ok' && <LevelMark level={queue.waiting_level} />}{count(queue.now.waiting)}</b></td>
      <td data-label={c('queues.longest')}>{oldest === undefined ? DASH : <Wait key={oldest} since={oldest} queue={queue} />}</td>
      <td data-label={c('queues.level')}><span class={level && level !== 'ok' ? `level level-${level}` : ''}>{level && level !== 'ok' && <LevelMark level={level} />}{percent(queue.today.service_level)}</span></td>
      <td data-label={c('queues.rate')}>{percent(queue.today.answer_rate)}</td>
      <td data-label={c('queues.offered')}>{count(queue.today.offered)}</td>
      <td data-label={c('queues.abandoned')}>{count(queue.today.abandoned)}</td>
      <td data-label={c('queues.staffed')}>{count(queue.now.staffed)}</td>
      <td data-label={c('queues.ready')}>{count(queue.now.agents.ready ?? 0)}</td>
      <td data-label={c('queues.handling')}>{count(handlingOf(queue.now.agents))}</td>
    </tr>
  );
}

const COLUMNS = ['queues.waiting', 'queues.longest', 'queues.level', 'queues.rate', 'queues.offered', 'queues.abandoned', 'queues.staffed', 'queues.ready', 'queues.handling'] as const;

function Calls(): JSX.Element {
  const calls = Object.entries(site.value?.now.calls ?? {}).sort(([, a], [, b]) => a.since - b.since);
  return (
    <section class="panel" aria-labelledby="calls">
      <h2 id="calls">{c('queues.calls')} <b>{count(site.value?.now.waiting)}</b></h2>
      {calls.length ? (
        <ul class="rows dense">
          {calls.map(([id, call]) => {
            const queue = queues.value?.queues[call.queue];
            return (
              <li key={id} class="row call-row"><span>{queue?.name ?? call.queue}</span><Wait key={call.since} since={call.since} queue={queue} />
                <span class="muted">{call.priority !== undefined ? t('waiting.priority', { n: call.priority }) : ''}</span></li>
            );
          })}
        </ul>
      ) : <Nothing text={c('queues.noCalls')} />}
    </section>
  );
}

function States(): JSX.Element {
  const states = site.value?.now.agents ?? {};
  return (
    <section class="panel" aria-labelledby="states">
      <h2 id="states">{c('queues.staffed')} <b>{count(site.value?.now.staffed)}</b></h2>
      <ul class="states-list">
        {AGENT_STATES.filter((s) => (states[s] ?? 0) > 0).map((s) => <li key={s} class={`s-${s}`}><span class="row-state"><StateIcon state={s} />{stateName(s)}</span><b>{count(states[s])}</b></li>)}
      </ul>
    </section>
  );
}

export function Queues(): JSX.Element {
  const view = queues.value;
  if (!loaded.value || !view) return <Waiting />;
  const list = Object.entries(view.queues).sort(([a], [b]) => COLLATE.compare(a, b));
  const groups = Object.entries(view.groups ?? {}).sort(([a], [b]) => COLLATE.compare(a, b));
  if (!list.length) return <Nothing text={c('queues.none')} />;
  return (
    <>
      <section class="panel">
        <table class="queue-table">
          <thead><tr><th scope="col">{c('queues.name')}</th>{COLUMNS.map((key) => <th key={key} scope="col">{c(key)}</th>)}</tr></thead>
          <tbody>
            {groups.map(([id, queue]) => <Queue key={`g/${id}`} id={id} queue={queue} group />)}
            {list.map(([id, queue]) => <Queue key={id} id={id} queue={queue} group={false} />)}
          </tbody>
        </table>
      </section>
      <div class="columns"><Calls /><States /></div>
    </>
  );
}
