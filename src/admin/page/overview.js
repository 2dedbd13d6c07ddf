// The overview: what needs a person first, then how things stand and how they went.
import { get } from './api.js';
import { attentionList, findAttention } from './attention.js';
import { noDestination } from './destinations.js';
import { firstLead } from './first_lead.js';
import { healthBadge, healthReason, pauseButton, waitingText } from './health.js';
import { livePanel } from './panel.js';
import { timePlot } from './plot.js';
import { address } from './route.js';
import { atMost, bytes, clock, count, duration, when, within } from './time.js';
import { chip, emptyState, given, h, link, notKnown, replaceChildren, section, viewHead } from './ui.js';

const kEveryMs = 15_000;
const kNotices = 8;
const kStrips = [
  ['received', 'Received', 'received'],
  ['delivered', 'Delivered', 'delivered'],
  ['dead', 'Dead', 'dead'],
];

export function show(view) {
  view.title('Overview');
  const asOf = h('p', { class: 'muted small' });
  view.root.append(viewHead('Overview', asOf), standing(view, asOf), history(view), alerts(view));
}

function standing({ signal }, asOf) {
  const panel = livePanel({
    signal,
    everyMs: kEveryMs,
    load: async () => {
      const [status, listed] = await Promise.all([
        get('/api/v1/status', {}, { signal }),
        // Older services do not list their sources; the rest of the overview is worth showing without.
        get('/api/v1/sources', {}, { signal }).catch(() => null),
      ]);
      asOf.textContent = `as of ${clock(new Date(status.time))}`;
      return { ...status, time: null, sources: listed?.sources ?? null };
    },
    render: (status) => [
      status.leads === 0 && emptyState('No lead yet', firstLead(status.sources?.find(({ url }) => url)?.url)),
      attention(status),
      numbers(status),
      destinations(status.destinations, () => panel.reload()),
    ],
  });
  return panel;
}

function attention(status) {
  const found = findAttention(status, status.sources);
  // Before the first lead, that all is well would say too much.
  if (status.leads === 0 && found.length === 0) return null;
  return section('What needs attention', attentionList(found));
}

function numbers(status) {
  const { deliveries, time_to_crm: times, store } = status;
  const waiting = deliveries.pending + deliveries.claimed;
  return h(
    'div',
    { class: 'numbers' },
    number(
      'Leads',
      link(count(status.leads), '#/leads'),
      status.last_received_at ? ['last one ', when(status.last_received_at)] : 'none received yet',
    ),
    number(
      'Undelivered',
      link(count(waiting), address('leads', { state: 'pending' })),
      status.oldest_undelivered_age_s == null
        ? 'nothing waits'
        : `the oldest for ${duration(status.oldest_undelivered_age_s)}`,
    ),
    number(
      'Dead letters',
      link(count(deliveries.dead), '#/dead'),
      `${count(deliveries.delivered)} delivered, ${count(deliveries.discarded)} discarded`,
    ),
    number('Time to CRM', times?.count ? atMost(times.p50_ms) : notKnown(), timesText(times)),
    number('Store', store.bytes == null ? notKnown() : bytes(store.bytes), storeText(store)),
    status.backup && number('Last backup', when(status.backup.last_at, 'none yet'), backupText(status.backup)),
  );
}

function number(label, value, ...below) {
  return h(
    'div',
    { class: 'number card' },
    h('h2', null, label),
    h('p', { class: 'number-value' }, value),
    h('p', { class: 'muted small' }, below),
  );
}

function timesText(times) {
  if (!times?.count) return 'nothing delivered in the last day';
  const most = `95\u00a0% ${within(times.p95_ms)}`;
  return `median of ${count(times.count)} in ${times.window_hours}\u00a0h; ${most}`;
}

function storeText({ log_bytes: log, free_bytes: free }) {
  const parts = [log != null && `${bytes(log)} log`, free != null && `${bytes(free)} free on disk`].filter(
    Boolean,
  );
  return parts.join(', ') || 'free disk space not known';
}

function backupText({ problem, next_at: next }) {
  if (problem) return 'the last try failed';
  return next ? ['the next ', when(next)] : '';
}

function destinations(all, reload) {
  if (all.length === 0) return section('Destinations', noDestination());
  return section(
    'Destinations',
    h(
      'ul',
      { class: 'lines card' },
      all.map((each) => destinationLine(each, reload)),
    ),
  );
}

function destinationLine(destination, reload) {
  const { name, time_to_crm: times, deliveries } = destination;
  const about = [
    waitingText(destination),
    deliveries.dead > 0 && `${count(deliveries.dead)} dead`,
    times?.count && `95\u00a0% ${within(times.p95_ms)}`,
  ]
    .filter(Boolean)
    .join(' · ');
  return h(
    'li',
    { class: 'line', 'data-entry': true },
    h(
      'div',
      { class: 'line-main' },
      h(
        'div',
        { class: 'row' },
        link(given(name), address(['destinations', name]), { class: 'line-name' }),
        healthBadge(destination),
      ),
      healthReason(destination),
      h('p', { class: 'muted small' }, about),
    ),
    h('div', { class: 'actions' }, pauseButton(destination, reload)),
  );
}

function history({ signal }) {
  let step = 'hour';
  const switches = h('div', { class: 'row', role: 'group', 'aria-label': 'Step' });
  const panel = livePanel({
    signal,
    everyMs: 4 * kEveryMs,
    load: () => Promise.all(kStrips.map(([metric]) => get('/api/v1/series', { metric, step }, { signal }))),
    render: (all) =>
      timePlot({
        step,
        strips: kStrips.map(([, label, tone], index) => ({ label, tone, points: all[index].points })),
      }),
  });
  const choose = (chosen) => {
    step = chosen;
    replaceChildren(
      switches,
      [
        ['hour', '48 hours'],
        ['day', '30 days'],
      ].map(([value, label]) => chip(label, { pressed: value === step, onclick: () => choose(value) })),
    );
    switches.querySelector('[aria-pressed=true]').focus({ preventScroll: true });
    panel.reload();
  };
  choose(step);
  return h(
    'section',
    { class: 'card' },
    h('div', { class: 'row spread' }, h('h2', null, 'Over time'), switches),
    panel,
  );
}

function alerts({ signal }) {
  return livePanel({
    signal,
    everyMs: kEveryMs,
    concerns: () => false,
    load: () => get('/api/v1/alerts', { limit: kNotices }, { signal }),
    render: ({ open, notices }) =>
      h(
        'div',
        { class: 'two' },
        section(
          'Open alerts',
          open.length === 0
            ? h('p', { class: 'muted' }, 'None is open.')
            : h('ul', { class: 'lines card' }, open.map(openAlert)),
        ),
        section(
          'Last notices',
          notices.length === 0
            ? h('p', { class: 'muted' }, 'Nobody was told anything yet.')
            : h('ul', { class: 'lines card' }, notices.map(noticeLine)),
        ),
      ),
  });
}

function openAlert({ text, since, told_at: toldAt }) {
  return h(
    'li',
    { class: 'line' },
    h(
      'div',
      { class: 'line-main' },
      h('p', null, given(text)),
      h(
        'p',
        { class: 'muted small' },
        'since ',
        when(since),
        ' · ',
        toldAt ? ['told ', when(toldAt)] : 'nobody was told yet',
      ),
    ),
  );
}

const kNoticeTones = { began: 'bad', 'goes on': 'warn', over: 'good' };

function noticeLine({ at, kind, text }) {
  return h(
    'li',
    { class: 'line' },
    h(
      'div',
      { class: 'line-main' },
      h(
        'div',
        { class: 'row' },
        h('span', { class: `badge tone-${kNoticeTones[kind] ?? 'mute'}` }, kind),
        h('span', { class: 'muted small' }, when(at)),
      ),
      h('p', null, given(text)),
    ),
  );
}
