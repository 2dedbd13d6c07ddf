// The controls that say which leads are shown: the search field, the usual views as chips with their counts, more
// filters behind a button, and what is in force as chips that can be taken away.
//
//   filterBar({filter, status, sources, onchange}) -> node   onchange(filter); node.show(filter, status?) when it changed
import { dispositionLabel, kDispositions, kStates } from './fields.js';
import { filterLabel, toLocal, toUtc, without } from './lead_filter.js';
import { count } from './time.js';
import { button, chip, given, h, replaceChildren } from './ui.js';

const kSearchAfterMs = 350;

// Each replaces the state, disposition and "unrouted" in force.
function usualViews(status) {
  const { deliveries = {}, dispositions = {} } = status ?? {};
  return [
    { label: 'All', filter: {} },
    { label: 'Pending', filter: { state: 'pending' }, count: deliveries.pending },
    { label: 'Dead', filter: { state: 'dead' }, count: deliveries.dead },
    { label: 'Held', filter: { state: 'held' }, count: deliveries.held },
    { label: 'Delivered', filter: { state: 'delivered' } },
    { label: 'Quarantined', filter: { disposition: 'quarantined' }, count: dispositions.quarantined },
    { label: 'No destination', filter: { unrouted: 'true' }, count: status?.unrouted },
  ];
}

const kOfViews = ['state', 'disposition', 'unrouted'];

function isInForce(view, filter) {
  return kOfViews.every((name) => (view.filter[name] ?? '') === (filter[name] ?? ''));
}

function withView(view, filter) {
  const rest = kOfViews.reduce(without, filter);
  return { ...rest, ...view.filter };
}

function select(label, values, labelOf = (value) => value) {
  const node = h(
    'select',
    null,
    h('option', { value: '' }, 'any'),
    values.map((value) => h('option', { value }, labelOf(value))),
  );
  return { label, node };
}

function searchField(onsearch) {
  const input = h('input', {
    type: 'search',
    'data-search': true,
    'aria-label': 'Search the leads',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'Name, company, offer, anna@contoso.com or @contoso.com',
    maxlength: '200',
  });
  let timer = null;
  const search = () => {
    clearTimeout(timer);
    onsearch(input.value.trim());
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(search, kSearchAfterMs);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') search();
  });
  return input;
}

function moreFields(status, sources) {
  const destinations = (status?.destinations ?? []).map((each) => each.name);
  return {
    state: select('A delivery is', kStates, (state) => (state === 'claimed' ? 'being tried' : state)),
    disposition: select('Disposition', kDispositions, dispositionLabel),
    destination: select('Destination', destinations),
    source: select(
      'Source',
      (sources ?? []).map((each) => each.name),
    ),
    from: { label: 'Received from', node: h('input', { type: 'datetime-local' }) },
    to: { label: 'Received before', node: h('input', { type: 'datetime-local' }) },
  };
}

// A value that no option has (a destination that is gone) becomes one, so that the field shows what is in force.
function put(node, name, value) {
  if (node.type === 'datetime-local') {
    node.value = toLocal(value);
    return;
  }
  if (value && ![...node.options].some((option) => option.value === value))
    node.append(h('option', { value }, value));
  node.value = value ?? '';
}

function inForce(filter, onchange) {
  const shownElsewhere = (name) => name === 'q' || isShownByView(name, filter);
  const names = Object.keys(filter).filter((name) => !shownElsewhere(name));
  const chips = names.map((name) =>
    chip(given(filterLabel(name, filter[name])), { onremove: () => onchange(without(filter, name)) }),
  );
  return names.length === 0
    ? []
    : [...chips, button('Clear all', { kind: 'quiet', onclick: () => onchange({}) })];
}

function isShownByView(name, filter) {
  return (
    kOfViews.includes(name) && usualViews(null).some((view) => name in view.filter && isInForce(view, filter))
  );
}

export function filterBar({ filter: firstFilter, status: firstStatus, sources, onchange }) {
  let filter = firstFilter;
  let status = firstStatus;
  const change = (next) => onchange(next);
  const search = searchField((q) => change(q ? { ...filter, q } : without(filter, 'q')));
  const views = h('div', { class: 'chips', role: 'group', 'aria-label': 'Usual views' });
  const chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Filters in force' });
  const fields = moreFields(status, sources);
  const more = h(
    'div',
    { class: 'filter-more', id: 'more-filters', hidden: true },
    Object.entries(fields).map(([name, { label, node }]) => {
      node.addEventListener('change', () => {
        const value = node.type === 'datetime-local' ? toUtc(node.value) : node.value;
        change(value ? { ...filter, [name]: value } : without(filter, name));
      });
      return h('label', null, h('span', null, label), node);
    }),
  );
  const opener = button('Filters', {
    'aria-expanded': 'false',
    'aria-controls': 'more-filters',
    onclick: () => {
      more.hidden = !more.hidden;
      opener.setAttribute('aria-expanded', String(!more.hidden));
    },
  });
  const node = h(
    'div',
    { class: 'filter-bar' },
    h('div', { class: 'filter-search' }, search, opener),
    views,
    more,
    chips,
  );

  node.show = (next, nowStatus = status) => {
    filter = next;
    status = nowStatus;
    if (document.activeElement !== search) search.value = filter.q ?? '';
    for (const [name, field] of Object.entries(fields)) put(field.node, name, filter[name]);
    fillViews(views, filter, status, change);
    replaceChildren(chips, inForce(filter, change));
    chips.hidden = chips.childElementCount === 0;
  };
  node.show(filter);
  return node;
}

function fillViews(node, filter, status, change) {
  const before = [...node.children].indexOf(document.activeElement);
  replaceChildren(
    node,
    usualViews(status).map((view) => {
      const label = [view.label, view.count ? h('span', { class: 'chip-count' }, count(view.count)) : null];
      return chip(label, { pressed: isInForce(view, filter), onclick: () => change(withView(view, filter)) });
    }),
  );
  node.children[before]?.focus();
}
