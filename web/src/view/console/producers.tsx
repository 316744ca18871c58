// Producers that send events over HTTP, for administrators: what each has done, and taking a token away.
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { c } from '../../i18n/console';
import { d } from '../../i18n/console_doors';
import { closeForm, openForm } from '../../store/console_dialog';
import { personName } from '../../store/console_session';
import { say, send } from '../../store/console_write';
import { now } from '../../store/time';
import { loaded, siteName } from '../../store/wall';
import { asProducers, type Producer } from '../../wire/doors';
import type { Problem } from '../../wire/console';
import { dateTime } from './account';
import { apiPath } from './acts';
import { Buttons, Modal, Problems } from './dialogs';
import { useFetched } from './fetched';
import { Action, Send, Tag, Waiting } from './parts';

const READ_EVERY_MS = 10_000;

/** Counted up by what was recorded here, so that the list is read again at once. */
const changed = { again: (): void => undefined };

function RevokeForm({ producer }: { readonly producer: Producer }): JSX.Element {
  const problem = useSignal<Problem | undefined>(undefined);
  const { name } = producer;
  const submit = async (): Promise<void> => {
    const answer = await send(`producer/${name}`, { method: 'DELETE', path: apiPath(`producers/${encodeURIComponent(name)}`), json: {} });
    // What is gone already is what was wanted.
    problem.value = answer.ok || answer.problem.status === 404 ? undefined : answer.problem;
    if (problem.value) return;
    changed.again();
    say(d('pro.revoked', { name }));
    closeForm();
  };
  return (
    <Modal title={d('pro.revoke')} name="revoke-producer" close={closeForm}>
      <p>{d('pro.revokeAsk', { name })}</p>
      <Problems problem={problem.value} />
      <Buttons><Action text={c('ui.cancel')} onClick={closeForm} /><Send of={`producer/${name}`} text={d('pro.revoke')} kind="danger" onClick={() => void submit()} /></Buttons>
    </Modal>
  );
}

function Row({ producer }: { readonly producer: Producer }): JSX.Element {
  const { name, used, accepted, rejected } = producer;
  return (
    <li class="row producer-row" data-row data-producer={name} tabIndex={-1}>
      <span class="producer-name"><b>{name}</b><span class="muted small">{d('pro.made', { by: personName(producer.madeBy), time: dateTime(producer.tokenMade) })}</span></span>
      <span class="producer-used"><span class="muted small">{d('pro.used')}</span><span>{used === undefined ? d('pro.never') : dateTime(used)}</span></span>
      <span class="producer-counts"><span class="muted small">{d('pro.counts')}</span><span>{d('pro.accepted', { n: accepted })} {rejected > 0 && <Tag text={d('pro.rejected', { n: rejected })} level="warning" />}</span></span>
      <span class="row-acts"><Action text={d('pro.revoke')} kind="danger" act="revoke-producer" onClick={() => openForm({ kind: 'later', show: () => <RevokeForm producer={producer} /> })} /></span>
    </li>
  );
}

export function Producers(): JSX.Element {
  const again = useSignal(0);
  changed.again = () => { again.value++; };
  const tick = useComputed(() => Math.floor(now.value / READ_EVERY_MS)).value;
  const fetched = useFetched(loaded.value ? apiPath('producers') : undefined, asProducers, `${tick} ${again.value}`).value;
  const list = fetched.doc;
  // A line breaks between words only: not behind the first dash of an option.
  const words = `shiftwall producer add --data DIR --site ${siteName.value ?? 'SITE'} NAME`.split(' ');
  return (
    <section class="panel producers" aria-labelledby="producers">
      <h2 id="producers">{d('pro.title')}</h2>
      <p class="muted">{d('pro.how')}</p>
      <p><code>{words.map((word) => <span key={word}>{word} </span>)}</code></p>
      {!list ? (fetched.problem ? <Problems problem={fetched.problem} /> : <Waiting />)
        : list.length ? <ul class="rows">{list.map((one) => <Row key={one.name} producer={one} />)}</ul> : <p class="muted" data-none>{d('pro.none')}</p>}
    </section>
  );
}
