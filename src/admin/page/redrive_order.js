// Ordering a redrive of many dead letters: how many it would take is counted first, then how carefully it goes is
// chosen; once ordered, its own view shows how it goes.
//
//   orderRedrive(filter)   a filter of the API's redrives
import { oneChange } from './api.js';
import { order } from './dialog.js';
import { filterLabel } from './lead_filter.js';
import { address, go } from './route.js';
import { plural } from './time.js';
import { errorBox, given, h, loading, replaceChildren } from './ui.js';

// With a canary the rest waits until the first ones were delivered, which costs nothing when there are few.
const kUsualCanary = 1;

function numberField(name, label, hint, { value = '', min, max, step = 1 }) {
  const id = `redrive-${name}`;
  const input = h('input', {
    id,
    type: 'number',
    value: String(value),
    min,
    max,
    step,
    'aria-describedby': `${id}-hint`,
    inputmode: 'decimal',
  });
  const node = h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    input,
    h('p', { class: 'muted small', id: `${id}-hint` }, hint),
  );
  return { node, read: () => (input.value === '' ? undefined : Number(input.value)) };
}

function optionFields() {
  return {
    canary: numberField(
      'canary',
      'Canary',
      'The first so many go alone; the rest follows only when all of them were delivered. 0: none.',
      { value: kUsualCanary, min: 0 },
    ),
    rate_per_second: numberField(
      'rate',
      'At most a second',
      'Empty: as fast as the destination takes them.',
      { min: 0.1, max: 1000, step: 0.1 },
    ),
    stop_after_failures: numberField(
      'stop',
      'Stop after failures',
      'So many dead again end it. Empty: it goes on whatever fails.',
      { value: 10, min: 1 },
    ),
  };
}

function whatIsTaken(filter) {
  const parts = Object.entries(filter).map(([name, value]) => filterLabel(name, value));
  return parts.length === 0
    ? 'All dead letters.'
    : h('span', null, 'Dead letters: ', given(parts.join(', ')));
}

async function countInto(node, filter) {
  try {
    const { total } = await oneChange()('POST', '/api/v1/redrives', { filter, dry_run: true });
    replaceChildren(
      node,
      h(
        'strong',
        { class: 'redrive-count' },
        total === 0
          ? 'There is nothing to redrive.'
          : `${plural(total, 'delivery', 'deliveries')} would be tried again.`,
      ),
    );
  } catch (error) {
    replaceChildren(
      node,
      errorBox(error, () => countInto(node, filter)),
    );
  }
}

export async function orderRedrive(filter) {
  const counted = h('div', { role: 'status' }, loading('Counting …'));
  const fields = optionFields();
  countInto(counted, filter);
  const redrive = await order({
    title: 'Redrive dead letters',
    body: [
      h('p', null, whatIsTaken(filter)),
      counted,
      h(
        'div',
        { class: 'grid' },
        Object.values(fields).map((field) => field.node),
      ),
    ],
    action: 'Redrive',
    wide: true,
    done: 'The redrive is ordered.',
    run: (reason, send) => {
      const options = Object.entries(fields)
        .map(([name, field]) => [name, field.read()])
        .filter(([, value]) => value !== undefined);
      return send('POST', '/api/v1/redrives', { filter, reason, ...Object.fromEntries(options) });
    },
  });
  if (redrive) go(address(['redrives', redrive.id]));
  return null;
}
