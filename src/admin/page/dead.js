// The view of dead letters: what died, grouped by cause, with what to do about each; below it the last redrives. With
// a destination in the address only its own, with a cause as well one group (dead_group.js).
import { get } from './api.js';
import { meaningOfCause } from './causes.js';
import { showGroup } from './dead_group.js';
import { livePanel } from './panel.js';
import { orderRedrive } from './redrive_order.js';
import { redriveTable } from './redrive.js';
import { address, go } from './route.js';
import { count, plural, when } from './time.js';
import { changeButton, chip, emptyState, given, h, link, replaceChildren, section, viewHead } from './ui.js';

const kLastRedrives = 5;

export function show(view) {
  const { root, parameters, signal, title } = view;
  if (parameters.get('cause')) return showGroup(view);
  title('Dead letters');
  const destination = parameters.get('destination');
  const filter = destination ? { destination } : {};
  const isShown = (group) => !destination || group.destination === destination;
  const actions = h('div', { class: 'actions' });
  replaceChildren(
    root,
    viewHead('Dead letters', actions),
    destination &&
      h('div', { class: 'chips' }, chip(['to ', given(destination)], { onremove: () => go('#/dead') })),
    livePanel({
      signal,
      load: () => get('/api/v1/dead-letters', {}, { signal }),
      render: (answer) => {
        const groups = answer.groups.filter(isShown);
        replaceChildren(
          actions,
          groups.length > 1 && changeButton('Redrive all …', { onclick: () => orderRedrive(filter) }),
        );
        return groups.length > 0 ? groupList(groups) : noDeadLetters();
      },
      concerns: (change) => change.kind !== 'received',
    }),
    livePanel({
      signal,
      load: () => get('/api/v1/redrives', { limit: kLastRedrives }, { signal }),
      render: ({ redrives }) =>
        redrives.length > 0 &&
        section(
          'The last redrives',
          redriveTable(redrives),
          h('p', null, h('a', { href: '#/redrives' }, 'All redrives')),
        ),
      concerns: (change) => change.kind === 'redrive' || change.kind === 'delivery',
    }),
  );
}

function noDeadLetters() {
  return emptyState(
    'Nothing is dead',
    h(
      'p',
      null,
      'A delivery dies when its destination refuses the lead, or when it was tried as often as it may be. ' +
        'It is kept here, by cause, until a person mends it and tries it again.',
    ),
  );
}

function groupList(groups) {
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  return [
    h(
      'p',
      { class: 'muted' },
      `${plural(total, 'delivery', 'deliveries')} died of ${plural(groups.length, 'cause')}${groups.length > 1 ? ', the commonest first' : ''}.`,
    ),
    h('ul', { class: 'groups' }, groups.toSorted((one, other) => other.count - one.count).map(groupCard)),
  ];
}

function groupCard(group) {
  const { cause, destination, first, last } = group;
  const filter = { destination, cause };
  return h(
    'li',
    { class: 'card group', 'data-entry': true },
    h(
      'div',
      { class: 'group-count' },
      h('strong', { class: 'tabular' }, count(group.count)),
      h('span', { class: 'muted small' }, group.count === 1 ? 'lead' : 'leads'),
    ),
    h(
      'div',
      { class: 'group-text' },
      h('h2', null, h('a', { href: address('dead', filter) }, given(cause))),
      h('p', null, meaningOfCause(cause)),
      h(
        'p',
        { class: 'muted small' },
        'To ',
        link(given(destination), address(['destinations', destination])),
        ' · first ',
        when(first),
        ', last ',
        when(last),
      ),
    ),
    h(
      'div',
      { class: 'group-actions row' },
      changeButton(group.count === 1 ? 'Redrive …' : `Redrive ${count(group.count)} …`, {
        onclick: () => orderRedrive(filter),
      }),
    ),
  );
}
