// Local times of the site, as fields of a form take them: 2026-11-23T10:42, whatever zone the browser thinks it is in.

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
    try {
      format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
    } catch {
      format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
    }
    formats.set(zone, format);
  }
  return format;
}

// The wall clock of ZONE at MS, as if it were UTC.
function wallMs(ms: number, zone: string): number {
  const parts = new Map(formatOf(zone).formatToParts(ms).map((p) => [p.type, Number(p.value)]));
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** 2026-11-23T10:42 in ZONE. */
export function toField(ms: number, zone: string): string {
  return new Date(wallMs(ms, zone)).toISOString().slice(0, 16);
}

/** 2026-11-23 in ZONE. */
export function toDate(ms: number, zone: string): string {
  return toField(ms, zone).slice(0, 10);
}

/** Epoch ms of the local time TEXT in ZONE, undefined when it is none. A time that does not exist is the first that does. */
export function fromField(text: string, zone: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/.test(text)) return undefined;
  const wanted = Date.parse(`${text.length === 10 ? `${text}T00:00` : text}:00Z`);
  if (!Number.isFinite(wanted)) return undefined;
  let ms = wanted;
  for (let i = 0; i < 3; i++) ms += wanted - wallMs(ms, zone);
  // Twice in a night of a clock change: the first.
  const hourBefore = ms - 3_600_000;
  return wallMs(hourBefore, zone) === wanted ? hourBefore : ms;
}

/** 10:42 in ZONE, with the date before it when that is not the date at NOW: 11-24 10:42. */
export function dayTime(ms: number, now: number, zone: string): string {
  const field = toField(ms, zone);
  return field.slice(0, 10) === toDate(now, zone) ? field.slice(11) : field.slice(5).replace('T', ' ');
}

/** The date DAYS later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
