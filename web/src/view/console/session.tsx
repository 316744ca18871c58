// Who sits at this console, and the ways in and out.
import type { JSX } from 'preact';
import { c, roleName } from '../../i18n/console';
import { openForm } from '../../store/console_dialog';
import { asking, session, signedIn, signOut } from '../../store/console_session';
import { say } from '../../store/console_write';
import { problemText } from './acts';
import { Action } from './parts';
import { Sign } from './icons';

/** Signs out; what only they might see is gone from the screen. */
export async function leave(): Promise<void> {
  const problem = await signOut();
  if (!problem && !session.peek()?.open) location.reload();
  else if (problem) say(`${c('session.signOut')} — ${problemText(problem)}`, { level: 'critical', stays: true });
}

/** Who is signed in, and the way out or in. */
export function Account({ wide = false }: { readonly wide?: boolean }): JSX.Element {
  const me = session.value;
  if (!signedIn.value) return <span class="account"><Action text={c('session.signIn')} icon="person" onClick={() => { asking.value = { why: false }; }} /></span>;
  const name = <span class="account-name ellipsis">{me?.name ?? me?.person}{me?.role !== undefined && <span class="muted"> {roleName(me.role)}</span>}</span>;
  return (
    <span class="account" data-person={me?.person ?? me?.name}>
      {me?.accounts ? <button type="button" class="act act-quiet account-open" title={c('session.mine')} onClick={() => openForm({ kind: 'account' })}><Sign name="person" />{name}<span class="unseen">{c('session.mine')}</span></button> : <><Sign name="person" />{name}</>}
      {wide && me?.accounts && <Action text={c('session.mine')} onClick={() => openForm({ kind: 'account' })} />}
      {wide && <Action text={c('session.signOut')} onClick={() => void leave()} />}
    </span>
  );
}
