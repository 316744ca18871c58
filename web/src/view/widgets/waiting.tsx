// Callers waiting now, how long the oldest has been waiting, and the oldest calls themselves.
import type { JSX } from 'preact';
import { count, duration } from '../../i18n/format';
import { label, t } from '../../i18n';
import type { Explained } from '../../store/dialog';
import { figuresAt, queues, site } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import type { Level, WaitingCall } from '../../wire/types';
import { fit, phone, rem } from '../box';
import { waitLevel, type Reading } from '../figures';
import { Alert, Fig, LevelMark } from '../fig';
import { Frame } from '../frame';
import { nameOf, SITE } from '../source';

const WORST: readonly Level[] = ['ok', 'warning', 'critical'];

function worse(a: Level | undefined, b: Level | undefined): Level | undefined {
  if (!a || !b) return a ?? b;
  return WORST.indexOf(a) > WORST.indexOf(b) ? a : b;
}

interface Waiting {
  readonly waiting: number;
  readonly level: Level | undefined;
  readonly oldest: number | undefined;
  readonly oldestQueue: string | undefined;
  readonly calls: readonly (readonly [string, WaitingCall])[];
}

function gather(ids: readonly string[] | undefined): Waiting {
  const all = queues.value?.queues ?? {};
  const chosen = ids ?? Object.keys(all);
  const live = site.value?.now;
  const calls = Object.entries(live?.calls ?? {})
    .filter(([, call]) => !ids || ids.includes(call.queue))
    .sort(([, a], [, b]) => a.since - b.since);
  let waiting = 0;
  let level: Level | undefined;
  let oldest: number | undefined;
  let oldestQueue: string | undefined;
  for (const id of chosen) {
    const queue = all[id];
    if (!queue) continue;
    waiting += queue.now.waiting;
    level = worse(level, queue.waiting_level);
    const since = queue.now.oldest_since;
    if (since !== undefined && (oldest === undefined || since < oldest)) {
      oldest = since;
      oldestQueue = id;
    }
  }
  // The site's own count has each caller once.
  if (!ids && live) ({ waiting, oldest_since: oldest, oldest_queue: oldestQueue } = { oldest_since: undefined, oldest_queue: undefined, ...live });
  return { waiting, level, oldest, oldestQueue, calls };
}

function longest(ids: readonly string[] | undefined): Reading {
  const { oldest, oldestQueue } = gather(ids);
  const waited = oldest === undefined ? undefined : figuresAt.value - oldest;
  return { text: duration(waited), level: oldestQueue === undefined ? undefined : waitLevel(waited, queues.value?.queues[oldestQueue]) };
}

function Longest({ ids }: { readonly ids: readonly string[] | undefined }): JSX.Element {
  const reading = longest(ids);
  return (
    <span class={`value${reading.level && reading.level !== 'ok' ? ` is-${reading.level}` : ''}`}>
      {reading.text}<Alert level={reading.level} />
    </span>
  );
}

function Call({ call }: { readonly call: WaitingCall }): JSX.Element {
  const queue = queues.value?.queues[call.queue];
  const waited = figuresAt.value - call.since;
  const level = waitLevel(waited, queue) ?? 'ok';
  return (
    <li class={level === 'ok' ? '' : `is-${level}`}>
      <LevelMark level={level} />
      <span class="ellipsis">{queue?.name ?? call.queue}</span>
      {call.priority ? <span class="priority">{t('waiting.priority', { n: call.priority })}</span> : null}
      <span class="time">{duration(waited)}</span>
    </li>
  );
}

export function WaitingNow({ widget }: { readonly widget: WidgetOf<'waiting'> }): JSX.Element {
  const ids = widget.queues;
  const scope = (): string => (ids ? ids.map((id) => queues.value?.queues[id]?.name ?? id).join(', ') : nameOf(SITE));
  const explain = (id: 'waiting' | 'longest_now') => (): Explained => ({
    kind: 'figure', id, scope, window: 'now',
    read: () => {
      if (id === 'longest_now') return longest(ids);
      const { waiting, level } = gather(ids);
      return { text: count(waiting), level };
    },
  });
  return (
    <Frame widget={widget} ready={queues.value !== undefined}>
      {(box) => {
        const { waiting, level, oldest, calls } = gather(ids);
        const list = widget.list !== false;
        const wish = Math.min(widget.count ?? 8, 20);
        const rowPx = rem.value * 1.75;
        const room = phone.value ? wish : Math.floor((box.h * (wish > 5 ? 0.66 : 0.55)) / rowPx);
        const rows = list ? Math.max(0, Math.min(wish, room)) : 0;
        const hidden = calls.length > rows || waiting > calls.length;
        const shown = calls.slice(0, hidden && rows > 1 ? rows - 1 : rows);
        const top = { w: box.w, h: box.h - rows * rowPx - 2 };
        const em = fit(top, 7.4, 1.85, phone.value ? rem.value * 2.6 : Infinity);
        return (
          <div class="waiting">
            <div class="pair">
              <Fig explain={explain('waiting')} class="total" figure="waiting" em={em}>
                <span class="label">{label('waiting')}</span>
                <span class={`value${level && level !== 'ok' ? ` is-${level}` : ''}`}>{count(waiting)}<Alert level={level} /></span>
              </Fig>
              <Fig explain={explain('longest_now')} class="total" figure="longest_now" em={em}>
                <span class="label">{label('longest_now')}</span>
                {oldest === undefined ? <span class="value">–</span> : <Longest ids={ids} />}
              </Fig>
            </div>
            {rows > 0 && (
              <ul class="calls">
                {shown.map(([id, call]) => <Call key={id} call={call} />)}
                {!calls.length && <li class="none">{t('waiting.none')}</li>}
                {hidden && waiting > shown.length && <li class="none">{t('waiting.more', { n: waiting - shown.length })}</li>}
              </ul>
            )}
          </div>
        );
      }}
    </Frame>
  );
}
