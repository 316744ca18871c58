// A board on the wall: header, banner, the page's grid of widgets.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { boards } from '../store/boards';
import { startChime } from '../store/chime';
import { explained } from '../store/dialog';
import { lang } from '../store/prefs';
import { held, slide, turn } from '../store/rotation';
import { idle, toggleFullscreen } from '../store/screen';
import { health, loaded } from '../store/wall';
import type { Page, Widget } from '../wire/board';
import { Banner } from './banner';
import { phone } from './box';
import { Header } from './header';
import { BrokenBoard, UnknownBoard } from './missing';
import { AgentGrid } from './widgets/agent_grid';
import { AgentStates } from './widgets/agent_states';
import { Alerts } from './widgets/alerts';
import { AttendanceTile } from './widgets/attendance';
import { Breaks } from './widgets/breaks';
import { Clock } from './widgets/clock';
import { FeedStatus } from './widgets/feed';
import { Indicators } from './widgets/indicators';
import { Intraday } from './widgets/intraday';
import { Notices } from './widgets/notices';
import { QueueTable } from './widgets/queue_table';
import { ServiceLevel } from './widgets/service_level';
import { SkillPanels } from './widgets/skill_panels';
import { Staffing } from './widgets/staffing';
import { Teams } from './widgets/teams';
import { Totals } from './widgets/totals';
import { WaitingNow } from './widgets/waiting';
import { WalkTile } from './widgets/walk';

function Content({ widget }: { readonly widget: Widget }): JSX.Element {
  switch (widget.type) {
    case 'indicators': return <Indicators widget={widget} />;
    case 'service_level': return <ServiceLevel widget={widget} />;
    case 'queue_table': return <QueueTable widget={widget} />;
    case 'waiting': return <WaitingNow widget={widget} />;
    case 'agent_states': return <AgentStates widget={widget} />;
    case 'agent_grid': return <AgentGrid widget={widget} />;
    case 'intraday': return <Intraday widget={widget} />;
    case 'teams': return <Teams widget={widget} />;
    case 'skill_panels': return <SkillPanels widget={widget} />;
    case 'totals': return <Totals widget={widget} />;
    case 'attendance': return <AttendanceTile widget={widget} />;
    case 'staffing': return <Staffing widget={widget} />;
    case 'alerts': return <Alerts widget={widget} />;
    case 'breaks': return <Breaks widget={widget} />;
    case 'walk': return <WalkTile widget={widget} />;
    case 'notices': return <Notices widget={widget} />;
    case 'clock': return <Clock widget={widget} />;
    case 'feed': return <FeedStatus widget={widget} />;
  }
}

function Grid({ page }: { readonly page: Page }): JSX.Element {
  const { columns = 12, rows = 12 } = page;
  const flows = phone.value;
  // In one column the order is the reading order of the grid.
  const widgets = [...page.widgets].sort((a, b) => a.y - b.y || a.x - b.x);
  return (
    <main class="grid" style={flows ? {} : { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))` }}>
      {widgets.map((w) => (
        <div key={`${w.type}/${w.x}/${w.y}`} class="place" style={flows ? {} : { gridColumn: `${w.x + 1} / span ${w.w}`, gridRow: `${w.y + 1} / span ${w.h}` }}>
          <Content widget={w} />
        </div>
      ))}
    </main>
  );
}

function Loading({ failed }: { readonly failed: boolean }): JSX.Element {
  return <main class="page loading"><h1>{t('load.title')}</h1><p>{t(failed ? 'load.retry' : 'load.text')}</p></main>;
}

// What a figure means is loaded once the wall is drawn, or when somebody asks sooner.
const EXPLAINS_AFTER_MS = 8_000;

function Explanation(): JSX.Element | null {
  const [{ Dialog }, setDialog] = useState<{ readonly Dialog?: () => JSX.Element | null }>({});
  const asked = explained.value !== undefined;
  useEffect(() => {
    if (Dialog) return undefined;
    const timer = setTimeout(() => void import('./dialog').then((it) => setDialog({ Dialog: it.Dialog }), () => { explained.value = undefined; }), asked ? 0 : EXPLAINS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [asked, Dialog]);
  return Dialog ? <Dialog /> : null;
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || explained.peek()) return;
  switch (event.key) {
    case 'f':
    case 'F': return toggleFullscreen();
    case 'ArrowRight':
    case 'PageDown': return turn(1);
    case 'ArrowLeft':
    case 'PageUp': return turn(-1);
    case ' ':
      // On a button, space presses it.
      if (event.target instanceof HTMLButtonElement) return;
      event.preventDefault();
      held.value = !held.peek();
      return;
    default:
  }
}

export function Wall(): JSX.Element {
  const state = boards.value;
  const shown = slide.value;
  const title = shown && (shown.page.title ?? shown.board.title)[lang.value];
  useLayoutEffect(() => {
    if (title) document.title = `${title} · Shiftwall`;
  }, [title]);
  useLayoutEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  useLayoutEffect(startChime, []);
  switch (state.kind) {
    case 'loading': return <Loading failed={state.failed} />;
    case 'unknown': return <UnknownBoard name={state.name} known={state.known} />;
    case 'broken': return <BrokenBoard name={state.name} text={state.text} />;
    case 'ready': break;
  }
  if (!shown) return <Loading failed={false} />;
  return (
    <div class={`wall${idle.value ? ' idle' : ''}`} data-board={shown.board.name} data-health={loaded.value ? health.value.kind : 'loading'}>
      {shown.board.header !== false && <Header slide={shown} />}
      <Banner />
      <Grid key={`${shown.board.name}/${shown.board.pages.indexOf(shown.page)}`} page={shown.page} />
      <Explanation />
    </div>
  );
}
