// Notices of the floor, and alarms from outside.
import type { JSX } from 'preact';
import { minuteTime, moment } from '../../i18n/format';
import { t } from '../../i18n';
import { now } from '../../store/time';
import { site } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import type { Severity } from '../../wire/types';
import { phone, rem, emWidth } from '../box';
import { Empty, Frame } from '../frame';
import { LevelIcon } from '../icons';
import { useComputed } from '@preact/signals';

interface Item {
  readonly key: string;
  readonly severity: Severity;
  readonly text: string;
  readonly since: number;
  readonly until: number | undefined;
  readonly source: string | undefined;
}

const RANK: { readonly [S in Severity]: number } = { critical: 0, warning: 1, info: 2 };
const TURN_MS = 8000;

function itemsOf(kinds: readonly string[]): readonly Item[] {
  const view = site.value;
  const minute = Math.floor(now.value / 5000) * 5000;
  const alarms = kinds.includes('alarms') ? (view?.alarms ?? []).map((a): Item => ({ key: `a/${a.source}/${a.since}/${a.text}`, severity: a.severity, text: a.text, since: a.since, until: undefined, source: a.source })) : [];
  const notices = kinds.includes('notices') ? (view?.notices ?? [])
    .filter((n) => n.until === undefined || n.until > minute)
    .map((n): Item => ({ key: `n/${n.since}/${n.text}`, severity: 'info', text: n.text, since: n.since, until: n.until, source: undefined })) : [];
  return [...alarms, ...notices].sort((a, b) => RANK[a.severity] - RANK[b.severity] || b.since - a.since);
}

export function Notices({ widget }: { readonly widget: WidgetOf<'notices'> }): JSX.Element {
  const turn = useComputed(() => Math.floor(now.value / TURN_MS));
  return (
    <Frame widget={widget}>
      {(box) => {
        const items = itemsOf(widget.kinds ?? ['alarms', 'notices']);
        if (!items.length) return <Empty text={t('notices.none')} />;
        const em = Math.min(rem.value * 1.05, box.w / 14);
        const lineOf = (item: Item): number => Math.min(3, Math.ceil((emWidth(item.text) + 6) / (box.w / em - 2)));
        // As many as fit; if there are more, they take turns, the gravest first.
        const pages: Item[][] = [[]];
        let used = 0;
        for (const item of items) {
          const high = lineOf(item) * 1.3 * em + (used ? 0.3 * em : 0);
          if (!phone.value && used + high > box.h && pages[pages.length - 1]?.length) {
            pages.push([]);
            used = -0.3 * em;
          }
          pages[pages.length - 1]?.push(item);
          used += high;
        }
        const page = pages.length > 1 ? turn.value % pages.length : 0;
        const view = site.value;
        return (
          <>
            <ul class="notices" style={{ fontSize: `${em}px` }}>
              {(pages[page] ?? []).map((item) => (
                <li key={item.key} class={`sev-${item.severity}`}>
                  <LevelIcon level={item.severity} />
                  <span class="unseen">{t(`severity.${item.severity}`)}</span>
                  <span class="text">{item.text}</span>
                  <span class="when">{item.until === undefined ? moment(item.since, view?.zone ?? 'UTC', view?.day_start).replace(/:\d\d$/, '') : t('notices.until', { time: minuteTime(item.until, view?.zone ?? 'UTC') })}</span>
                </li>
              ))}
            </ul>
            {pages.length > 1 && <p class="turn">{page + 1} / {pages.length}</p>}
          </>
        );
      }}
    </Frame>
  );
}
