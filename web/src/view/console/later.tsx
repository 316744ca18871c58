// Sections that are loaded when somebody goes there, so that the console itself is there sooner.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { c } from '../../i18n/console';
import { loadStyle } from '../../store/style';
import { Nothing, Waiting } from './parts';

type Page = () => JSX.Element | null;

/** With the style sheet of the sections about who may come in. */
async function dressed(page: Promise<Page>): Promise<Page> {
  return (await Promise.all([page, loadStyle('doors')]))[0];
}

const pages = {
  staffing: async (): Promise<Page> => (await import('./staffing')).StaffingPage,
  charts: async (): Promise<Page> => (await import('./charts')).Charts,
  chat: async (): Promise<Page> => (await import('./chat')).Chat,
  policy: async (): Promise<Page> => (await import('./policy')).Policy,
  roster: async (): Promise<Page> => (await import('./roster')).Roster,
  reports: async (): Promise<Page> => (await import('./reports')).Reports,
  upload: async (): Promise<Page> => (await import('./form_upload')).UploadForm,
  screens: (): Promise<Page> => dressed(import('./screens').then((it) => it.Screens)),
  accounts: (): Promise<Page> => dressed(import('./accounts').then((it) => it.Accounts)),
  audit: (): Promise<Page> => dressed(import('./audit').then((it) => it.Audit)),
  signing: (): Promise<Page> => dressed(import('./signing').then((it) => it.SignInForm)),
  account: (): Promise<Page> => dressed(import('./account').then((it) => it.MyAccount)),
};

/** QUIET: nothing stands in its place until it is there. */
export function Later({ name, quiet = false }: { readonly name: keyof typeof pages; readonly quiet?: boolean }): JSX.Element | null {
  const page = useSignal<{ readonly show: Page | undefined; readonly failed: boolean }>({ show: undefined, failed: false });
  useEffect(() => {
    let gone = false;
    pages[name]().then((show) => { if (!gone) page.value = { show, failed: false }; }, () => { if (!gone) page.value = { show: undefined, failed: true }; });
    return () => { gone = true; };
  }, [name]);
  const Show = page.value.show;
  if (!Show && quiet) return null;
  return Show ? <Show /> : page.value.failed ? <Nothing text={c('fail.network')} /> : <Waiting />;
}
