// The command under test, and how its reports are compared.
import { execFile } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const tool = process.env.SHIFTWALL ?? path.join(root, process.env.BUILD ?? 'build', 'shiftwall');

/** What `shiftwall replay` prints for these arguments. */
export function replay(args) {
  return new Promise((resolve, reject) =>
    execFile(tool, ['replay', ...args], { maxBuffer: 1 << 28 }, (error, stdout, stderr) => (error ? reject(new Error(`${error.message} ${stderr}`)) : resolve(stdout))),
  );
}

/** The arguments of a moment and a day. */
export const when = ({ zone, until, day }) => ['--zone', zone, ...(until !== undefined ? ['--until', String(until)] : []), ...(day ? ['--day', day] : [])];

// The first place where GOT lacks or contradicts WANT, or null. Members that only GOT has are its own business.
export function difference(got, want, at = '') {
  if (want === null || typeof want !== 'object') return got === want ? null : `${at}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`;
  if (Array.isArray(want) && (!Array.isArray(got) || got.length !== want.length)) return `${at}: got ${got?.length} elements, want ${want.length}`;
  for (const key of Object.keys(want)) {
    const inner = difference(got?.[key], want[key], `${at}/${key}`);
    if (inner) return inner;
  }
  return null;
}
