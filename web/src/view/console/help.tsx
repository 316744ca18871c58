// All shortcuts on one page.
import type { JSX } from 'preact';
import { c, type ConsoleKey } from '../../i18n/console';
import { closeForm } from '../../store/console_dialog';
import { isOpenTo } from '../../store/console_route';
import { oneKey, setOneKey } from '../../store/console_settings';
import { Modal } from './dialogs';
import { GO_KEYS } from './keys';
import { Action } from './parts';

type Line = readonly [keys: readonly string[], text: ConsoleKey];

const LISTS: readonly Line[] = [[['/'], 'help.search'], [['j', 'k'], 'help.move'], [['Enter'], 'help.open'], [['Esc'], 'help.back'], [['?'], 'help.help']];
const RECORD: readonly Line[] = [
  [['a'], 'help.ack'], [['d'], 'help.decide'], [['n'], 'help.grant'], [['c'], 'help.recall'], [['s'], 'help.start'], [['1', '2', '3', '4'], 'help.tick'], [['m'], 'help.note'], [['u'], 'help.undo'],
];

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly Line[] }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="keys">{lines.map(([keys, text]) => <div key={text}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{c(text)}</dd></div>)}</dl>
    </section>
  );
}

export function Help(): JSX.Element {
  return (
    <Modal title={c('help.title')} name="help" wide close={closeForm}>
      <div class="help">
        <Lines title={c('help.go')} lines={Object.entries(GO_KEYS).filter(([, section]) => isOpenTo(section)).map(([key, section]): Line => [['g', key], `go.${section}`])} />
        <Lines title={c('help.list')} lines={LISTS} />
        <Lines title={c('help.record')} lines={RECORD} />
      </div>
      <p class="key-switch">{c('more.keys')} <Action text={c(oneKey.value ? 'more.keysOn' : 'more.keysOff')} pressed={oneKey.value} onClick={() => setOneKey(!oneKey.value)} /></p>
    </Modal>
  );
}
