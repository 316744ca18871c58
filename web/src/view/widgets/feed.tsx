// Whether the figures are live, and since when.
import type { JSX } from 'preact';
import { count, moment } from '../../i18n/format';
import { t, type Key } from '../../i18n';
import { feed, health, line, site, type Health } from '../../store/wall';
import type { WidgetOf } from '../../wire/board';
import { Frame } from '../frame';
import { Icon, LevelIcon } from '../icons';

const LOOK: { readonly [K in Health['kind']]: { readonly level: 'ok' | 'warning' | 'critical'; readonly text: Key } } = {
  live: { level: 'ok', text: 'feed.live' },
  disconnected: { level: 'critical', text: 'feed.disconnected' },
  stale: { level: 'critical', text: 'feed.stale' },
  'catching-up': { level: 'warning', text: 'feed.catching-up' },
  incomplete: { level: 'warning', text: 'feed.incomplete' },
};

export function FeedPill(): JSX.Element {
  const h = health.value;
  const first = !line.value.up && line.value.asOf === undefined;
  const { level, text } = LOOK[h.kind];
  return (
    <span class={`pill is-${first ? 'warning' : level}`} data-feed={first ? 'connecting' : h.kind}>
      {first ? <Icon name="catching" /> : h.kind === 'live' ? <Icon name="live" /> : h.kind === 'catching-up' ? <Icon name="catching" /> : h.kind === 'incomplete' ? <LevelIcon level="warning" /> : <Icon name="broken" />}
      <span>{t(first ? 'feed.connecting' : text)}</span>
    </span>
  );
}

const COUNTERS = ['rejected', 'duplicates', 'contradictions', 'clock_skew'] as const;

export function FeedStatus({ widget }: { readonly widget: WidgetOf<'feed'> }): JSX.Element {
  const view = site.value;
  const zone = view?.zone ?? 'UTC';
  return (
    <Frame widget={widget}>
      {() => (
        <div class="feed">
          <FeedPill />
          {feed.value && <span>{t('feed.since', { time: moment(feed.value.since, zone, view?.day_start) })}</span>}
          {view?.feed?.last_event !== undefined && <span>{t('feed.lastEvent', { time: moment(view.feed.last_event, zone, view.day_start) })}</span>}
          {widget.counters && (
            <dl class="counters">
              {COUNTERS.map((name) => <div key={name}><dt>{t(`feed.${name}`)}</dt><dd>{count(view?.feed?.[name] ?? 0)}</dd></div>)}
            </dl>
          )}
        </div>
      )}
    </Frame>
  );
}
