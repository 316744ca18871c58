// The pages at the door: a code as large as the screen, and the ways in for whoever is not let in. Read from afar, by
// people of either language, on screens without a keyboard.
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { doorText, type DoorKey } from '../i18n/doors';
import { duration } from '../i18n/format';
import type { Params } from '../i18n';
import { fetchStanding, postJson } from '../net/http';
import { door, lookAtDoor, remember } from '../store/door';
import { halves, Pairing, type Offer } from '../store/pairing';
import { lang, withQuery, type Lang } from '../store/prefs';
import { idle } from '../store/screen';
import { monotonic } from '../store/time';
import { Icon, LevelIcon } from './icons';

const REVOKED_S = 10;
const LOOK_EVERY_MS = 15_000;
const SHOWN_PAIRED_MS = 1_800;

/** The screen's own language first. */
const languages = (): readonly Lang[] => (lang.value === 'en' ? ['en', 'zh-CN'] : ['zh-CN', 'en']);

function Both({ of, params, as: As = 'p', class: name }: { readonly of: DoorKey; readonly params?: Params; readonly as?: 'p' | 'h1' | 'span'; readonly class?: string }): JSX.Element {
  return <As class={name === undefined ? 'both' : `both ${name}`}>{languages().map((one) => <span key={one} lang={one}>{doorText(one, of, params)}</span>)}</As>;
}

/** Draws again every second. */
function useSeconds(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}

function useTitle(key: DoorKey): void {
  const title = `${doorText(lang.value, key)} · Shiftwall`;
  useEffect(() => { document.title = title; }, [title]);
}

function Left({ until, lifeMs }: { readonly until: number; readonly lifeMs: number }): JSX.Element {
  useSeconds();
  const left = Math.max(0, until - monotonic());
  const n = duration(Math.ceil(left / 1000) * 1000);
  return (
    <div class="pair-left">
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="1" /><rect width={lifeMs > 0 ? (left / lifeMs) * 100 : 0} height="1" /></svg>
      <Both of="pair.left" params={{ n }} />
    </div>
  );
}

function Code({ offer }: { readonly offer: Extract<Offer, { kind: 'code' }> }): JSX.Element {
  const [first, second] = halves(offer.code);
  return (
    <>
      <Both of="pair.how" class="pair-how" />
      <p class={`pair-code${offer.offline ? ' old' : ''}`} role="status" data-code={offer.code} aria-label={`${doorText(lang.value, 'pair.code')} ${[...offer.code].join(' ')}`}>
        <span aria-hidden="true">{first}</span><span aria-hidden="true">{second}</span>
      </p>
      {offer.offline ? <Trouble of="pair.offlineCode" /> : offer.until === undefined ? null : <Left until={offer.until} lifeMs={offer.lifeMs} />}
    </>
  );
}

function Trouble({ of, detail = '' }: { readonly of: DoorKey; readonly detail?: string }): JSX.Element {
  return <div class="door-trouble" role="alert">{of.startsWith('pair.offline') ? <Icon name="broken" /> : <LevelIcon level="warning" />}<div><Both of={of} />{detail && <p class="muted">{detail}</p>}</div></div>;
}

function Shown({ offer }: { readonly offer: Offer }): JSX.Element {
  switch (offer.kind) {
    case 'code': return <Code offer={offer} />;
    case 'paired': return <div class="pair-done" role="status"><LevelIcon level="ok" /><div><Both of="pair.done" as="h1" />{offer.name && <Both of="pair.goes" params={{ name: offer.name, board: offer.board }} />}</div></div>;
    case 'asking': return offer.why === undefined ? <Both of="pair.asking" class="pair-how" /> : <Trouble of={`pair.${offer.why}`} detail={offer.detail ?? ''} />;
  }
}

export function Pair(): JSX.Element {
  const pairing = useMemo(() => new Pairing({
    post: postJson, monotonic, wall: () => Date.now(), random: Math.random, paired: async () => (await fetchStanding()).board,
  }), []);
  const offer = pairing.offer.value;
  useTitle('pair.title');
  useEffect(() => {
    const hurry = (): void => pairing.hurry();
    addEventListener('online', hurry);
    void pairing.run();
    return () => {
      removeEventListener('online', hurry);
      pairing.stop();
    };
  }, []);
  useEffect(() => {
    if (offer.kind !== 'paired') return undefined;
    remember(true);
    const timer = setTimeout(() => location.replace(withQuery({}, `/wall/${offer.board}`)), offer.name ? SHOWN_PAIRED_MS : 0);
    return () => clearTimeout(timer);
  }, [offer.kind]);
  return (
    <main class={`door pair${idle.value ? ' idle' : ''}`} data-pair={offer.kind}>
      <header><b>Shiftwall</b><Both of="pair.title" as="span" /></header>
      <div class="door-middle"><Shown offer={offer} /></div>
      <footer><Both of="pair.where" as="span" /><code>{`${location.origin}/console`}</code></footer>
    </main>
  );
}

function Revoked(): JSX.Element {
  const [end] = useState(() => monotonic() + REVOKED_S * 1000);
  useSeconds();
  useTitle('door.revoked');
  const left = Math.max(0, Math.ceil((end - monotonic()) / 1000));
  useEffect(() => {
    const timer = setTimeout(() => {
      remember(false);
      location.replace(withQuery({ every: null }, '/pair'));
    }, REVOKED_S * 1000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main class="door" data-door="revoked">
      <div class="door-middle"><div class="door-words" role="alert"><Both of="door.revoked" as="h1" /><Both of="door.revokedHow" params={{ n: left }} class="muted" /></div></div>
    </main>
  );
}

function Ways(): JSX.Element {
  useTitle('door.shut');
  // Somebody may let it in from elsewhere: signed in in another window, or paired.
  useEffect(() => {
    const timer = setInterval(() => void lookAtDoor(false).then(({ may }) => { if (may === 'in') location.reload(); }), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <main class="door" data-door="shut">
      <div class="door-middle"><div class="door-words">
        <Both of="door.shut" as="h1" />
        <Both of="door.shutHow" class="muted" />
        <nav class="door-ways">
          <a href={withQuery({ every: null }, '/pair')} data-way="pair"><Both of="door.pair" as="span" class="door-way" /><Both of="door.pairHow" as="span" class="muted" /></a>
          <a href={withQuery({ every: null }, '/console')} data-way="console"><Both of="door.signIn" as="span" class="door-way" /><Both of="door.signInHow" as="span" class="muted" /></a>
        </nav>
      </div></div>
    </main>
  );
}

export function Door(): JSX.Element {
  return door.value === 'revoked' ? <Revoked /> : <Ways />;
}
