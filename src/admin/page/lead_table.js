// The leads of a page as a table, with marks to select them where something can be done with several.
//
//   leadTable(leads, {selected, onselect})   selected: a Set of ids, or null for no marks; onselect() after a change
import { dispositionLabel, personName } from './fields.js';
import { address } from './route.js';
import { when } from './time.js';
import { badge, given, h, table } from './ui.js';

const kColumns = [
  { label: 'Received' },
  { label: 'Name' },
  { label: 'Company' },
  { label: 'Offer' },
  { label: 'Source' },
  { label: 'Disposition' },
  { label: 'Deliveries' },
];

function nameOf(lead) {
  if (lead.erased_at) return h('span', { class: 'muted' }, 'erased');
  const name = personName(lead);
  return name
    ? given(name)
    : h('span', { class: 'muted' }, lead.disposition === 'probe' ? 'probe' : 'no name');
}

export function deliveryMarks(lead) {
  if (lead.erased_at) return badge('erased');
  if (lead.unrouted)
    return h('span', { class: 'badge tone-warn', title: 'no destination wants it' }, 'no destination');
  // One badge for each state, since mostly all destinations are in the same one.
  const states = [...new Set(lead.deliveries.map((delivery) => delivery.state))];
  return h(
    'span',
    { class: 'marks' },
    states.map((state) => {
      const names = lead.deliveries
        .filter((delivery) => delivery.state === state)
        .map(({ destination }) => destination);
      return h(
        'span',
        { class: 'mark' },
        badge(state),
        h('span', { class: 'muted small' }, given(names.join(', '))),
      );
    }),
  );
}

function mark(lead, selected, onselect) {
  const box = h('input', {
    type: 'checkbox',
    'aria-label': `Select the lead of ${personName(lead) || lead.received_at}`,
  });
  box.checked = selected.has(lead.id);
  box.addEventListener('change', () => {
    if (box.checked) selected.add(lead.id);
    else selected.delete(lead.id);
    box.closest('tr').toggleAttribute('data-selected', box.checked);
    onselect();
  });
  return box;
}

function rowOf(lead, selected, onselect) {
  const href = address(['leads', lead.id]);
  const cells = [
    when(lead.received_at),
    h('a', { href, class: 'lead-name' }, nameOf(lead)),
    given(lead.company),
    given(lead.offer_title),
    given(lead.source),
    h(
      'span',
      { class: lead.disposition === 'deliver' ? 'muted' : null },
      lead.disposition === 'deliver' ? dispositionLabel(lead.disposition) : badge(lead.disposition),
    ),
    deliveryMarks(lead),
  ];
  if (selected) cells.unshift(mark(lead, selected, onselect));
  return { cells, href, selected: Boolean(selected?.has(lead.id)) };
}

export function leadTable(leads, { selected = null, onselect = () => {} } = {}) {
  const columns = selected ? [{ label: 'Select', hidden: true }, ...kColumns] : kColumns;
  return table({
    caption: 'Leads, newest first',
    class: selected ? 'leads-table has-marks' : 'leads-table',
    columns,
    rows: leads.map((lead) => rowOf(lead, selected, onselect)),
  });
}
