// The fleet of paired screens: how each is, what it shows, and what can be sent to it.
import { useComputed, useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { c } from '../../i18n/console';
import { d } from '../../i18n/console_doors';
import { fetchBoardNames } from '../../net/http';
import { openForm, closeForm } from '../../store/console_dialog';
import { personName } from '../../store/console_session';
import { say, send } from '../../store/console_write';
import { versionHere } from '../../store/fleet';
import { asCode } from '../../store/pairing';
import { now } from '../../store/time';
import { asFleet, type PairedScreen } from '../../wire/doors';
import type { Problem } from '../../wire/console';
import type { JsonObject } from '../../wire/json';
import { dateTime } from './account';
import { problemText } from './acts';
import { Buttons, Field, Modal, Problems } from './dialogs';
import { useFetched } from './fetched';
import { Action, Nothing, Send, Tag, Waiting } from './parts';
import { useEffect } from 'preact/hooks';

const CODE_LENGTH = 6;
const READ_EVERY_MS = 5_000;
const JUST_NOW_MS = 75_000; // a screen reports every minute
const OFFSET_MAX_MS = 2_000;

const path = (id: string, rest = ''): string => `/api/v1/screens/${encodeURIComponent(id)}${rest}`;
const boardsOf = (text: string): readonly string[] => text.split(',').filter((name) => name !== '');

/** Counted up by what was recorded here, so that the list is read again at once. */
const changed = { again: (): void => undefined };

export function agoText(ms: number): string {
  if (ms < JUST_NOW_MS) return d('scr.now');
  return ms < 120_000 ? d('scr.agoS', { n: Math.round(ms / 1000) }) : d('scr.agoM', { n: Math.floor(ms / 60_000) });
}

function seenText(screen: PairedScreen, at: number): string {
  if (screen.seen === undefined) return d('scr.never');
  const ago = at - screen.seen;
  return ago < 3_600_000 ? agoText(ago) : dateTime(screen.seen);
}

function Clock({ offset }: { readonly offset: number }): JSX.Element {
  if (Math.abs(offset) <= OFFSET_MAX_MS) return <span>{d('scr.exact')}</span>;
  return <Tag text={d(offset > 0 ? 'scr.fast' : 'scr.slow', { n: Math.round(Math.abs(offset) / 100) / 10 })} level="warning" />;
}

function Facts({ screen }: { readonly screen: PairedScreen }): JSX.Element | null {
  const { version, offset, width, height } = screen;
  if (version === undefined && offset === undefined && width === undefined) return null;
  return (
    <dl class="screen-facts">
      {version !== undefined && <div><dt>{d('scr.version')}</dt><dd>{version === versionHere() ? version : <span title={d('scr.oldHow')}><Tag text={d('scr.old', { version })} level="warning" /></span>}</dd></div>}
      {offset !== undefined && <div><dt>{d('scr.offset')}</dt><dd><Clock offset={offset} /></dd></div>}
      {width !== undefined && height !== undefined && width > 0 && <div><dt>{d('scr.size')}</dt><dd>{`${width} × ${height}`}</dd></div>}
    </dl>
  );
}

/** Sends a write about a screen; undefined when it worked. */
async function write(key: string, method: 'POST' | 'DELETE', to: string, json: JsonObject, done: string): Promise<Problem | undefined> {
  const answer = await send(`screen/${key}`, { method, path: to, json });
  if (!answer.ok) return answer.problem;
  changed.again();
  say(done);
  return undefined;
}

async function reload(screen: PairedScreen): Promise<void> {
  const wrong = await write(screen.id, 'POST', path(screen.id, '/reload'), {}, d('scr.reloaded', { name: screen.name }));
  if (wrong) say(`${d('scr.reload')} — ${problemText(wrong)}`, { level: 'critical', stays: true });
}

function Row({ screen, at }: { readonly screen: PairedScreen; readonly at: number }): JSX.Element {
  const boards = boardsOf(screen.board);
  const other = screen.online && screen.shows !== undefined && screen.shows !== screen.board;
  return (
    <li class="row screen-row" data-row data-screen={screen.id} data-online={screen.online} tabIndex={-1}>
      <span class="screen-name"><b>{screen.name}</b><span class="muted small">{d('scr.paired', { by: personName(screen.pairedBy), time: dateTime(screen.pairedAt) })}{screen.address ? ` · ${screen.address}` : ''}</span></span>
      <span class="screen-state"><Tag text={d(screen.online ? 'scr.online' : 'scr.offline')} level={screen.online ? 'ok' : 'critical'} /><span class="muted small">{d('scr.seen')} {seenText(screen, at)}</span></span>
      <span class="screen-board"><span class="muted small">{d('scr.board')}</span><span class="screen-boards">{boards.map((name) => <Tag key={name} text={name} />)}</span>{other && <Tag text={d('scr.shows', { board: screen.shows ?? '' })} level="warning" />}</span>
      <Facts screen={screen} />
      <span class="row-acts">
        <Action text={d('scr.edit')} act="open" onClick={() => openForm({ kind: 'later', show: () => <ChangeForm screen={screen} /> })} />
        <Send of={`screen/${screen.id}`} text={d('scr.reload')} act="reload" off={!screen.online} onClick={() => void reload(screen)} />
        <Action text={d('scr.revoke')} kind="danger" act="revoke" onClick={() => openForm({ kind: 'later', show: () => <RevokeForm screen={screen} /> })} />
      </span>
    </li>
  );
}

/** The boards a screen shows, in the order they were chosen. */
function Boards({ chosen }: { readonly chosen: Signal<readonly string[]> }): JSX.Element {
  const known = useSignal<readonly string[]>(chosen.peek());
  useEffect(() => { void fetchBoardNames().then((names) => { known.value = [...new Set([...names, ...chosen.peek()])]; }, () => undefined); }, []);
  const pick = (name: string): void => { chosen.value = chosen.value.includes(name) ? chosen.value.filter((one) => one !== name) : [...chosen.value, name]; };
  return (
    <Field label={d('scr.boards')} hint={d('scr.boardsHow')}>
      <div class="filters" role="group" aria-label={d('scr.boards')}>
        {known.value.map((name) => {
          const turn = chosen.value.indexOf(name);
          return <button key={name} type="button" class="chip" data-board={name} aria-pressed={turn >= 0} onClick={() => pick(name)}><span>{name}</span>{turn >= 0 && chosen.value.length > 1 && <b>{turn + 1}</b>}</button>;
        })}
      </div>
    </Field>
  );
}

function NameField({ name }: { readonly name: Signal<string> }): JSX.Element {
  return (
    <Field label={d('scr.name')} id="screen-name" hint={d('scr.nameHow')}>
      <input id="screen-name" class="field" type="text" maxLength={64} required autoComplete="off" value={name.value} onInput={(event) => { name.value = event.currentTarget.value; }} />
    </Field>
  );
}

function PairForm(): JSX.Element {
  const code = useSignal('');
  const name = useSignal('');
  const boards = useSignal<readonly string[]>(['overview']);
  const problem = useSignal<Problem | undefined>(undefined);
  const clean = asCode(code.value);
  const missing = CODE_LENGTH - clean.length;
  const ready = missing === 0 && name.value.trim() !== '' && boards.value.length > 0;
  const submit = async (): Promise<void> => {
    if (!ready) return;
    const wrong = await write('pair', 'POST', '/api/v1/screens', { code: clean, name: name.value.trim(), board: boards.value.join() }, d('scr.pairedNow', { name: name.value.trim() }));
    problem.value = wrong?.status === 404 ? { ...wrong, detail: d('scr.noCode') } : wrong;
    if (wrong) document.getElementById('screen-code')?.focus();
    else closeForm();
  };
  return (
    <Modal title={d('scr.pair')} name="pair" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Field label={d('scr.code')} id="screen-code" hint={clean !== '' && missing > 0 ? d('scr.codeShort', { n: missing }) : d('scr.codeHow')}>
          <input id="screen-code" class="field screen-code" data-first type="text" maxLength={16} required autoComplete="off" autoCapitalize="characters" spellcheck={false} placeholder="ABC 234" value={code.value}
            aria-invalid={problem.value?.status === 404 || missing < 0 || undefined} onInput={(event) => { code.value = event.currentTarget.value; problem.value = undefined; }} />
        </Field>
        <NameField name={name} />
        <Boards chosen={boards} />
        <Problems problem={problem.value} />
        <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><Send of="screen/pair" text={d('scr.send')} icon="check" kind="main" submit off={!ready} /></Buttons>
      </form>
    </Modal>
  );
}

function ChangeForm({ screen }: { readonly screen: PairedScreen }): JSX.Element {
  const name = useSignal(screen.name);
  const boards = useSignal(boardsOf(screen.board));
  const problem = useSignal<Problem | undefined>(undefined);
  const ready = name.value.trim() !== '' && boards.value.length > 0;
  const submit = async (): Promise<void> => {
    if (!ready) return;
    problem.value = await write(screen.id, 'POST', path(screen.id), { name: name.value.trim(), board: boards.value.join() }, d('scr.saved', { name: name.value.trim() }));
    if (!problem.value) closeForm();
  };
  return (
    <Modal title={screen.name} name="screen" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Boards chosen={boards} />
        <NameField name={name} />
        <Problems problem={problem.value} />
        <Buttons>{!boards.value.length && <span class="muted form-missing">{d('scr.boardNone')}</span>}<Action text={c('ui.cancel')} onClick={closeForm} /><Send of={`screen/${screen.id}`} text={d('scr.save')} icon="check" kind="main" submit off={!ready} /></Buttons>
      </form>
    </Modal>
  );
}

function RevokeForm({ screen }: { readonly screen: PairedScreen }): JSX.Element {
  const problem = useSignal<Problem | undefined>(undefined);
  const submit = async (): Promise<void> => {
    problem.value = await write(screen.id, 'DELETE', path(screen.id), {}, d('scr.revoked', { name: screen.name }));
    if (!problem.value) closeForm();
  };
  return (
    <Modal title={d('scr.revoke')} name="revoke" close={closeForm}>
      <p>{d('scr.revokeAsk', { name: screen.name })}</p>
      <Problems problem={problem.value} />
      <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><Send of={`screen/${screen.id}`} text={d('scr.revoke')} kind="danger" onClick={() => void submit()} /></Buttons>
    </Modal>
  );
}

export function Screens(): JSX.Element {
  const again = useSignal(0);
  changed.again = () => { again.value++; };
  const tick = useComputed(() => Math.floor(now.value / READ_EVERY_MS)).value;
  const fetched = useFetched('/api/v1/screens', asFleet, `${tick} ${again.value}`).value;
  const fleet = fetched.doc;
  if (!fleet) return fetched.problem ? <Problems problem={fetched.problem} /> : <Waiting />;
  // What is away stands first: it is what one comes for.
  const screens = [...fleet.screens].sort((a, b) => Number(a.online) - Number(b.online) || (a.name < b.name ? -1 : 1));
  return (
    <>
      <div class="toolbar">
        <span class="muted">{d('scr.count', { n: screens.length, m: screens.filter((one) => one.online).length })}</span>
        <span class="grow" />
        <Action text={d('scr.pair')} icon="screens" kind="main" act="pair" onClick={() => openForm({ kind: 'later', show: PairForm })} />
      </div>
      {screens.length ? <ul class="rows panel">{screens.map((screen) => <Row key={screen.id} screen={screen} at={fleet.now} />)}</ul>
        : <Nothing text={d('scr.none')} how={d('scr.noneHow', { url: `${location.origin}/pair` })} />}
    </>
  );
}
