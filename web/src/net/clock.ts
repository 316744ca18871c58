// The server's clock as this screen knows it. It runs on the monotonic clock, so that a wrong or corrected clock of the
// screen changes nothing, and it takes the offset as it is: never clamped, in either direction.

/** A server clock this much faster or slower than ours is a virtual one (a demo at 60x); less is drift or a correction. */
const VIRTUAL_RATE = 1.5;
const RATE_SPAN_MS = 1500;

export class ServerClock {
  private local: number;
  private server: number;
  private rate = 1;
  private rateLocal: number | undefined;
  private rateServer = 0;

  /** MONOTONIC: ms, any origin. WALL: the screen's own clock in epoch ms, used until the server has told its time. */
  constructor(private readonly monotonic: () => number, wall: () => number) {
    this.local = monotonic();
    this.server = wall();
  }

  /** The server said SERVER; SENT and RECEIVED (monotonic) enclose it: half the round trip has passed since. */
  learn(server: number, sent: number, received: number): void {
    const middle = (sent + received) / 2;
    if (this.rateLocal !== undefined && middle - this.rateLocal >= RATE_SPAN_MS) {
      const rate = (server - this.rateServer) / (middle - this.rateLocal);
      this.rate = rate >= VIRTUAL_RATE && rate <= 10000 ? rate : 1;
    }
    if (this.rateLocal === undefined || middle - this.rateLocal >= RATE_SPAN_MS) {
      this.rateLocal = middle;
      this.rateServer = server;
    }
    this.local = middle;
    this.server = server;
  }

  /** A new connection may lead to another server: what was learned about the pace is void. */
  forgetRate(): void {
    this.rateLocal = undefined;
  }

  /** Epoch ms on the server, now. */
  now(): number {
    return this.server + (this.monotonic() - this.local) * this.rate;
  }
}
