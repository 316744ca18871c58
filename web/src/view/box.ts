// Sizes: every widget measures its body and picks the font size that fills it. All inside is in em, so the same board is
// right on 1080p, on 4K and on a phone.
import { signal } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

export interface Box {
  readonly w: number;
  /** Infinity where the page scrolls (a phone): the content decides. */
  readonly h: number;
}

const PHONE = '(max-width: 760px), (max-height: 420px)';

/** True where the grid becomes one scrolling column. */
export const phone = signal(false);
/** The size of 1rem in px; follows the window. */
export const rem = signal(16);

export function watchScreen(): void {
  const media = matchMedia(PHONE);
  const renew = (): void => {
    phone.value = media.matches;
    rem.value = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  };
  media.addEventListener('change', renew);
  addEventListener('resize', renew);
  renew();
}

/** The inner size of the element REF is put on, undefined before the first layout. */
export function useBox<E extends HTMLElement>(): [RefObject<E | null>, Box | undefined] {
  const ref = useRef<E | null>(null);
  const [box, setBox] = useState<Box | undefined>(undefined);
  const flows = phone.value;
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = (): void => {
      const w = element.clientWidth;
      const h = flows ? Infinity : element.clientHeight;
      setBox((old) => (old && Math.abs(old.w - w) < 1 && (old.h === h || Math.abs(old.h - h) < 1) ? old : { w, h }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [flows]);
  return [ref, box];
}

/** The largest font size in px, up to MAX, at which something WIDTH em by HEIGHT em fits the box. */
export function fit(box: Box, width: number, height: number, max: number): number {
  return Math.max(6, Math.min(box.w / width, box.h / height, max));
}

/** About how wide TEXT is, in em: a Chinese character is one, a Latin one or a digit a bit over half. */
export function emWidth(text: string): number {
  let width = 0;
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    width += code >= 0x2e80 ? 1 : c === ' ' || c === ':' || c === '.' || c === ',' || c === '1' || c === 'i' || c === 'l' ? 0.36 : c === '%' || c === 'W' || c === 'M' ? 0.9 : 0.57;
  }
  return width;
}
