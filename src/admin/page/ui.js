// The building blocks of all views: functions that return DOM nodes. Text becomes text nodes only, so what a
// stranger sent stays text; given() also keeps its writing direction to itself.
//
//   h(tag, attributes?, ...children)   an element. attributes: `onclick: f` listens, true sets an empty one, null
//                                      and false leave it out. children: nodes, text, numbers, arrays; null,
//                                      undefined and false are left out
//   given(text, empty?)                <bdi>: use it for everything that came from outside (fields, causes,
//                                      reasons, answers, names in the configuration)
//   prose(text, attributes?)           <p> of our own words; what stands between backticks becomes <code>
//   notKnown(text?)                    "not known yet", muted
//   button(label, {kind, title, disabled, onclick, ...attributes})
//                                      kind: 'primary' | 'danger' | 'quiet' | undefined
//   changeButton(label, options)       the same, and null where the token may change nothing
//   link(label, href, attributes?)
//   badge(word)                        a state, outcome, disposition, health or redrive's state, coloured and explained
//   chip(label, {href | onremove | pressed + onclick})
//   table({caption, columns, rows, class})   columns: [{label, numeric, hidden}] (hidden: only for screen readers);
//                                      rows: arrays of children, or {cells, href?, selected?}; each row is a
//                                      `data-entry` for j/k, and rows with `href` open by Enter and a click
//   facts([[label, ...children], ...]) a <dl>
//   progress(done, total, label)
//   emptyState(title, ...children)     teaches what to do
//   errorBox(error, retry?)            an ApiError as people read it; retry: a function
//   loading(label?)
//   copyButton(text, label?)
//   pager({newer, older})              functions, or null where there is nothing
//   notice(tone, ...children)          a coloured box: 'good' | 'warn' | 'bad' | 'info'
//   viewHead(title, ...actions)        the <h1>, which takes the focus when the view opens, with its actions
//   section(title, ...children)        <section> with its <h2>
//   toast(text, tone?)                 tells a result, aloud for screen readers
//   replaceChildren(node, ...children) as the DOM's, with children as of h()
import { withControlsShown } from './bidi.js';
import { mayChange } from './session.js';

export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  setAttributes(node, attributes ?? {});
  node.append(...nodesOf(children));
  return node;
}

export function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else if (name === 'value') node.value = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
}

function nodesOf(children) {
  return children.flat(Infinity).filter((child) => child != null && child !== false && child !== '');
}

export function replaceChildren(node, ...children) {
  node.replaceChildren(...nodesOf(children));
}

export function given(text, empty = '—') {
  if (text == null || text === '') return h('span', { class: 'muted' }, empty);
  return h('bdi', { dir: 'auto', class: 'given' }, withControlsShown(String(text)));
}

export function prose(text, attributes) {
  const parts = text.split('`');
  return h(
    'p',
    attributes,
    parts.map((part, index) => (index % 2 ? h('code', null, part) : part)),
  );
}

export function notKnown(text = 'not known yet') {
  return h('span', { class: 'muted' }, text);
}

export function button(label, { kind, class: name, ...attributes } = {}) {
  const classes = ['button', kind && `button-${kind}`, name].filter(Boolean).join(' ');
  return h('button', { type: 'button', class: classes, ...attributes }, label);
}

export function changeButton(label, options) {
  return mayChange() ? button(label, options) : null;
}

export function link(label, href, attributes) {
  return h('a', { href, ...attributes }, label);
}

// word: [tone, what is shown, what it means]
const kWords = {
  pending: ['wait', 'pending', 'waits for its next attempt'],
  claimed: ['info', 'being tried', 'claimed: an attempt is being made right now'],
  delivered: ['good', 'delivered', 'the destination has it'],
  dead: ['bad', 'dead', 'not tried any more; kept for a person'],
  held: ['warn', 'held', 'waits until a person releases it'],
  discarded: ['mute', 'discarded', 'a person gave it up'],
  erased: ['mute', 'erased', "the person's data was removed for good"],
  rejected: ['bad', 'rejected', 'the destination refused this very lead'],
  unavailable: ['warn', 'unavailable', 'the destination could not be reached or could not answer'],
  misconfigured: [
    'bad',
    'misconfigured',
    'the destination refuses everything until its configuration is mended',
  ],
  ambiguous: ['warn', 'ambiguous', 'it is not known whether the destination took it'],
  interrupted: ['mute', 'interrupted', 'the service stopped during the attempt'],
  deliver: ['mute', 'deliver', 'an ordinary lead'],
  test: ['info', 'test', 'a test lead'],
  do_not_contact: ['warn', 'do not contact', 'another partner has been asked'],
  duplicate: ['mute', 'duplicate', 'the same was received before'],
  probe: ['mute', 'probe', 'a request without a body, to see whether the URL answers'],
  quarantined: ['bad', 'quarantined', 'kept, but could not be read; a revision makes it readable'],
  closed: ['good', 'working', 'the last attempts worked'],
  open: ['bad', 'down', 'attempts wait until the destination answers again'],
  paused: ['warn', 'paused', 'a person stopped its attempts'],
  untried: ['mute', 'not known yet', 'no attempt was made yet'],
  unknown: ['mute', 'not known', 'this cannot be told'],
  running: ['info', 'running', 'goes on'],
  canary: ['info', 'canary', 'the first few are tried before the rest'],
  done: ['good', 'done', 'all were redriven'],
  stopped: ['bad', 'stopped', 'too many failed, so the rest was left alone'],
  cancelled: ['mute', 'cancelled', 'a person ended it'],
  passed: ['good', 'passed', 'this step worked'],
  failed: ['bad', 'failed', 'this step did not work'],
};

export function badge(word) {
  const [tone, label, meaning] = kWords[word] ?? ['mute', word, ''];
  return h('span', { class: `badge tone-${tone}`, title: meaning }, label);
}

export function chip(label, { href, onremove, pressed, onclick } = {}) {
  if (onremove) {
    return h(
      'span',
      { class: 'chip' },
      label,
      h(
        'button',
        { type: 'button', class: 'chip-remove', 'aria-label': 'Remove this filter', onclick: onremove },
        '×',
      ),
    );
  }
  if (href) return h('a', { class: 'chip', href, 'aria-current': pressed ? 'true' : null }, label);
  return h(
    'button',
    { type: 'button', class: 'chip', 'aria-pressed': String(Boolean(pressed)), onclick },
    label,
  );
}

// The roles are told again because narrow screens show the rows as cards, and that would take them away.
export function table({ caption, columns, rows, class: name = '' }) {
  const heads = columns.map(({ label, numeric, hidden }) =>
    h(
      'th',
      { scope: 'col', role: 'columnheader', class: numeric ? 'numeric' : null },
      hidden ? h('span', { class: 'only-read' }, label) : label,
    ),
  );
  return h(
    'table',
    { role: 'table', class: `table ${name}` },
    h('caption', { class: 'only-read' }, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heads)),
    h(
      'tbody',
      { role: 'rowgroup' },
      rows.map((row) => tableRow(row, columns)),
    ),
  );
}

function tableRow(row, columns) {
  const { cells, href, selected } = Array.isArray(row) ? { cells: row } : row;
  const open = (event) => {
    // A click on a control in the row, or one that ends a selection of text, means something else.
    if (event.target.closest('a, button, input, label, summary') || !getSelection().isCollapsed) return;
    location.hash = href;
  };
  const attributes = {
    role: 'row',
    'data-entry': true,
    class: href ? 'opens' : null,
    onclick: href ? open : null,
  };
  return h(
    'tr',
    { ...attributes, 'data-selected': selected },
    cells.map((cell, index) =>
      h(
        'td',
        {
          role: 'cell',
          class: columns[index].numeric ? 'numeric' : null,
          'data-label': columns[index].hidden ? null : columns[index].label,
        },
        cell,
      ),
    ),
  );
}

export function facts(pairs) {
  return h(
    'dl',
    { class: 'facts' },
    pairs
      .filter(Boolean)
      .map(([label, ...children]) => h('div', null, h('dt', null, label), h('dd', null, children))),
  );
}

export function progress(done, total, label) {
  return h(
    'div',
    { class: 'progress' },
    h('progress', { max: Math.max(total, 1), value: done, 'aria-label': label }),
    h('span', { class: 'tabular' }, label),
  );
}

export function emptyState(title, ...children) {
  return h('div', { class: 'empty' }, h('h2', null, title), children);
}

export function errorBox(error, retry) {
  return h(
    'div',
    { class: 'notice tone-bad', role: 'alert' },
    h('p', { class: 'error-text' }, given(error.message)),
    error.code && h('p', { class: 'muted small' }, `Code: ${error.code}`),
    retry && button('Try again', { onclick: retry }),
  );
}

export function loading(label = 'Loading …') {
  return h('p', { class: 'loading muted', role: 'status' }, label);
}

export function copyButton(text, label = 'Copy') {
  const node = button(label, { kind: 'quiet', class: 'copy' });
  node.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      // Beside the pointer too, as a dialog covers the toasts.
      node.textContent = 'Copied';
      toast('Copied.');
    } catch {
      toast('The browser does not let this page copy; select the text instead.', 'bad');
    }
  });
  return node;
}

export function pager({ newer, older }) {
  return h(
    'nav',
    { class: 'pager', 'aria-label': 'Pages' },
    button('← Newer', { disabled: !newer, onclick: newer }),
    button('Older →', { disabled: !older, onclick: older }),
  );
}

export function notice(tone, ...children) {
  return h('div', { class: `notice tone-${tone}` }, children);
}

export function viewHead(title, ...actions) {
  return h(
    'div',
    { class: 'view-head' },
    h('h1', { tabindex: '-1' }, title),
    h('div', { class: 'actions' }, actions),
  );
}

export function section(title, ...children) {
  return h('section', null, h('h2', null, title), children);
}

const kToastMs = 6000;

export function toast(text, tone = 'good') {
  const node = h('div', { class: `toast tone-${tone}` }, text);
  document.getElementById('toasts').append(node);
  setTimeout(() => node.remove(), kToastMs);
}
