// One destination: its health, what waits, and three ways to try it without harm: test, preview, check.
import { ApiError, get } from './api.js';
import { checkSince, previewOne, testNow } from './destination_trials.js';
import { healthBadge, healthReason, pauseButton } from './health.js';
import { livePanel } from './panel.js';
import { address } from './route.js';
import { count, duration, within } from './time.js';
import { facts, given, h, link, notKnown, viewHead } from './ui.js';

const kEveryMs = 15_000;
const kStates = ['pending', 'claimed', 'delivered', 'dead', 'held', 'discarded'];

export async function show(view) {
  const { signal, part: name } = view;
  view.title(name);
  await find(name, signal); // a name that nobody knows has nothing to test
  const panel = livePanel({
    signal,
    everyMs: kEveryMs,
    concerns: ({ kind, destination }) => kind !== 'received' && (!destination || destination === name),
    load: () => find(name, signal),
    render: (destination) => standing(destination, () => panel.reload()),
  });
  view.root.append(
    h('p', { class: 'crumb' }, link('Destinations', '#/destinations')),
    viewHead(given(name)),
    panel,
    trialCard(
      'Test',
      'Asks the destination step by step whether it would take leads. No lead is sent.',
      testNow(name, signal),
    ),
    trialCard(
      'Preview',
      'The request as it would be sent for one lead, by the configuration file as it is now.',
      previewOne(name, view.parameters.get('lead'), signal),
    ),
    trialCard(
      'Check',
      'Which of the leads received since a day would be rejected or cut by the mapping, before any is sent.',
      checkSince(name, signal),
    ),
  );
}

function trialCard(title, what, form) {
  return h(
    'section',
    { class: 'card' },
    h('div', null, h('h2', null, title), h('p', { class: 'muted' }, what)),
    form,
  );
}

async function find(name, signal) {
  const { destinations } = await get('/api/v1/destinations', {}, { signal });
  const found = destinations.find((each) => each.name === name);
  if (!found) throw new ApiError('no_such_destination', `There is no destination "${name}".`, 404);
  return found;
}

function standing(destination, reload) {
  const { type, health, in_flight: inFlight, oldest_waiting_age_s: age, time_to_crm: times } = destination;
  return h(
    'div',
    { class: 'card stack' },
    h(
      'div',
      { class: 'row spread' },
      h(
        'div',
        { class: 'stack-tight' },
        h(
          'div',
          { class: 'row' },
          healthBadge(destination),
          h('span', { class: 'muted' }, given(type, 'not in the configuration')),
        ),
        healthReason(destination),
      ),
      h('div', { class: 'actions' }, pauseButton(destination, reload)),
    ),
    counts(destination),
    facts([
      ['Oldest waiting', age == null ? 'nothing waits' : duration(age)],
      ['Being tried now', health === 'unknown' ? notKnown() : count(inFlight)],
      ['Time to CRM, 24 h', timesText(times)],
    ]),
  );
}

function counts({ name, deliveries }) {
  const target = (state) =>
    state === 'dead'
      ? address('dead', { destination: name })
      : address('leads', { destination: name, state });
  return h(
    'ul',
    { class: 'counts' },
    kStates.map((state) =>
      h(
        'li',
        null,
        h('span', { class: 'muted small' }, state),
        link(count(deliveries[state]), target(state)),
      ),
    ),
  );
}

function timesText(times) {
  if (!times?.count) return notKnown('nothing was delivered');
  const { p50_ms: half, p95_ms: most, p99_ms: nearlyAll, count: of } = times;
  return `half ${within(half)}, 95\u00a0% ${within(most)}, 99\u00a0% ${within(nearlyAll)} (of ${count(of)})`;
}
