// The keyboard: `/` searches, `j` and `k` move along entries, Enter opens, `g` and a letter goes to a view, `?` helps.
// Never while something is being typed, and never with Ctrl, Alt or Meta, which belong to the browser.
//
// A search field that `/` should find carries `data-search`; entries of a list carry `data-entry` (table() of
// ui.js does so). An entry's first link or button takes the focus.
import { openDialog } from './dialog.js';
import { go } from './route.js';
import { token } from './session.js';
import { h } from './ui.js';

const kViews = { o: '#/', l: '#/leads', d: '#/dead', t: '#/destinations', s: '#/sources' };
const kPrefixMs = 1500;

const kHelp = [
  ['/', 'search the leads'],
  ['j  k', 'next, previous entry of a list'],
  ['Enter', 'open it'],
  ['g o', 'go to the overview'],
  ['g l', 'go to the leads'],
  ['g d', 'go to the dead letters'],
  ['g t', 'go to the destinations'],
  ['g s', 'go to the sources'],
  ['Esc', 'close a dialog, leave a field'],
  ['?', 'this help'],
];

let prefixUntil = 0;

export function listenToKeys() {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !token()) return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape' && !event.target.closest('dialog')) event.target.blur();
      return;
    }
    if (!document.querySelector('dialog[open]') && press(event.key)) event.preventDefault();
  });
}

export function showKeyHelp() {
  openDialog({
    title: 'Keyboard',
    body: h(
      'dl',
      { class: 'keys' },
      kHelp.map(([keys, meaning]) =>
        h(
          'div',
          null,
          h(
            'dt',
            null,
            keys.split(/ +/).map((key) => h('kbd', null, key)),
          ),
          h('dd', null, meaning),
        ),
      ),
    ),
  });
}

function isTyping(target) {
  return (
    target.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]') !=
    null
  );
}

// Whether the key meant something.
function press(key) {
  const isSecond = Date.now() < prefixUntil;
  prefixUntil = 0;
  if (isSecond && kViews[key]) return (go(kViews[key]), true);
  if (key === 'g') return ((prefixUntil = Date.now() + kPrefixMs), true);
  if (key === '?') return (showKeyHelp(), true);
  if (key === '/') return (search(), true);
  if (key === 'j') return move(1);
  if (key === 'k') return move(-1);
  return false;
}

function search() {
  const field = document.querySelector('main [data-search]');
  if (field) return (field.focus(), field.select());
  go('#/leads?focus=search');
}

function move(step) {
  const entries = [...document.querySelectorAll('main [data-entry]')].filter(
    (entry) => entry.offsetParent !== null && entry.querySelector('a, button'),
  );
  if (!entries.length) return false;
  const present = entries.findIndex((entry) => entry.contains(document.activeElement));
  const next = present < 0 ? (step > 0 ? 0 : entries.length - 1) : present + step;
  const entry = entries[Math.max(0, Math.min(entries.length - 1, next))];
  entry.querySelector('a, button').focus();
  entry.scrollIntoView({ block: 'nearest' });
  return true;
}
