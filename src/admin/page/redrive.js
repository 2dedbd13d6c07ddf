// The views of redrives: how one goes, and the list of the last ones.
//
//   redriveTable(redrives)   also shown below the dead letters
import { get } from './api.js';
import { order } from './dialog.js';
import { filterLabel, queryOf } from './lead_filter.js';
import { livePanel } from './panel.js';
import { address } from './route.js';
import { absolute, count, plural, when } from './time.js';
import {
  badge,
  changeButton,
  emptyState,
  facts,
  given,
  h,
  notice,
  progress,
  replaceChildren,
  table,
  viewHead,
} from './ui.js';

const kAskEveryMs = 2000;
const kListed = 50;
const kOpen = ['canary', 'running'];

export function show(view) {
  return view.part === null ? showAll(view) : showOne(view);
}

export function filterText(filter) {
  const parts = Object.entries(filter)
    .filter(([name]) => name !== 'with_missing')
    .map(([name, value]) => filterLabel(name, value));
  if (filter.with_missing) parts.push('and leads that have no delivery there');
  return parts.join(', ') || 'all that is dead';
}

export function redriveTable(redrives) {
  return table({
    caption: 'Redrives, newest first',
    columns: [
      { label: 'Ordered' },
      { label: 'What' },
      { label: 'State' },
      { label: 'Delivered', numeric: true },
      { label: 'Failed', numeric: true },
      { label: 'Of', numeric: true },
      { label: 'By' },
    ],
    rows: redrives.map((redrive) => {
      const href = address(['redrives', redrive.id]);
      return {
        href,
        cells: [
          when(redrive.at),
          h('a', { href }, given(filterText(redrive.filter))),
          badge(redrive.state),
          count(redrive.delivered),
          count(redrive.failed),
          count(redrive.total),
          given(redrive.by),
        ],
      };
    }),
  });
}

function showAll({ root, signal, title }) {
  title('Redrives');
  replaceChildren(
    root,
    viewHead('Redrives'),
    livePanel({
      signal,
      load: () => get('/api/v1/redrives', { limit: kListed }, { signal }),
      render: ({ redrives }) =>
        redrives.length > 0
          ? redriveTable(redrives)
          : emptyState(
              'Nothing was redriven yet',
              h(
                'p',
                null,
                'A redrive tries many dead letters again. It is ordered at the ',
                h('a', { href: '#/dead' }, 'dead letters'),
                '.',
              ),
            ),
      concerns: (change) => change.kind === 'redrive' || change.kind === 'delivery',
    }),
  );
}

async function showOne({ root, part, signal, title }) {
  title('Redrive');
  const path = `/api/v1/redrives/${encodeURIComponent(part)}`;
  const first = await get(path, {}, { signal });
  const actions = h('div', { class: 'actions' });
  let isEnded = false;
  const panel = livePanel({
    signal,
    load: () => get(path, {}, { signal }),
    render: (redrive) => {
      isEnded = !kOpen.includes(redrive.state);
      replaceChildren(
        actions,
        isEnded ? null : changeButton('Cancel the redrive', { onclick: () => cancel(path, panel) }),
      );
      return redriveCard(redrive);
    },
    concerns: (change) => change.kind === 'redrive' || change.kind === 'delivery',
  });
  // What it waits for (a rate, a canary) makes no change that would be heard of.
  const timer = setInterval(() => isEnded || panel.reload(), kAskEveryMs);
  signal.addEventListener('abort', () => clearInterval(timer));
  replaceChildren(root, viewHead('Redrive', actions), h('p', null, given(filterText(first.filter))), panel);
}

function cancel(path, panel) {
  return order({
    title: 'Cancel this redrive',
    body: h('p', null, 'What was not redriven yet stays dead. What is on its way goes on.'),
    action: 'Cancel the redrive',
    kind: 'danger',
    done: 'Cancelled.',
    run: (reason, send) => send('POST', `${path}/cancel`, { reason }),
  }).then(() => panel.reload());
}

function figure(label, number, tone) {
  return h(
    'div',
    { class: `figure ${number > 0 && tone ? `figure-${tone}` : ''}` },
    h('strong', { class: 'tabular' }, count(number)),
    h('span', { class: 'muted' }, label),
  );
}

function redriveCard(redrive) {
  const { filter, total, redriven, delivered, failed, waiting, discarded } = redrive;
  const leads = address('leads', { ...Object.fromEntries(queryOf(filter)), state: 'dead' });
  return h(
    'div',
    { class: 'stack' },
    h(
      'div',
      { class: 'card stack' },
      h(
        'div',
        { class: 'row spread' },
        badge(redrive.state),
        h('span', { class: 'muted' }, 'ordered ', when(redrive.at), ' by ', given(redrive.by)),
      ),
      progress(
        redriven,
        total,
        `${count(redriven)} of ${plural(total, 'delivery', 'deliveries')} given back`,
      ),
      h(
        'div',
        { class: 'figures' },
        figure('redriven', redriven),
        figure('delivered', delivered, 'good'),
        figure('failed', failed, 'bad'),
        figure('waiting', waiting),
        discarded > 0 && figure('discarded', discarded),
      ),
    ),
    redrive.ended_why
      ? notice(redrive.state === 'stopped' ? 'bad' : 'info', h('p', null, given(redrive.ended_why)))
      : null,
    redrive.service_running === false
      ? notice('warn', h('p', null, 'The service is not running: it goes on when it is.'))
      : null,
    h(
      'div',
      { class: 'card' },
      facts([
        ['Ordered', absolute(redrive.at)],
        redrive.ended_at && ['Ended', absolute(redrive.ended_at)],
        ['Reason', given(redrive.reason)],
        [
          'Canary',
          redrive.canary > 0 ? plural(redrive.canary, 'delivery goes first', 'deliveries go first') : 'none',
        ],
        ['At most a second', redrive.rate_per_second ?? 'as fast as the destination takes them'],
        ['Stops after failures', redrive.stop_after_failures ?? 'never'],
      ]),
    ),
    h('p', null, h('a', { href: leads }, 'What is dead of them now')),
  );
}
