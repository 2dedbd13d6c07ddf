// A part of a view that keeps itself up to date.
//
//   livePanel({signal, load, render, concerns, everyMs}) -> node
//       load(): a promise of data; render(data): nodes. It loads at once, again when a change comes for which
//       concerns(change) holds (default: all), and every `everyMs` (default: never) while the tab is seen. When
//       loading fails, what was shown stays, greyed, with the time it is of. node.reload() loads at once
//
// A panel that shows the same data is left alone, and one that changes keeps the keyboard's focus in its place.
import { follow } from './stream.js';
import { clock } from './time.js';
import { errorBox, h, loading, notice, replaceChildren } from './ui.js';

const kFocusable = 'a, button, input, select, textarea, summary';

export function livePanel({ signal, load, render, concerns = () => true, everyMs = 0 }) {
  const shown = h('div', { class: 'panel-content' }, loading());
  const trouble = h('div');
  const node = h('div', { class: 'panel' }, trouble, shown);
  let last = null; // {text, at}
  let isLoading = false;
  let isWanted = false;

  const fill = (data) => {
    const text = JSON.stringify(data);
    if (last?.text !== text) keepFocus(shown, () => replaceChildren(shown, render(data)));
    last = { text, at: new Date() };
    shown.classList.remove('is-stale');
    replaceChildren(trouble);
  };

  const fail = (error) => {
    if (!last) return replaceChildren(shown, errorBox(error, node.reload));
    shown.classList.add('is-stale');
    replaceChildren(trouble, notice('warn', h('p', null, `As of ${clock(last.at)}: `, error.message)));
  };

  // One at a time: changes that come meanwhile are answered by one more.
  node.reload = async () => {
    isWanted = true;
    if (isLoading) return;
    isLoading = true;
    while (isWanted && !signal.aborted) {
      isWanted = false;
      try {
        fill(await load());
      } catch (error) {
        if (!signal.aborted) fail(error);
      }
    }
    isLoading = false;
  };

  follow(signal, ({ changes, gap }) => {
    if (gap || changes.some(concerns)) node.reload();
  });
  if (everyMs) {
    const timer = setInterval(() => document.hidden || node.reload(), everyMs);
    signal.addEventListener('abort', () => clearInterval(timer));
  }
  node.reload();
  return node;
}

function keepFocus(node, change) {
  const index = [...node.querySelectorAll(kFocusable)].indexOf(document.activeElement);
  change();
  if (index >= 0) node.querySelectorAll(kFocusable)[index]?.focus({ preventScroll: true });
}
