// Where leads come from: each source's URL, its last lead, and whether it has fallen silent.
import { get } from './api.js';
import { command, firstLead } from './first_lead.js';
import { livePanel } from './panel.js';
import { address } from './route.js';
import { plural, when } from './time.js';
import { emptyState, facts, given, h, link, notice, prose, viewHead } from './ui.js';

const kEveryMs = 15_000;

export function show(view) {
  view.title('Sources');
  const { signal } = view;
  view.root.append(
    viewHead('Sources'),
    livePanel({
      signal,
      everyMs: kEveryMs,
      concerns: ({ kind }) => kind === 'received',
      load: () => get('/api/v1/sources', {}, { signal }),
      render: ({ sources }) => (sources.length ? all(sources) : noSource()),
    }),
  );
}

function noSource() {
  return emptyState(
    'No source yet',
    prose(
      'A source is a sender with a URL and keys of its own. Put a `[[source]]` into the configuration; ' +
        '`leadspool key NAME` makes its key.',
    ),
  );
}

function all(sources) {
  const waitsForFirst = sources.every(({ last_received_at: last }) => !last);
  return [
    waitsForFirst && emptyState('No lead yet', firstLead(sources.find(({ url }) => url)?.url)),
    h('div', { class: 'two' }, sources.map(sourceCard)),
    !waitsForFirst &&
      h(
        'details',
        { class: 'card' },
        h('summary', null, 'How to send a sample lead'),
        firstLead(sources.find(({ url }) => url)?.url),
      ),
  ];
}

function sourceCard(source) {
  const { name, url, received_24h: received } = source;
  return h(
    'section',
    { class: 'card source', 'data-entry': true },
    h(
      'div',
      { class: 'row spread' },
      h('h2', null, link(given(name), address('leads', { source: name }), { class: 'line-name' })),
      h('span', { class: 'muted' }, `${plural(received, 'lead')} in 24\u00a0h`),
    ),
    warnings(source),
    url && h('div', null, h('p', { class: 'muted small' }, 'URL, without its key'), command(url)),
    facts(standing(source)),
  );
}

function warnings({ configured, silent, silence_hours: hours }) {
  const gone = 'It is not in the configuration any more: leads sent to its URL are refused.';
  return [
    !configured && notice('warn', h('p', null, gone)),
    silent &&
      notice('warn', h('p', null, `Silent: a lead is expected at least every ${plural(hours, 'hour')}.`)),
  ];
}

function standing(source) {
  const { configured, keys, last_received_at: last, silence_hours: hours } = source;
  return [
    ['Last lead', last ? when(last) : 'none yet'],
    configured && ['Watched for silence', hours > 0 ? `after ${plural(hours, 'hour')}` : 'no'],
    configured && ['Keys', keys > 0 ? plural(keys, 'key') : 'none, so nobody can send'],
    configured && ['Test leads', policy(source.test_leads)],
    configured && ['Do not contact', policy(source.do_not_contact)],
  ];
}

function policy(word) {
  return { deliver: 'delivered as others', hold: 'held until somebody releases them' }[word] ?? given(word);
}
