// Pairing: a code to show, until a leader has typed it at the console. It renews itself and never gives up.
import { signal, type ReadonlySignal } from '@preact/signals';
import { backoffMs } from '../net/backoff';
import type { Posted } from '../net/http';
import type { JsonObject } from '../wire/json';

const POLL_MS = 3_000;
const POLL_SLOWEST_MS = 30_000;
const LIFE_MAX_MS = 3_600_000;

export type Offer =
  | { readonly kind: 'asking'; readonly why?: 'offline' | 'busy' | 'closed'; readonly detail?: string }
  | {
      readonly kind: 'code'; readonly code: string;
      /** When it expires, in ms of the monotonic clock; undefined where that is not known. */
      readonly until: number | undefined;
      readonly lifeMs: number;
      /** The server does not answer: nobody can use the code now. */
      readonly offline: boolean;
    }
  | { readonly kind: 'paired'; readonly name: string; readonly board: string };

export interface PairingOptions {
  readonly post: (path: string, doc: JsonObject) => Promise<Posted>;
  readonly monotonic: () => number;
  /** This screen's own clock in epoch ms, for a server that does not tell its time. */
  readonly wall: () => number;
  readonly random: () => number;
  /** The boards this screen is paired with already: an answer may have been lost on its way. */
  readonly paired: () => Promise<string | undefined>;
}

const text = (doc: JsonObject, key: string): string => (typeof doc[key] === 'string' ? doc[key] : '');

/** "K7M2Q9" as people read it: K7M 2Q9. */
export const halves = (code: string): readonly [string, string] => [code.slice(0, Math.ceil(code.length / 2)), code.slice(Math.ceil(code.length / 2))];

/** What was typed as a code is written: capitals, nothing between them. */
export const asCode = (typed: string): string => typed.normalize('NFKC').toUpperCase().replace(/[^A-Z0-9]/g, '');

export class Pairing {
  private readonly state = signal<Offer>({ kind: 'asking' });
  readonly offer: ReadonlySignal<Offer> = this.state;
  private stopped = false;
  private wake: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: PairingOptions) {}

  stop(): void {
    this.stopped = true;
    this.hurry();
  }

  /** The network is back, they say: do not wait. */
  hurry(): void {
    clearTimeout(this.timer);
    this.wake?.();
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      this.timer = setTimeout(resolve, ms);
    });
  }

  async run(): Promise<void> {
    const board = await this.options.paired().catch(() => undefined);
    if (board !== undefined) this.state.value = { kind: 'paired', name: '', board };
    for (let attempt = 0; !this.stopped && this.state.peek().kind !== 'paired'; ) {
      const answer = await this.options.post('/api/v1/pair', {});
      if (this.stopped) return;
      const [code, secret] = [text(answer.doc, 'code'), text(answer.doc, 'secret')];
      if (answer.status < 300 && code && secret) {
        attempt = 0;
        await this.offerCode(code, secret, this.lifeOf(answer.doc));
        continue;
      }
      const why = answer.status === 0 ? 'offline' : answer.status === 429 ? 'busy' : 'closed';
      // A code of before is good no more: it is not left standing there.
      this.state.value = { kind: 'asking', why, detail: text(answer.doc, 'detail') };
      await this.wait(Math.max(answer.waitMs, backoffMs(attempt++, this.options.random)));
    }
  }

  private lifeOf(doc: JsonObject): number | undefined {
    const { expires, now } = doc;
    if (typeof expires !== 'number') return undefined;
    const life = expires - (typeof now === 'number' ? now : this.options.wall());
    // A screen whose clock is wrong cannot tell.
    return life > 0 && life <= LIFE_MAX_MS ? life : undefined;
  }

  private async offerCode(code: string, secret: string, life: number | undefined): Promise<void> {
    const until = life === undefined ? undefined : this.options.monotonic() + life;
    const show = (offline: boolean): void => { this.state.value = { kind: 'code', code, until, lifeMs: life ?? 0, offline }; };
    show(false);
    let every = POLL_MS;
    for (;;) {
      await this.wait(until === undefined ? every : Math.min(every, Math.max(0, until - this.options.monotonic())));
      if (this.stopped) return;
      if (until !== undefined && this.options.monotonic() >= until) return;
      const answer = await this.options.post('/api/v1/pair/poll', { secret });
      if (this.stopped) return;
      const screen = answer.doc['screen'];
      if (answer.status === 200 && text(answer.doc, 'state') === 'paired' && typeof screen === 'object' && screen !== null && !Array.isArray(screen)) {
        const own = screen as JsonObject;
        this.state.value = { kind: 'paired', name: text(own, 'name'), board: text(own, 'board') };
        return;
      }
      if (answer.status === 410) {
        const board = await this.options.paired().catch(() => undefined);
        if (board !== undefined) this.state.value = { kind: 'paired', name: '', board };
        return;
      }
      every = answer.status === 429 ? Math.min(POLL_SLOWEST_MS, Math.max(answer.waitMs, every * 2)) : POLL_MS;
      const offline = answer.status === 0 || answer.status >= 500;
      const now = this.state.peek();
      if (now.kind === 'code' && now.offline !== offline) show(offline);
    }
  }
}
