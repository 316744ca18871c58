// The strip above the grid: whose wall this is, which page, whether it is live, and the time.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { lang } from '../store/prefs';
import { held, index, slides, turn, type Slide } from '../store/rotation';
import { fullscreen, idle, toggleFullscreen } from '../store/screen';
import { now } from '../store/time';
import { site } from '../store/wall';
import { date } from '../i18n/format';
import { Icon } from './icons';
import { FeedPill } from './widgets/feed';
import { Time } from './widgets/clock';
import { useComputed } from '@preact/signals';

function Day(): JSX.Element {
  const text = useComputed(() => date(now.value, site.value?.zone ?? 'UTC', lang.value));
  return <span class="date">{text}</span>;
}

export function FullscreenButton(): JSX.Element {
  const text = t(fullscreen.value ? 'ui.exitFullscreen' : 'ui.fullscreen');
  return <button type="button" class={`tool${idle.value ? ' away' : ''}`} onClick={toggleFullscreen} aria-label={text} title={`${text} (F)`}><Icon name="expand" /></button>;
}

export function Header({ slide }: { readonly slide: Slide }): JSX.Element {
  const n = slides.value.length;
  const title = (slide.page.title ?? slide.board.title)[lang.value];
  return (
    <header class="header">
      <h1><span class="site">{site.value?.name ?? ''}</span><span class="title">{title}</span></h1>
      {n > 1 && (
        <nav class="dots" aria-label={t('ui.page', { n: index.value + 1, m: n })}>
          {slides.value.map((_, i) => (
            <button key={i} type="button" class={i === index.value ? 'dot current' : 'dot'} aria-label={t('ui.page', { n: i + 1, m: n })}
              aria-current={i === index.value ? 'page' : undefined} onClick={() => turn(i - index.peek())} />
          ))}
          {held.value && <span class="held">{t('ui.paused')}</span>}
        </nav>
      )}
      <span class="grow" />
      <FullscreenButton />
      <div data-widget="feed"><FeedPill /></div>
      <div class="header-clock" data-widget="clock"><Day /><Time /></div>
    </header>
  );
}
