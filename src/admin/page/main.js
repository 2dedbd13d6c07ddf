// Where the page starts: signs in, then shows the view that the address names.
//
// A view is a module with `show(view)`, which may be async. It gets
//   root         an empty element to fill; begin with viewHead(...), whose heading takes the focus
//                unless the view has given it to something else
//   part         what follows the view's name in the address (a lead's id, a destination's name), or null
//   parameters   URLSearchParams of the address
//   signal       aborts when another view is opened: pass it to get(), follow() and livePanel()
//   title(text)  what the browser's tab says
// What it throws is shown with a button to try again. A view is loaded when it is first opened.
import { onReachable, whoami } from './api.js';
import { markView, showFrame, showUnreachable } from './frame.js';
import { listenToKeys } from './keys.js';
import { parse } from './route.js';
import { onSignedOut, remember, takeTokenFromAddress, token } from './session.js';
import { show as showSignIn } from './sign_in.js';
import { missed, start, stop } from './stream.js';
import { keepTimesFresh } from './time.js';
import { errorBox, h, viewHead } from './ui.js';

// [name, whether a part follows, frame's name, module]
const kViews = [
  ['', false, 'overview', () => import('./overview.js')],
  ['leads', false, 'leads', () => import('./leads.js')],
  ['leads', true, 'leads', () => import('./lead.js')],
  ['dead', false, 'dead', () => import('./dead.js')],
  ['redrives', false, 'dead', () => import('./redrive.js')],
  ['redrives', true, 'dead', () => import('./redrive.js')],
  ['destinations', false, 'destinations', () => import('./destinations.js')],
  ['destinations', true, 'destinations', () => import('./destination.js')],
  ['sources', false, 'sources', () => import('./sources.js')],
];

const main = document.getElementById('main');
const scrolled = new Map(); // by the history entry's number
let current = null; // {controller, number, failed}
let lastNumber = 0;

function findView({ name, part }) {
  const found = kViews.find(([known, hasPart]) => known === name && hasPart === (part !== null));
  return found ?? [name, false, '', () => import('./not_found.js')];
}

async function showCurrent() {
  leave();
  const place = parse(location.hash);
  const [, , frameName, load] = findView(place);
  const controller = new AbortController();
  const opened = { controller, number: enter(), failed: false };
  current = opened;
  const root = h('div', { class: `view view-${frameName || 'none'}` });
  const view = {
    root,
    part: place.part,
    parameters: place.parameters,
    signal: controller.signal,
    title: setTitle,
  };
  main.replaceChildren(root);
  markView(frameName);
  try {
    await (await load()).show(view);
  } catch (error) {
    if (controller.signal.aborted) return;
    opened.failed = true;
    root.replaceChildren(viewHead('This could not be shown'), errorBox(error, showCurrent));
  }
  if (controller.signal.aborted) return;
  if (!root.contains(document.activeElement)) root.querySelector('h1')?.focus({ preventScroll: true });
  scrollTo(0, scrolled.get(opened.number) ?? 0);
}

// Each entry of the history has a number of its own, so that going back finds the place on the page again.
function enter() {
  const number = history.state?.number ?? ++lastNumber;
  lastNumber = Math.max(lastNumber, number);
  history.replaceState({ number }, '');
  return number;
}

function leave() {
  if (!current) return;
  scrolled.set(current.number, scrollY);
  current.controller.abort();
}

function setTitle(text) {
  document.title = `${text} · Leadspool`;
}

function askForToken(why) {
  leave();
  current = null;
  stop();
  document.body.classList.add('is-signed-out');
  document.title = 'Sign in · Leadspool';
  main.replaceChildren();
  showSignIn(main, why, enterWith);
}

function enterWith(accepted, who) {
  remember(accepted, who);
  document.body.classList.remove('is-signed-out');
  showFrame();
  start();
  return showCurrent();
}

async function begin() {
  takeTokenFromAddress();
  if (!token()) return askForToken('');
  try {
    await enterWith(token(), await whoami(token()));
  } catch (error) {
    if (error.status === 401) return;
    main.replaceChildren(viewHead('Leadspool'), errorBox(error, begin));
  }
}

history.scrollRestoration = 'manual';
document.getElementById('skip').addEventListener('click', () => main.focus());
addEventListener('hashchange', () => {
  if (takeTokenFromAddress()) return begin();
  if (token()) showCurrent();
});
onSignedOut(askForToken);
onReachable((isReachable) => {
  showUnreachable(!isReachable);
  if (!isReachable || !token()) return;
  if (!current) begin();
  else if (current.failed) showCurrent();
  else missed();
});
listenToKeys();
keepTimesFresh();
begin();
