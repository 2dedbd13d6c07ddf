// One group of dead letters, those that died of the same cause at the same destination: its leads, the request for one
// as it would be built now, and mending and trying again one of them or all.
import { oneChange } from './api.js';
import { meaningOfCause } from './causes.js';
import { personName } from './fields.js';
import { changeButtons } from './lead_actions.js';
import { loadPage } from './lead_pages.js';
import { reviseLead } from './lead_revise.js';
import { livePanel } from './panel.js';
import { orderRedrive } from './redrive_order.js';
import { showRequest } from './request_view.js';
import { address } from './route.js';
import { plural, when } from './time.js';
import {
  button,
  changeButton,
  emptyState,
  given,
  h,
  link,
  replaceChildren,
  table,
  toast,
  viewHead,
} from './ui.js';

export function showGroup({ root, parameters, signal, title }) {
  const filter = { destination: parameters.get('destination') ?? '', cause: parameters.get('cause') };
  title('Dead letters of one cause');
  const listed = { state: 'dead', ...filter };
  const panel = livePanel({
    signal,
    load: () => loadPage(listed, { signal }),
    render: ({ leads, next }) => [
      leads.length > 0 ? leadsOfGroup(leads, filter, () => panel.reload()) : noneLeft(),
      next &&
        h(
          'p',
          { class: 'muted' },
          `The newest ${plural(leads.length, 'lead')}. `,
          link('All of them in the list of leads', address('leads', listed)),
          '.',
        ),
    ],
    concerns: (change) => change.kind !== 'received',
  });
  replaceChildren(
    root,
    h(
      'div',
      { class: 'stack' },
      h('p', null, link('← All dead letters', '#/dead')),
      viewHead(
        given(filter.cause),
        changeButton('Redrive all …', { kind: 'primary', onclick: () => orderRedrive(filter) }),
        link('In the list of leads', address('leads', listed), { class: 'button' }),
      ),
      h(
        'p',
        null,
        'To ',
        link(given(filter.destination), address(['destinations', filter.destination])),
        '. ',
        meaningOfCause(filter.cause),
      ),
    ),
    panel,
  );
}

function noneLeft() {
  return emptyState(
    'None is dead of this any more',
    h('p', null, 'What was here is tried again, or was given up.'),
    link('All dead letters', '#/dead', { class: 'button' }),
  );
}

function leadsOfGroup(leads, { destination }, done) {
  return table({
    caption: 'Leads that died of this',
    class: 'group-leads',
    columns: [
      { label: 'Received' },
      { label: 'Name' },
      { label: 'Company' },
      { label: 'Died' },
      { label: 'Actions', hidden: true },
    ],
    rows: leads.map((lead) => {
      const href = address(['leads', lead.id]);
      const delivery = lead.deliveries.find((each) => each.destination === destination);
      return {
        href,
        cells: [
          when(lead.received_at),
          h('a', { href }, given(personName(lead), 'no name')),
          given(lead.company),
          when(delivery?.state_since),
          h('div', { class: 'row' }, actionsOf(lead, destination, done)),
        ],
      };
    }),
  });
}

function actionsOf(lead, destination, done) {
  return [
    button('Preview', {
      kind: 'quiet',
      title: 'The request as it would be built now',
      onclick: () => showRequest(destination, lead.id),
    }),
    changeButton('Revise', { onclick: () => revise(lead.id, done) }),
    changeButtons(lead, destination, done),
  ];
}

async function revise(id, done) {
  try {
    // The form holds personal data, so that it was looked at is noted.
    const lead = await oneChange()('POST', `/api/v1/leads/${id}/reveal`, {});
    const revised = await reviseLead(lead);
    for (const warning of revised?.warnings ?? []) toast(warning, 'warn');
  } catch (error) {
    toast(error.message, 'bad');
  }
  done();
}
