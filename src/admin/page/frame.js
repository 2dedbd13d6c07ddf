// What stands around every view: who is signed in, the switch of light and dark, the number of dead letters, and the
// banner that tells when the service does not answer.
//
//   showFrame()              after the sign-in
//   markView(name)           which entry of the navigation is the present one
//   showUnreachable(is)      shows or hides the banner; while it shows, what is on the page is greyed, as it may be old
import { get, request } from './api.js';
import { showKeyHelp } from './keys.js';
import { forget, token, who } from './session.js';
import { follow } from './stream.js';
import { clock, count } from './time.js';
import { button, h, replaceChildren } from './ui.js';

const kAskAgainMs = 4000;
const kThemes = { auto: 'Theme: auto', light: 'Theme: light', dark: 'Theme: dark' };
const kThemeKey = 'leadspool.theme';

let frame = new AbortController();
let askingAgain = null;

export function showFrame() {
  frame.abort();
  frame = new AbortController();
  const { name, role, version } = who();
  replaceChildren(
    document.getElementById('tools'),
    themeSwitch(),
    button('Keys', {
      kind: 'quiet',
      title: 'Keyboard help (?)',
      onclick: showKeyHelp,
      class: 'only-wide-block',
    }),
    button('Sign out', { kind: 'quiet', onclick: () => forget('You are signed out.') }),
    h(
      'p',
      { class: 'signed-in muted small' },
      h('bdi', null, name),
      role === 'read' ? ' · may only look' : '',
      h('br'),
      `Leadspool ${version}`,
    ),
  );
  countDead();
  follow(frame.signal, ({ changes, gap }) => {
    if (gap || changes.some((change) => change.kind !== 'received')) countDead();
  });
}

export function markView(name) {
  for (const entry of document.querySelectorAll('[data-view]')) {
    if (entry.dataset.view === name) entry.setAttribute('aria-current', 'page');
    else entry.removeAttribute('aria-current');
  }
}

export function showUnreachable(isUnreachable) {
  clearInterval(askingAgain);
  const banner = document.getElementById('banner');
  document.body.classList.toggle('is-unreachable', isUnreachable);
  banner.hidden = !isUnreachable;
  if (!isUnreachable) return;
  banner.textContent =
    `The service does not answer. What you see is as of ${clock(new Date())}; ` +
    'it is asked again every few seconds.';
  askingAgain = setInterval(() => request('GET', '/healthz', { accept: '*/*' }).catch(() => {}), kAskAgainMs);
}

// Left alone when it cannot be asked for: the views tell about that.
async function countDead() {
  const status = await get('/api/v1/status', {}, { signal: frame.signal }).catch(() => null);
  const dead = status?.deliveries?.dead;
  if (dead == null || !token()) return;
  const node = document.getElementById('dead-count');
  node.hidden = dead === 0;
  node.textContent = count(dead);
}

function themeSwitch() {
  const chosen = localStorage.getItem(kThemeKey) ?? 'auto';
  const select = h(
    'select',
    { 'aria-label': 'Light or dark', class: 'theme' },
    Object.entries(kThemes).map(([value, label]) =>
      h('option', { value, selected: value === chosen }, label),
    ),
  );
  select.addEventListener('change', () => {
    if (select.value === 'auto') {
      localStorage.removeItem(kThemeKey);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(kThemeKey, select.value);
      document.documentElement.dataset.theme = select.value;
    }
  });
  return select;
}
