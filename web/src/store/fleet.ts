// A paired screen among the others: it renews what it is let in by, and tells how it is.
import { postJson } from '../net/http';
import { remember } from './door';
import { clock } from './time';

const REPORT_EVERY_MS = 60_000;
const RENEW_EVERY_MS = 12 * 3_600_000;

type Tell = (message: { readonly op: string; readonly [key: string]: unknown }) => void;

let report: (() => void) | undefined;

export function versionHere(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="version"]')?.content ?? '';
}

/** This is a paired screen: from now on it reports through TELL. SHOWN: the boards it shows. */
export function beScreen(tell: Tell, shown: () => string): void {
  if (!report) {
    report = () => tell({
      op: 'screen', version: versionHere(), offset: Math.round(Date.now() - clock.now()), board: shown(),
      width: Math.round(innerWidth * devicePixelRatio), height: Math.round(innerHeight * devicePixelRatio),
    });
    remember(true);
    const renew = (): void => void postJson('/api/v1/screen/renew', {});
    setInterval(report, REPORT_EVERY_MS);
    setInterval(renew, RENEW_EVERY_MS);
    renew();
  }
  report();
}

/** It shows other boards now. */
export function tellOfScreen(): void {
  report?.();
}
