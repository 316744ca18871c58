// Sections that are loaded when somebody goes there, so that the console itself is there sooner.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { c } from '../../i18n/console';
import { Nothing, Waiting } from './parts';

type Page = () => JSX.Element;

const pages = {
  staffing: async (): Promise<Page> => (await import('./staffing')).StaffingPage,
  charts: async (): Promise<Page> => (await import('./charts')).Charts,
  chat: async (): Promise<Page> => (await import('./chat')).Chat,
  policy: async (): Promise<Page> => (await import('./policy')).Policy,
  roster: async (): Promise<Page> => (await import('./roster')).Roster,
  reports: async (): Promise<Page> => (await import('./reports')).Reports,
};

export function Later({ name }: { readonly name: keyof typeof pages }): JSX.Element {
  const page = useSignal<{ readonly show: Page | undefined; readonly failed: boolean }>({ show: undefined, failed: false });
  useEffect(() => {
    let gone = false;
    pages[name]().then((show) => { if (!gone) page.value = { show, failed: false }; }, () => { if (!gone) page.value = { show: undefined, failed: true }; });
    return () => { gone = true; };
  }, [name]);
  const Show = page.value.show;
  return Show ? <Show /> : page.value.failed ? <Nothing text={c('fail.network')} /> : <Waiting />;
}
