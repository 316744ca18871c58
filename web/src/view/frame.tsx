// The frame around every widget: its title, its measured body, and a net under what may go wrong inside.
import { Component, type ComponentChildren, type JSX } from 'preact';
import { t } from '../i18n';
import { lang } from '../store/prefs';
import { loaded } from '../store/wall';
import type { Widget } from '../wire/board';
import { useBox, type Box } from './box';

interface NetProps {
  readonly children: ComponentChildren;
  readonly text: () => string;
}

/** One broken widget must not take the wall with it: it says so, and is tried again with the next data. */
class Net extends Component<NetProps, { failed: boolean }> {
  override state = { failed: false };
  private retry: ReturnType<typeof setTimeout> | undefined;

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: true });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.setState({ failed: false }), 10_000);
  }

  override componentWillUnmount(): void {
    clearTimeout(this.retry);
  }

  override render(): ComponentChildren {
    return this.state.failed ? <p class="empty">{this.props.text()}</p> : this.props.children;
  }
}

interface FrameProps {
  readonly widget: Widget;
  /** What stands after the title: the window, a count. */
  readonly note?: string;
  /** No title: the widget's tiles have their own. */
  readonly bare?: boolean;
  readonly ready?: boolean;
  readonly children: (box: Box) => ComponentChildren;
}

export function Frame({ widget, note, bare = false, ready = true, children }: FrameProps): JSX.Element {
  const [ref, box] = useBox<HTMLDivElement>();
  const title = widget.title?.[lang.value] ?? t(`widget.${widget.type}`);
  return (
    <section class={`widget w-${widget.type}${bare ? ' bare' : ''}`} data-widget={widget.type} aria-label={title}>
      {!bare && (
        <h2 class="widget-title">
          <span class="name">{title}</span>
          {note !== undefined && <span class="note">{note}</span>}
        </h2>
      )}
      <div class="widget-body" ref={ref}>
        {!loaded.value || !ready ? <Skeleton /> : box && box.w > 0 && box.h > 0 && <Net text={() => t('error.widget')}><Body box={box} draw={children} /></Net>}
      </div>
    </section>
  );
}

// A component of its own, so that the net above catches what drawing throws.
function Body({ box, draw }: { readonly box: Box; readonly draw: (box: Box) => ComponentChildren }): JSX.Element {
  return <>{draw(box)}</>;
}

function Skeleton(): JSX.Element {
  return (
    <div class="skeleton">
      <span class="bar" /><span class="bar" /><span class="bar" />
      <span class="text">{t('load.widget')}</span>
    </div>
  );
}

export function Empty({ text }: { readonly text: string }): JSX.Element {
  return <p class="empty">{text}</p>;
}
