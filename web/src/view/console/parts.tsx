// What the sections are made of: buttons that record, people, countdowns, filters, rows that stay where they are.
import { useComputed, useSignal } from '@preact/signals';
import { Component, type ComponentChildren, type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { c, stateName } from '../../i18n/console';
import { duration } from '../../i18n/format';
import { t } from '../../i18n';
import { search, teamFilter } from '../../store/console_route';
import { mayWrite } from '../../store/console_session';
import { teamIds, teamName, whoOf } from '../../store/console_views';
import { canRecord, sending } from '../../store/console_write';
import { figuresAt, site } from '../../store/wall';
import type { AgentView, Severity } from '../../wire/types';
import { Elapsed } from '../elapsed';
import { LevelIcon } from '../icons';
import { Sign, type Shape } from './icons';

export const zoneOf = (): string => site.value?.zone ?? 'UTC';

/** Why somebody is in their state, unless that only says the state again. */
export function reasonOf(agent: AgentView): string | undefined {
  const { reason } = agent;
  return reason?.toLowerCase().includes(stateName(agent.state).toLowerCase()) ? undefined : reason;
}

interface ActionProps {
  readonly text: string;
  readonly icon?: Shape;
  readonly kind?: 'plain' | 'main' | 'danger' | 'quiet';
  /** What the keyboard finds it by, within its row. */
  readonly act?: string;
  readonly pressed?: boolean;
  readonly off?: boolean;
  readonly title?: string;
  /** Only the sign, with the text for those who listen. */
  readonly bare?: boolean;
  readonly submit?: boolean;
  readonly onClick?: () => void;
}

/** A button that opens something or changes what is shown. */
export function Action({ text, icon, kind = 'plain', act, pressed, off = false, title, bare = false, submit = false, onClick }: ActionProps): JSX.Element {
  return (
    <button type={submit ? 'submit' : 'button'} class={`act act-${kind}${bare ? ' bare' : ''}`} data-act={act} aria-pressed={pressed} aria-disabled={off || undefined}
      title={title ?? (bare ? text : undefined)} onClick={(event) => { if (off) event.preventDefault(); else onClick?.(); }}>
      {icon && <Sign name={icon} />}<span class={bare ? 'unseen' : 'act-text'}>{text}</span>
    </button>
  );
}

/** A button that records: it waits for the server, and says so. */
export function Send({ of, text, icon, kind = 'plain', act, off = false, bare = false, submit = false, pressed, anyRole = false, onClick }: ActionProps & { readonly of: string; /** Also those may who record nothing else. */ readonly anyRole?: boolean }): JSX.Element {
  const busy = sending.value.has(of);
  const role = anyRole || mayWrite.value;
  const blocked = off || busy || !canRecord.value || !role;
  const why = !canRecord.value ? c('line.lostShort') : !role ? c('session.readOnly') : bare ? text : undefined;
  return (
    <button type={submit ? 'submit' : 'button'} class={`act act-${kind}${bare ? ' bare' : ''}${busy ? ' busy' : ''}`} data-act={act} data-send={of} aria-disabled={blocked || undefined}
      aria-busy={busy || undefined} aria-pressed={pressed} title={why} onClick={(event) => { if (blocked) event.preventDefault(); else onClick?.(); }}>
      {icon && <Sign name={busy ? 'wait' : icon} />}
      <span class={bare ? 'unseen' : 'act-text'}>{text}</span>
      {busy && <span class="unseen">{c('ui.sending')}</span>}
    </button>
  );
}

/** Seat, name and number of somebody. */
export function Who({ id, name, seat, team, link = false }: {
  readonly id: string; readonly name?: string | undefined; readonly seat?: string | undefined; readonly team?: string | undefined; readonly link?: boolean;
}): JSX.Element {
  const who = whoOf(id, { name, seat, team });
  const content = (
    <>
      {who.seat !== undefined && <span class="seat">{who.seat}</span>}
      <span class="person"><span class="name ellipsis">{who.name ?? id}</span><span class="id ellipsis">{id}{who.team ? ` · ${teamName(who.team)}` : ''}</span></span>
    </>
  );
  return link ? <a class="who" href={`#agent/${encodeURIComponent(id)}`} data-act="open">{content}</a> : <span class="who">{content}</span>;
}

/** Counts down to AT, and then up beyond it. BEFORE and AFTER say which. */
export function Countdown({ at, before, after }: { readonly at: number; readonly before?: string; readonly after?: string }): JSX.Element {
  const target = useSignal(at);
  if (target.peek() !== at) target.value = at;
  const past = useComputed(() => figuresAt.value > target.value).value;
  const text = useComputed(() => {
    const left = target.value - figuresAt.value;
    // A countdown of 0:59.2 still says 1:00: it reaches zero when it is over.
    return left > 0 ? duration(Math.ceil(left / 1000) * 1000) : duration(-left);
  });
  return (
    <span class={`countdown${past ? ' past' : ''}`}>
      {past && <LevelIcon level="critical" />}
      <span class="countdown-label">{past ? (after ?? c('ui.over')) : (before ?? c('ui.left'))}</span> <b class="time">{text}</b>
    </span>
  );
}

export function Since({ at, label }: { readonly at: number; readonly label?: string }): JSX.Element {
  return <span class="since">{label !== undefined && <span class="countdown-label">{label} </span>}<b class="time"><Elapsed since={at} /></b></span>;
}

export function SeverityMark({ level, words = true }: { readonly level: Severity; readonly words?: boolean }): JSX.Element {
  return <span class={`severity sev-${level}`}><LevelIcon level={level} /><span class={words ? '' : 'unseen'}>{t(`severity.${level}`)}</span></span>;
}

/** A word with a colour and a sign of its own. */
export function Tag({ text, level, icon }: { readonly text: string; readonly level?: 'ok' | 'warning' | 'critical' | 'info'; readonly icon?: Shape }): JSX.Element {
  return <span class={`tag${level ? ` tag-${level}` : ''}`}>{icon ? <Sign name={icon} /> : level ? <LevelIcon level={level} /> : null}<span>{text}</span></span>;
}

export interface Choice<T extends string> {
  readonly id: T;
  readonly text: string;
  readonly count?: number;
  readonly alarm?: boolean;
}

/** One of several, with how many there are of each. */
export function Filters<T extends string>({ label, choices, value, pick }: {
  readonly label: string; readonly choices: readonly Choice<T>[]; readonly value: T; readonly pick: (id: T) => void;
}): JSX.Element {
  return (
    <div class="filters" role="group" aria-label={label}>
      {choices.map(({ id, text, count, alarm }) => (
        <button key={id} type="button" class={`chip${alarm && count ? ' alarm' : ''}`} aria-pressed={id === value} data-filter={id} onClick={() => pick(id)}>
          <span>{text}</span>{count !== undefined && <b>{count}</b>}
        </button>
      ))}
    </div>
  );
}

export function TeamChoice(): JSX.Element | null {
  const ids = teamIds.value;
  if (ids.length < 2) return null;
  return (
    <select class="field team-choice" aria-label={c('ui.team')} value={teamFilter.value ?? ''} onChange={(event) => { teamFilter.value = event.currentTarget.value || undefined; }}>
      <option value="">{c('ui.allTeams')}</option>
      {ids.map((id) => <option key={id} value={id}>{teamName(id)}</option>)}
    </select>
  );
}

export function SearchField({ label }: { readonly label?: string }): JSX.Element {
  return (
    <span class="search">
      <Sign name="search" />
      <input type="search" class="field" data-search placeholder={label ?? c('ui.search')} aria-label={label ?? c('ui.search')} value={search.value} autoComplete="off" spellcheck={false}
        onInput={(event) => { search.value = event.currentTarget.value; }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          search.value = '';
          event.currentTarget.blur();
        }} />
    </span>
  );
}

export function Nothing({ text, how, children }: { readonly text: string; readonly how?: string; readonly children?: ComponentChildren }): JSX.Element {
  return <div class="nothing"><p class="nothing-text">{text}</p>{how !== undefined && <p class="muted">{how}</p>}{children}</div>;
}

export function Waiting(): JSX.Element {
  return <div class="skeleton" role="status"><span class="bar" /><span class="bar" /><span class="bar" /><span class="text">{c('ui.loading')}</span></div>;
}

export function Tile({ label, value, note, level, children }: {
  readonly label: string; readonly value: ComponentChildren; readonly note?: string; readonly level?: 'ok' | 'warning' | 'critical' | undefined; readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`tile${level ? ` is-${level}` : ''}`}>
      <span class="tile-label">{label}</span>
      <span class="tile-value">{value}{level && level !== 'ok' && <LevelIcon level={level} />}</span>
      {note !== undefined && <span class="tile-note">{note}</span>}
      {children}
    </div>
  );
}

/** The text of a rule's source, on demand. */
export function Cite({ text }: { readonly text: string | undefined }): JSX.Element | null {
  if (text === undefined) return null;
  return <details class="cite"><summary><Sign name="quote" />{c('ui.cite')}</summary><p>{text}</p></details>;
}

const STEADY_MS = 3_000;

export interface Steady<T> {
  readonly id: string;
  readonly item: T;
  readonly gone: boolean;
}

/** OLD order with what is new at its end and what is gone still in place. */
export function steady<T>(old: readonly Steady<T>[], next: readonly (readonly [string, T])[]): readonly Steady<T>[] {
  const items = new Map(next);
  const seen = new Set(old.map((o) => o.id));
  const kept = old.map((o): Steady<T> => {
    const item = items.get(o.id);
    return item === undefined ? { ...o, gone: true } : { id: o.id, item, gone: false };
  });
  return [...kept, ...next.filter(([id]) => !seen.has(id)).map(([id, item]): Steady<T> => ({ id, item, gone: false }))];
}

/** While somebody's hand is in the list nothing moves under it. WHAT names what is listed: with another, all may move. */
export function useSteady<T>(next: readonly (readonly [string, T])[], what: string): {
  readonly entries: readonly Steady<T>[]; readonly hand: { readonly onPointerMove: () => void; readonly onPointerDown: () => void; readonly onKeyDown: () => void };
} {
  const held = useRef<{ what: string; entries: readonly Steady<T>[]; at: number }>({ what, entries: [], at: -Infinity });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [, renew] = useState(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const touch = (): void => {
    held.current.at = performance.now();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => renew((n) => n + 1), STEADY_MS + 20);
  };
  const still = held.current.what === what && performance.now() - held.current.at < STEADY_MS;
  const entries = still ? steady(held.current.entries, next) : next.map(([id, item]): Steady<T> => ({ id, item, gone: false }));
  held.current = { ...held.current, what, entries };
  return { entries, hand: { onPointerMove: touch, onPointerDown: touch, onKeyDown: touch } };
}

/** One broken section must not take the console with it. */
export class Net extends Component<{ readonly children: ComponentChildren; readonly of: string }, { failed: string | undefined }> {
  override state: { failed: string | undefined } = { failed: undefined };
  private retry: ReturnType<typeof setTimeout> | undefined;

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: this.props.of });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.setState({ failed: undefined }), 5_000);
  }

  override componentWillUnmount(): void {
    clearTimeout(this.retry);
  }

  override render(): ComponentChildren {
    return this.state.failed === this.props.of ? <Nothing text={c('fail.section')} /> : this.props.children;
  }
}
