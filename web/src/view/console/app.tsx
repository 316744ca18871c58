// The console: the way between its sections, what must not be overlooked, the section, the forms, and what was just recorded.
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { c } from '../../i18n/console';
import { moment } from '../../i18n/format';
import { openForm } from '../../store/console_dialog';
import { going, shownPlace, type Place } from '../../store/console_route';
import { asking, outside, session, signedIn } from '../../store/console_session';
import { soundWanted } from '../../store/console_settings';
import { toggleSound, unlocked } from '../../store/console_sound';
import { walk } from '../../store/console_views';
import { dismiss, held, notRecording, sending, toasts, undoToast, type Toast } from '../../store/console_write';
import { lang, theme } from '../../store/prefs';
import { health, loaded, refused, site } from '../../store/wall';
import { phone } from '../box';
import { Icon, LevelIcon } from '../icons';
import { Time } from '../widgets/clock';
import { FeedPill } from '../widgets/feed';
import { Agent } from './agent';
import { Alerts } from './alerts';
import { Breaks } from './breaks';
import { Day } from './day';
import { Floor } from './floor';
import { Forms } from './forms';
import { Sign } from './icons';
import { choose, More } from './more';
import { Bar, NAMES, Rail } from './nav';
import { Action, Countdown, Net } from './parts';
import { Later } from './later';
import { Queues } from './queues';
import { Account } from './session';
import { SignIn } from './signin';
import { Walk, WalkReminder } from './walk';

function Section({ at }: { readonly at: Place }): JSX.Element {
  switch (at.section) {
    case 'agent': return <Agent key={at.agent} id={at.agent} />;
    case 'floor': return <Floor />;
    case 'breaks': return <Breaks />;
    case 'signin': return <SignIn />;
    case 'alerts': return <Alerts />;
    case 'walk': return <Walk />;
    case 'roster': return <Later key="roster" name="roster" />;
    case 'queues': return <Queues />;
    case 'day': return <Day />;
    case 'charts': return <Later key="charts" name="charts" />;
    case 'reports': return <Later key="reports" name="reports" />;
    case 'staffing': return <Later key="staffing" name="staffing" />;
    case 'chat': return <Later key="chat" name="chat" />;
    case 'policy': return <Later key="policy" name="policy" />;
    case 'screens': return <Later key="screens" name="screens" />;
    case 'accounts': return <Later key="accounts" name="accounts" />;
    case 'audit': return <Later key="audit" name="audit" />;
    case 'more': return <More />;
  }
}

const titleOf = (at: Place): string => (at.section === 'agent' ? c('go.agent') : c(NAMES[at.section]));

function NextWalk(): JSX.Element | null {
  const next = walk.value?.next;
  if (next === undefined) return null;
  return <a class="next-walk" href="#walk"><Sign name="walk" /><Countdown at={next} before={c('walk.nextIn')} /></a>;
}

function Head({ at }: { readonly at: Place }): JSX.Element {
  const on = soundWanted.value && unlocked.value;
  return (
    <header class="console-head" data-anonymous={signedIn.value ? undefined : ''}>
      <h1><span class="site ellipsis">{site.value?.name ?? ''}</span><span class="title">{titleOf(at)}</span></h1>
      <span class="grow" />
      <NextWalk />
      <FeedPill />
      <span class="console-clock"><Time /></span>
      <Account />
      <span class="head-tools">
        <Action text={c(on ? 'sound.on' : 'sound.unlock')} icon={on ? 'sound' : 'mute'} bare kind="quiet" pressed={on} onClick={() => void toggleSound()} />
        <Action text={lang.value === 'en' ? '中文' : 'English'} kind="quiet" onClick={() => choose({ lang: lang.value === 'en' ? 'zh-CN' : 'en' })} />
        <Action text={c(theme.value === 'dark' ? 'ui.light' : 'ui.dark')} kind="quiet" onClick={() => choose({ theme: theme.value === 'dark' ? 'light' : 'dark' })} />
        <Action text={c('help.title')} icon="help" bare kind="quiet" onClick={() => openForm({ kind: 'help' })} />
      </span>
    </header>
  );
}

function LineBanner(): JSX.Element | null {
  const h = health.value;
  const at = (ms: number | undefined): string => moment(ms, site.value?.zone ?? 'UTC', site.value?.day_start);
  if (outside.value) return null;
  if (h.kind === 'live') {
    return refused.value ? <p class="banner is-warning" role="alert"><LevelIcon level="warning" /><span>{c('line.refused', { text: refused.value.text || refused.value.code })}</span></p> : null;
  }
  const text = h.kind === 'disconnected' ? c('line.lost', { time: at(h.asOf) }) : h.kind === 'stale' ? c('line.stale', { time: at(h.since) })
    : h.kind === 'catching-up' ? c('line.catching', { time: at(h.since) }) : c('line.incomplete', { time: at(h.since) });
  const grave = h.kind === 'disconnected' || h.kind === 'stale';
  return <p class={`banner is-${grave ? 'critical' : 'warning'}`} role="alert" data-health={h.kind}>{grave ? <Icon name="broken" /> : <LevelIcon level="warning" />}<span>{text}</span></p>;
}

function RecordingBanner(): JSX.Element | null {
  const state = notRecording.value;
  if (!state) return null;
  return (
    <p class="banner is-critical" role="alert" data-recording="no"><LevelIcon level="critical" />
      <span><strong>{c('line.recording', { text: state.text })}</strong> {c('line.recordingHow', { time: moment(state.at, site.value?.zone ?? 'UTC', site.value?.day_start) })}</span>
    </p>
  );
}

function ToastLine({ toast }: { readonly toast: Toast }): JSX.Element {
  const busy = sending.value.has(`toast/${toast.id}`);
  return (
    <li class={`toast is-${toast.level}`} data-toast={toast.level}>
      <LevelIcon level={toast.level} /><span class="toast-text">{toast.text}</span>
      {toast.undo && <Action text={c(busy ? 'ui.undoing' : 'ui.undo')} icon="undo" act="toast-undo" off={busy} onClick={() => void undoToast(toast.id)} />}
      <Action text={c('ui.dismiss')} icon="check" bare kind="quiet" onClick={() => dismiss(toast.id)} />
    </li>
  );
}

// A dialog makes the rest of the page unreachable: what it records is told once it has closed.
function Toasts(): JSX.Element {
  return (
    <ul class="toasts" role="status" aria-live="polite" onPointerEnter={() => { held.value = true; }} onPointerLeave={() => { held.value = false; }}
      onFocusIn={() => { held.value = true; }} onFocusOut={() => { held.value = false; }}>
      {toasts.value.map((toast) => <ToastLine key={toast.id} toast={toast} />)}
    </ul>
  );
}

// Coming back to a list one finds oneself where one left it.
function useWhereOneWas(at: Place): void {
  const left = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    if (at.section === 'agent') {
      left.current = at.agent;
      document.querySelector('main')?.scrollTo(0, 0);
      return;
    }
    const agent = left.current;
    left.current = undefined;
    const row = agent === undefined ? undefined : [...document.querySelectorAll<HTMLElement>('main [data-row]')].find((one) => one.dataset['agent'] === agent);
    if (row) {
      row.focus();
      row.scrollIntoView({ block: 'center' });
    } else document.querySelector('main')?.scrollTo(0, 0);
  }, [at]);
}

export function Console(): JSX.Element {
  const at = shownPlace.value;
  const state = useComputed(() => (loaded.value ? health.value.kind : 'loading')).value;
  const title = `${titleOf(at)} · ${c('title')}`;
  useEffect(() => { document.title = title; }, [title]);
  useWhereOneWas(at);
  return (
    <div class="console" data-health={state} data-section={at.section} data-signed={signedIn.value}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{c('skip')}</a>
      {!phone.value && <Rail />}
      <Head at={at} />
      <div class="banners"><LineBanner /><RecordingBanner />{at.section !== 'walk' && <WalkReminder />}</div>
      <main id="main" tabIndex={-1}><Net of={at.section}><Section at={at} /></Net></main>
      {phone.value && <Bar />}
      <Toasts />
      {going.value && <p class="going" aria-live="polite"><kbd>g</kbd> {c('help.pending')}</p>}
      <Forms />
      {(asking.value || session.value?.mustChange) && <Later name="signing" quiet />}
    </div>
  );
}
