// Chat groups: how each is, a test message, and what could not be sent.
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c } from '../../i18n/console';
import { moment } from '../../i18n/format';
import { lang } from '../../store/prefs';
import { now } from '../../store/time';
import { loaded, site } from '../../store/wall';
import { asChatGroups, type ChatGroup } from '../../wire/console';
import { apiPath, dropLetter, resendLetter, testChat } from './acts';
import { Problems } from './dialogs';
import { useFetched } from './fetched';
import { Nothing, Send, Tag, Waiting, zoneOf } from './parts';

const SERVICES: { readonly [service: string]: string } = { wecom: '企业微信 WeCom', dingtalk: '钉钉 DingTalk', feishu: '飞书 Feishu', slack: 'Slack', teams: 'Teams', generic: 'Webhook' };

function Health({ group }: { readonly group: ChatGroup }): JSX.Element {
  const at = (ms: number): string => moment(ms, zoneOf(), site.value?.day_start);
  if (group.failingSince !== undefined) return <Tag text={c('chat.failing', { time: at(group.failingSince), reason: group.reason ?? '' })} level="critical" />;
  return <span class="muted">{group.lastSent === undefined ? c('chat.never') : `${c('chat.fine')} · ${c('chat.last', { time: at(group.lastSent) })}`}</span>;
}

function Letters({ group, changed }: { readonly group: ChatGroup; readonly changed: () => void }): JSX.Element | null {
  if (!group.dead.length) return null;
  const then = (done: Promise<boolean>): void => { void done.then(changed); };
  return (
    <section class="chat-dead" aria-label={c('chat.dead', { n: group.dead.length })}>
      <h3>{c('chat.dead', { n: group.dead.length })}</h3>
      <ul>
        {group.dead.map((letter) => (
          <li key={letter.id} data-letter={letter.id}>
            <span class="chat-letter"><b>{letter.title}</b><span class="muted">{moment(letter.at, zoneOf(), site.value?.day_start)} · {letter.reason}</span></span>
            <span class="row-acts">
              <Send of={`chat/${group.id}/${letter.id}`} text={c('chat.again')} act="again" onClick={() => then(resendLetter(group.id, letter.id))} />
              <Send of={`chat/${group.id}/${letter.id}`} text={c('chat.drop')} act="drop" onClick={() => then(dropLetter(group.id, letter.id))} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Chat(): JSX.Element {
  const again = useSignal(0);
  const tick = useComputed(() => Math.floor(now.value / 10_000)).value;
  const english = lang.value === 'en';
  const fetched = useFetched(loaded.value ? apiPath('chat', {}) : undefined, (doc) => asChatGroups(doc, english), `${tick} ${again.value} ${lang.value}`).value;
  const groups = fetched.doc;
  const changed = (): void => { again.value += 1; };
  if (!loaded.value) return <Waiting />;
  return (
    <>
      <Problems problem={fetched.problem} />
      {groups === undefined ? (fetched.loading ? <Waiting /> : null) : !groups.length ? <Nothing text={c('chat.none')} /> : groups.map((group) => (
        <section key={group.id} class="panel chat-group" data-group={group.id} aria-label={group.id}>
          <h2>{group.id} <span class="muted">{SERVICES[group.service] ?? group.service} · {group.host}</span></h2>
          <div class="chat-line">
            <Health group={group} />
            {group.queued > 0 && <Tag text={c('chat.queued', { n: group.queued })} level="warning" />}
            <span class="grow" />
            <Send of={`chat/${group.id}`} text={c('chat.test')} act="test" onClick={() => { void testChat(group.id).then(changed); }} />
          </div>
          <Letters group={group} changed={changed} />
        </section>
      ))}
    </>
  );
}
