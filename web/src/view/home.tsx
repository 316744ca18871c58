// The start page: the boards there are, how the data is, and how to hang a board on a wall. And addresses that lead nowhere.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { backoffMs } from '../net/backoff';
import { fetchBoard, fetchBoardNames, Refused } from '../net/http';
import { lookAtDoor } from '../store/door';
import { lang, theme, withQuery, type Lang, type Theme } from '../store/prefs';
import { site } from '../store/wall';
import type { Board } from '../wire/board';
import { FeedPill } from './widgets/feed';
import { Time } from './widgets/clock';
import { DEFAULT_EVERY_S } from '../store/rotation';

// The built-in boards in the order of their use, then the floor's own.
const FIRST: readonly string[] = ['overview', 'queues', 'agents'];

function byUse(a: string, b: string): number {
  const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

interface Entry {
  readonly name: string;
  readonly board: Board | undefined;
}

function useBoards(): { entries: readonly Entry[] | undefined; failed: boolean } {
  const [entries, setEntries] = useState<readonly Entry[] | undefined>(undefined);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async (attempt: number): Promise<void> => {
      try {
        const names = [...(await fetchBoardNames())].sort(byUse);
        const list = await Promise.all(names.map(async (name): Promise<Entry> => ({ name, board: await fetchBoard(name).catch(() => undefined) })));
        if (!gone) setEntries(list);
      } catch (error) {
        if (gone) return;
        if (error instanceof Refused) void lookAtDoor(true);
        setFailed(true);
        timer = setTimeout(() => void load(attempt + 1), backoffMs(attempt, Math.random));
      }
    };
    void load(0);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, []);
  return { entries, failed };
}

function choose(next: { readonly lang?: Lang; readonly theme?: Theme }): void {
  history.replaceState(null, '', withQuery(next));
  if (next.lang) lang.value = next.lang;
  if (next.theme) theme.value = next.theme;
}

function Choice<T extends string>({ name, value, options, pick }: {
  readonly name: string; readonly value: T; readonly options: readonly (readonly [T, string])[]; readonly pick: (value: T) => void;
}): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={name}>
      <span>{name}</span>
      {options.map(([v, text]) => <button key={v} type="button" class="button" aria-pressed={v === value} onClick={() => pick(v)}>{text}</button>)}
    </div>
  );
}

export function Home(): JSX.Element {
  const { entries, failed } = useBoards();
  const query = { lang: lang.value, theme: theme.value, every: null };
  const names = entries?.map((e) => e.name) ?? [];
  const all = withQuery({ ...query, every: String(DEFAULT_EVERY_S) }, `/wall/${names.join(',')}`);
  const first = withQuery(query, `/wall/${names[0] ?? 'overview'}`);
  return (
    <main class="page home">
      <header>
        <div><h1>{t('app.name')}</h1><p class="muted">{t('app.tagline')}{site.value ? ` · ${site.value.name}` : ''}</p></div>
        <div class="home-state"><FeedPill />{site.value && <Time />}</div>
      </header>
      <section aria-labelledby="boards">
        <h2 id="boards">{t('home.boards')}</h2>
        {!entries && <p class="muted">{t(failed ? 'home.failed' : 'home.loading')}</p>}
        {entries?.length === 0 && <p class="muted">{t('home.noBoards')}</p>}
        <ul class="links">
          {entries?.map(({ name, board }) => <li key={name}><a class="board-link" href={withQuery(query, `/wall/${name}`)}><strong>{board?.title[lang.value] ?? name}</strong><span>/wall/{name}</span></a></li>)}
          {names.length > 1 && <li><a class="board-link" href={all}><strong>{t('home.rotate', { n: DEFAULT_EVERY_S })}</strong><span>/wall/{names.slice(0, 3).join(',')}{names.length > 3 ? ',…' : ''}?every={DEFAULT_EVERY_S}</span></a></li>}
        </ul>
      </section>
      <section class="choices">
        <Choice name={t('home.language')} value={lang.value} options={[['zh-CN', '中文'], ['en', 'English']]} pick={(v) => choose({ lang: v })} />
        <Choice name={t('home.theme')} value={theme.value} options={[['dark', t('home.dark')], ['light', t('home.light')]]} pick={(v) => choose({ theme: v })} />
      </section>
      <section aria-labelledby="full">
        <h2 id="full">{t('home.fullscreen')}</h2>
        <p>{t('home.fullscreenHow')}</p>
        <p>{t('home.kiosk')} <code>chromium --kiosk {location.origin}{first}</code></p>
        <p>{t('home.keys')}</p>
      </section>
    </main>
  );
}

/** Addresses that lead nowhere. */
export function Missing(): JSX.Element {
  return (
    <main class="page">
      <h1>{t('missing.title')}</h1>
      <p>{t('missing.text', { path: location.pathname })}</p>
      <p><a class="button" href={withQuery({ every: null }, '/')}>{t('missing.home')}</a></p>
    </main>
  );
}
