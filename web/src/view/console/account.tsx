// My account: who I am here, another password, and where else I am signed in.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c, roleName } from '../../i18n/console';
import { d } from '../../i18n/console_doors';
import { call } from '../../net/console';
import { closeForm } from '../../store/console_dialog';
import { session } from '../../store/console_session';
import { teamName } from '../../store/console_views';
import { say } from '../../store/console_write';
import { asSessions, type OpenSession } from '../../wire/doors';
import type { Problem } from '../../wire/console';
import { Modal, Problems } from './dialogs';
import { useFetched } from './fetched';
import { Action, Tag, Waiting, zoneOf } from './parts';
import { PasswordForm } from './passwords';
import { leave } from './session';
import { toField } from './zone';

/** "Chrome on Windows" as well as the browser tells. */
export function browserName(agent: string | undefined): string {
  if (!agent) return d('ses.browser');
  const browser = /Edg[A-Z]?\//.test(agent) ? 'Edge' : /OPR\//.test(agent) ? 'Opera' : /Firefox\//.test(agent) ? 'Firefox' : /Chrom(e|ium)\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : agent.slice(0, 40);
  const system = /Windows/.test(agent) ? 'Windows' : /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Mac OS X/.test(agent) ? 'macOS' : /Linux|X11/.test(agent) ? 'Linux' : '';
  return system ? `${browser} · ${system}` : browser;
}

export const dateTime = (ms: number | undefined): string => (ms === undefined ? '–' : toField(ms, zoneOf()).replace('T', ' '));

function SessionRow({ one, named, busy, end }: { readonly one: OpenSession; readonly named: boolean; readonly busy: boolean; readonly end: () => void }): JSX.Element {
  return (
    <li class="row session-row" data-session={one.id} data-current={one.current || undefined}>
      <span class="session-where">{named && <b>{one.name ?? one.person} <span class="muted">{roleName(one.role)}</span></b>}<span>{browserName(one.browser)} {one.current && <Tag text={d('ses.here')} level="ok" />}</span><span class="muted">{one.address}</span></span>
      <span class="session-when muted"><span>{d('ses.began', { time: dateTime(one.began) })}</span><span>{d('ses.seen', { time: dateTime(one.seen) })}</span></span>
      <Action text={d('ses.end')} act="end" off={busy} onClick={end} />
    </li>
  );
}

/** The sessions there are, and their ends. ALL: everybody's. */
export function Sessions({ all = false }: { readonly all?: boolean }): JSX.Element {
  const again = useSignal(0);
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const fetched = useFetched(`/api/v1/sessions${all ? '?all=1' : ''}`, asSessions, again.value).value;
  const list = fetched.doc ?? [];
  const end = async (ones: readonly OpenSession[]): Promise<void> => {
    busy.value = true;
    problem.value = undefined;
    for (const { id } of ones) {
      const answer = await call({ method: 'DELETE', path: `/api/v1/sessions/${encodeURIComponent(id)}` });
      // What is gone already is what was wanted.
      if (!answer.ok && answer.problem.status !== 404) problem.value = answer.problem;
    }
    busy.value = false;
    again.value++;
    if (!problem.value) say(d('ses.ended'));
  };
  const others = list.filter((one) => !one.current);
  if (!fetched.doc) return fetched.problem ? <Problems problem={fetched.problem} /> : <Waiting />;
  return (
    <>
      {list.length ? <ul class="rows dense sessions">{list.map((one) => <SessionRow key={one.id} one={one} named={all} busy={busy.value} end={() => void (one.current ? leave() : end([one]))} />)}</ul> : <p class="muted">{d('ses.none')}</p>}
      <Problems problem={problem.value} />
      {!all && others.length > 0 && <p><Action text={d('ses.endOthers')} act="end-others" off={busy.value} onClick={() => void end(others)} /></p>}
    </>
  );
}

export function MyAccount(): JSX.Element {
  const me = session.value;
  const changed = useSignal(0);
  return (
    <Modal title={c('session.mine')} name="account" wide close={closeForm}>
      <p class="account-me"><b>{me?.name ?? me?.person}</b><span class="muted">{me?.person}</span><Tag text={roleName(me?.role)} />{me?.teams.map((team) => <Tag key={team} text={teamName(team)} />)}<span class="grow" /><Action text={c('session.signOut')} act="sign-out" onClick={() => void leave()} /></p>
      <div class="account-parts">
        <section aria-labelledby="account-password"><h3 id="account-password">{d('pw.title')}</h3><PasswordForm key={changed.value} done={() => { changed.value++; say(d('pw.done')); }} /></section>
        <section aria-labelledby="account-sessions"><h3 id="account-sessions">{d('ses.mine')}</h3><Sessions key={changed.value} /></section>
      </div>
    </Modal>
  );
}
