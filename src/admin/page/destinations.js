// The list of destinations.
import { get } from './api.js';
import { command } from './first_lead.js';
import { healthBadge, healthReason, pauseButton } from './health.js';
import { livePanel } from './panel.js';
import { address } from './route.js';
import { atMost, count, duration } from './time.js';
import { emptyState, given, h, link, notKnown, prose, table, viewHead } from './ui.js';

const kEveryMs = 15_000;

export function show(view) {
  view.title('Destinations');
  const { signal } = view;
  const panel = livePanel({
    signal,
    everyMs: kEveryMs,
    concerns: ({ kind }) => kind !== 'received',
    load: () => get('/api/v1/destinations', {}, { signal }),
    render: ({ destinations }) =>
      destinations.length ? list(destinations, () => panel.reload()) : noDestination(),
  });
  view.root.append(viewHead('Destinations'), panel);
}

export function noDestination() {
  return emptyState(
    'No destination yet',
    prose('Leads are kept, but go nowhere. Put a `[[destination]]` into the configuration. Then:'),
    command('leadspool check\nleadspool reload'),
  );
}

function list(all, reload) {
  return table({
    caption: 'Destinations',
    class: 'destinations',
    columns: [
      { label: 'Destination' },
      { label: 'Health' },
      { label: 'Waiting', numeric: true },
      { label: 'Delivered', numeric: true },
      { label: 'Dead', numeric: true },
      { label: 'Held', numeric: true },
      { label: 'Time to CRM, 95\u00a0%', numeric: true },
      { label: 'Change', hidden: true },
    ],
    rows: all.map((each) => ({ href: address(['destinations', each.name]), cells: cells(each, reload) })),
  });
}

function cells(destination, reload) {
  const { name, type, deliveries, oldest_waiting_age_s: age, time_to_crm: times } = destination;
  const counted = (state) =>
    deliveries[state] ? link(count(deliveries[state]), address('leads', { destination: name, state })) : '0';
  return [
    h(
      'div',
      null,
      link(given(name), address(['destinations', name]), { class: 'line-name' }),
      h('div', { class: 'muted small' }, given(type, 'not in the configuration')),
    ),
    h('div', { class: 'health' }, healthBadge(destination), healthReason(destination)),
    h(
      'div',
      null,
      counted('pending'),
      age != null && h('div', { class: 'muted small' }, `oldest ${duration(age)}`),
    ),
    counted('delivered'),
    deliveries.dead ? link(count(deliveries.dead), address('dead', { destination: name })) : '0',
    counted('held'),
    times?.count
      ? h(
          'span',
          { title: `of ${count(times.count)} delivered in ${times.window_hours} h` },
          atMost(times.p95_ms),
        )
      : notKnown('—'),
    h('div', { class: 'actions' }, pauseButton(destination, reload)),
  ];
}
