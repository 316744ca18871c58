// Accounts of people, for administrators: who there is, what they may do, and everybody's sessions.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c, roleName } from '../../i18n/console';
import { d } from '../../i18n/console_doors';
import { openForm, closeForm } from '../../store/console_dialog';
import { search } from '../../store/console_route';
import { session } from '../../store/console_session';
import { teamIds, teamName } from '../../store/console_views';
import { say, send } from '../../store/console_write';
import { asAccounts, asPassword, type Account } from '../../wire/doors';
import type { Problem } from '../../wire/console';
import type { JsonObject } from '../../wire/json';
import { dateTime, Sessions } from './account';
import { problemText } from './acts';
import { Buttons, Field, Modal, Problems } from './dialogs';
import { useFetched } from './fetched';
import { Action, Nothing, SearchField, Send, Tag, Waiting } from './parts';
import { Producers } from './producers';

const ROLES = ['agent', 'lead', 'duty', 'quality', 'manager', 'admin'] as const;

const path = (id: string): string => `/api/v1/accounts/${encodeURIComponent(id)}`;
const isMe = (account: Account): boolean => account.id === session.value?.person;

/** Counted up by what was recorded here, so that the list is read again at once. */
const changed = { again: (): void => undefined };

interface Written {
  readonly problem?: Problem;
  /** The password the server made. */
  readonly password?: string | undefined;
}

async function write(key: string, method: 'POST' | 'DELETE', to: string, json: JsonObject): Promise<Written> {
  const answer = await send(`account/${key}`, { method, path: to, json });
  if (answer.ok) {
    changed.again();
    return { password: asPassword(answer.doc) };
  }
  const { problem } = answer;
  return { problem: problem.status === 409 ? { ...problem, detail: d(method === 'POST' && to.endsWith('/accounts') ? 'acc.exists' : 'acc.last') } : problem };
}

async function switchOff(account: Account): Promise<void> {
  const { problem } = await write(account.id, 'POST', path(account.id), { disabled: !account.disabled });
  if (problem) say(`${d(account.disabled ? 'acc.enable' : 'acc.disable')} ${account.name} — ${problemText(problem)}`, { level: 'critical', stays: true });
  else say(d('acc.saved', { name: account.name }));
}

/** A password that is told once. */
function Once({ name, password }: { readonly name: string; readonly password: string }): JSX.Element {
  const copied = useSignal(false);
  const copy = (): void => { void navigator.clipboard?.writeText(password).then(() => { copied.value = true; }, () => undefined); };
  return (
    <>
      <p>{d('acc.onceHow', { name })}</p>
      <p class="once"><code data-password>{password}</code>{isSecureContext && <Action text={d(copied.value ? 'acc.copied' : 'acc.copy')} {...(copied.value ? { icon: 'check' as const } : {})} onClick={copy} />}</p>
      <Buttons><Action text={d('acc.done')} icon="check" kind="main" onClick={closeForm} /></Buttons>
    </>
  );
}

const teamsOf = (text: string): readonly string[] => [...new Set(text.split(/[,，、;；\s]+/).filter((team) => team !== ''))];

function Teams({ text, set }: { readonly text: string; readonly set: (text: string) => void }): JSX.Element {
  const chosen = teamsOf(text);
  return (
    <Field label={d('acc.teams')} id="account-teams" hint={d('acc.teamsHow')}>
      <input id="account-teams" class="field" type="text" required autoComplete="off" value={text} onInput={(event) => set(event.currentTarget.value)} />
      <div class="filters" role="group" aria-label={d('acc.teams')}>
        {teamIds.value.map((team) => (
          <button key={team} type="button" class="chip" data-team={team} aria-pressed={chosen.includes(team)} onClick={() => set((chosen.includes(team) ? chosen.filter((one) => one !== team) : [...chosen, team]).join(', '))}>{teamName(team)}</button>
        ))}
      </div>
    </Field>
  );
}

/** ACCOUNT: the one to change; none: a new one. */
function AccountForm({ account }: { readonly account?: Account }): JSX.Element {
  const id = useSignal(account?.id ?? '');
  const name = useSignal(account?.name ?? '');
  const role = useSignal(account?.role ?? 'agent');
  const teams = useSignal(account?.teams.join(', ') ?? '');
  const problem = useSignal<Problem | undefined>(undefined);
  const password = useSignal<string | undefined>(undefined);
  const lead = role.value === 'lead';
  const key = account?.id ?? 'add';
  const ready = id.value.trim() !== '' && (!lead || teamsOf(teams.value).length > 0);
  const submit = async (): Promise<void> => {
    if (!ready) return;
    const json = { name: name.value.trim() || id.value.trim(), role: role.value, ...(lead ? { teams: [...teamsOf(teams.value)] } : {}) };
    const done = account ? await write(key, 'POST', path(account.id), json) : await write(key, 'POST', '/api/v1/accounts', { ...json, id: id.value.trim() });
    problem.value = done.problem;
    if (done.problem) return;
    say(d('acc.saved', { name: json.name }));
    password.value = done.password;
    if (done.password === undefined) closeForm();
  };
  const title = account ? account.name : d('acc.add');
  if (password.value !== undefined) return <Modal key="once" title={d('acc.once')} name="once" close={closeForm}><Once name={name.value.trim() || id.value.trim()} password={password.value} /></Modal>;
  return (
    <Modal key="form" title={title} name="account-form" close={closeForm}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Field label={d('acc.id')} id="account-id" hint={d('acc.idHow')}>
          <input id="account-id" class="field" type="text" maxLength={64} required autoComplete="off" autoCapitalize="off" spellcheck={false} value={id.value} readOnly={account !== undefined} {...(account ? {} : { 'data-first': '' })} onInput={(event) => { id.value = event.currentTarget.value; }} />
        </Field>
        <Field label={d('acc.name')} id="account-name">
          <input id="account-name" class="field" type="text" maxLength={64} autoComplete="off" value={name.value} {...(account ? { 'data-first': '' } : {})} onInput={(event) => { name.value = event.currentTarget.value; }} />
        </Field>
        <Field label={d('acc.role')} id="account-role">
          <select id="account-role" class="field" value={role.value} onChange={(event) => { role.value = event.currentTarget.value; }}>
            {ROLES.map((one) => <option key={one} value={one}>{roleName(one)}</option>)}
          </select>
        </Field>
        {lead && <Teams text={teams.value} set={(text) => { teams.value = text; }} />}
        <Problems problem={problem.value} />
        <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><Send of={`account/${key}`} text={d(account ? 'acc.save' : 'acc.create')} icon="check" kind="main" submit off={!ready} /></Buttons>
      </form>
    </Modal>
  );
}

function ResetForm({ account }: { readonly account: Account }): JSX.Element {
  const problem = useSignal<Problem | undefined>(undefined);
  const password = useSignal<string | undefined>(undefined);
  const submit = async (): Promise<void> => {
    const done = await write(account.id, 'POST', path(account.id), { reset: true });
    problem.value = done.problem;
    password.value = done.password;
  };
  if (password.value !== undefined) return <Modal key="once" title={d('acc.once')} name="once" close={closeForm}><Once name={account.name} password={password.value} /></Modal>;
  return (
    <Modal key="form" title={d('acc.reset')} name="reset" close={closeForm}>
      <p>{d('acc.resetAsk', { name: account.name })}</p>
      <Problems problem={problem.value} />
      <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><Send of={`account/${account.id}`} text={d('acc.reset')} kind="danger" onClick={() => void submit()} /></Buttons>
    </Modal>
  );
}

function RemoveForm({ account }: { readonly account: Account }): JSX.Element {
  const problem = useSignal<Problem | undefined>(undefined);
  const submit = async (): Promise<void> => {
    problem.value = (await write(account.id, 'DELETE', path(account.id), {})).problem;
    if (problem.value) return;
    say(d('acc.removed', { name: account.name }));
    closeForm();
  };
  return (
    <Modal title={d('acc.remove')} name="remove" close={closeForm}>
      <p>{d('acc.removeAsk', { name: account.name })}</p>
      <Problems problem={problem.value} />
      <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><Send of={`account/${account.id}`} text={d('acc.remove')} kind="danger" onClick={() => void submit()} /></Buttons>
    </Modal>
  );
}

function Row({ account }: { readonly account: Account }): JSX.Element {
  const me = isMe(account);
  const show = (form: () => JSX.Element): void => openForm({ kind: 'later', show: form });
  return (
    <li class={`row account-row${account.disabled ? ' gone' : ''}`} data-row data-account={account.id} tabIndex={-1}>
      <span class="person"><span class="name ellipsis">{account.name} {me && <Tag text={d('acc.you')} level="info" />}</span><span class="id ellipsis">{account.id}</span></span>
      <span class="account-role"><Tag text={roleName(account.role)} />{account.teams.map((team) => <Tag key={team} text={teamName(team)} />)}</span>
      <span class="account-state">{account.disabled ? <Tag text={d('acc.disabled')} level="critical" /> : account.mustChange ? <Tag text={d('acc.must')} level="warning" /> : <Tag text={d('acc.ok')} level="ok" />}<span class="muted small">{d('acc.seen')} {account.signedIn === undefined ? d('acc.never') : dateTime(account.signedIn)}</span></span>
      <span class="row-acts">
        <Action text={d('acc.edit')} act="open" onClick={() => show(() => <AccountForm account={account} />)} />
        {!me && <Action text={d('acc.reset')} act="reset" onClick={() => show(() => <ResetForm account={account} />)} />}
        {!me && <Send of={`account/${account.id}`} text={d(account.disabled ? 'acc.enable' : 'acc.disable')} act="disable" onClick={() => void switchOff(account)} />}
        {!me && <Action text={d('acc.remove')} kind="danger" act="remove" onClick={() => show(() => <RemoveForm account={account} />)} />}
      </span>
    </li>
  );
}

function First(): JSX.Element {
  return (
    <Nothing text={d('acc.none')}>
      <p>{d('acc.first')}</p>
      <p><code>shiftwall user add --data DIR --role admin ID</code></p>
      <p class="muted">{d('acc.firstHow')}</p>
    </Nothing>
  );
}

export function Accounts(): JSX.Element {
  const again = useSignal(0);
  changed.again = () => { again.value++; };
  const fetched = useFetched('/api/v1/accounts', asAccounts, again.value).value;
  const words = search.value.trim().toLowerCase();
  if (!session.value?.accounts) return <><First />{session.value?.open && <Producers />}</>;
  if (!fetched.doc) return fetched.problem ? <Problems problem={fetched.problem} /> : <Waiting />;
  const found = fetched.doc.filter((one) => !words || `${one.id} ${one.name} ${roleName(one.role)} ${one.teams.join(' ')}`.toLowerCase().includes(words));
  return (
    <>
      <div class="toolbar"><SearchField label={d('acc.search')} /><span class="grow" /><Action text={d('acc.add')} icon="accounts" kind="main" act="add" onClick={() => openForm({ kind: 'later', show: () => <AccountForm /> })} /></div>
      {found.length ? <ul class="rows panel">{found.map((one) => <Row key={one.id} account={one} />)}</ul> : <Nothing text={c('ui.none')} />}
      <section class="panel" aria-labelledby="all-sessions"><h2 id="all-sessions">{d('ses.all')}</h2><Sessions all /></section>
      <Producers />
    </>
  );
}
