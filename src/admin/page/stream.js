// What changes, as it changes: /api/v1/stream, read by fetch as an EventSource cannot send the token.
//
//   follow(signal, callback)   callback({changes, gap}) until `signal` aborts, at most once a second and not while
//                              held. changes: [{kind, lead, destination, state}]; gap: some were missed, so fetch
//                              again what you show
//   liveSwitch(signal)         the "Live / Held" switch for a view whose rows would move under the reader's eyes;
//                              held ends with the view
//   start(), stop()            at sign-in and sign-out
//   missed()                   tells all views that they may have missed something
//
// A broken connection is taken up again with Last-Event-ID, waiting longer each time; a service that has no
// stream is asked again as well, rarely.
import { request } from './api.js';
import { h } from './ui.js';

const kGatherMs = 1000;
const kFirstWaitMs = 1000;
const kLongestWaitMs = 30_000;

const followers = new Set();
const switches = new Set();
let connection = null; // AbortController
let isWanted = false;
let state = 'off'; // off | connecting | open
let lastId = null;
let isHeld = false;
let gathered = { changes: [], gap: false };
let gatherTimer = null;

export function follow(signal, callback) {
  followers.add(callback);
  signal.addEventListener('abort', () => followers.delete(callback));
}

export function start() {
  stop();
  isWanted = true;
  connect();
}

export function stop() {
  isWanted = false;
  lastId = null;
  disconnect();
}

function connect() {
  connection = new AbortController();
  keepReading(connection.signal);
}

function disconnect() {
  connection?.abort();
  connection = null;
  setState('off');
}

// A browser has few connections to one place, for all of its tabs: those that nobody sees give theirs back.
document.addEventListener('visibilitychange', () => {
  if (!isWanted) return;
  disconnect();
  if (document.hidden) return;
  if (lastId === null) missed();
  connect();
});

export function missed() {
  gather([], true);
}

export function liveSwitch(signal) {
  const words = h('span');
  const node = h(
    'button',
    { type: 'button', class: 'live', onclick: () => hold(!isHeld) },
    h('span', { class: 'dot' }),
    words,
  );
  const update = () => {
    node.setAttribute('aria-pressed', String(!isHeld));
    node.dataset.state = isHeld ? 'held' : state;
    node.title = isHeld
      ? 'Changes wait; press to show them as they come'
      : 'Changes show as they come; press to hold them';
    words.textContent = switchText();
  };
  switches.add(update);
  signal.addEventListener('abort', () => {
    switches.delete(update);
    hold(false);
  });
  update();
  return node;
}

function switchText() {
  if (isHeld) return gathered.changes.length ? `Held · ${gathered.changes.length} new` : 'Held';
  return { open: 'Live', connecting: 'Connecting …', off: 'Not live' }[state];
}

function updateSwitches() {
  for (const update of switches) update();
}

function hold(now) {
  isHeld = now;
  if (!isHeld) tell();
  updateSwitches();
}

function setState(now) {
  state = now;
  updateSwitches();
}

function gather(changes, gap) {
  gathered.changes.push(...changes);
  gathered.gap ||= gap;
  if (isHeld) updateSwitches();
  else gatherTimer ??= setTimeout(tell, kGatherMs);
}

function tell() {
  clearTimeout(gatherTimer);
  gatherTimer = null;
  if (isHeld || (!gathered.changes.length && !gathered.gap)) return;
  const told = gathered;
  gathered = { changes: [], gap: false };
  for (const callback of followers) callback(told);
}

async function keepReading(signal) {
  let waitMs = kFirstWaitMs;
  while (!signal.aborted) {
    setState('connecting');
    try {
      const response = await request('GET', '/api/v1/stream', {
        signal,
        accept: 'text/event-stream',
        lastId,
      });
      setState('open');
      // Without an id to go on from, nobody knows what was missed meanwhile.
      if (lastId === null) gather([], true);
      waitMs = kFirstWaitMs;
      await readAll(response.body);
    } catch {
      // Broken off, refused or gone: all the same to us, we try again.
    }
    if (signal.aborted) return;
    setState('connecting');
    await new Promise((resolve) => setTimeout(resolve, waitMs * (0.75 + Math.random() / 2)));
    waitMs = Math.min(waitMs * 2, kLongestWaitMs);
  }
}

async function readAll(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) take(block);
  }
}

function take(block) {
  const fields = { event: 'message', data: '' };
  for (const line of block.split('\n')) {
    const match = line.match(/^(event|data|id): ?(.*)$/);
    if (match) fields[match[1]] = match[2];
  }
  if (fields.id !== undefined) lastId = fields.id;
  if (fields.event === 'gap') gather([], true);
  else if (fields.event === 'change') gather([JSON.parse(fields.data)], false);
}
