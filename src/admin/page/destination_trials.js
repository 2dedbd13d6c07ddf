// Trying a destination out: parts of its view, each a form with its result below.
//
//   testNow(name, signal)           POST .../test, with its steps
//   previewOne(name, lead, signal)  GET .../preview of the newest or a given lead
//   checkSince(name, signal)        GET .../preview of all since a day, page by page, with progress
import { get, oneChange } from './api.js';
import { loadRequest, requestView } from './request_view.js';
import { address } from './route.js';
import { plural, when } from './time.js';
import {
  badge,
  button,
  changeButton,
  errorBox,
  given,
  h,
  link,
  loading,
  notice,
  replaceChildren,
  table,
} from './ui.js';

const kCheckLimit = 500;
const kDayMs = 86_400_000;

// What is asked for shows in an aria-live part below the form; a second press while it runs is left alone.
function trial(form, submit, run) {
  const result = h('div', { class: 'stack', 'aria-live': 'polite' });
  const node = h('form', { class: 'stack trial' }, h('div', { class: 'row' }, form, submit), result);
  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    submit.disabled = true;
    replaceChildren(result, loading('Asking …'));
    try {
      replaceChildren(result, await run((shown) => replaceChildren(result, shown)));
    } catch (error) {
      replaceChildren(result, errorBox(error));
    }
    submit.disabled = false;
  });
  return node;
}

const kSubmit = { type: 'submit' };

export function testNow(name) {
  const submit = changeButton('Test now', kSubmit);
  if (!submit) return h('p', { class: 'muted' }, 'This token may only look, so it cannot test.');
  return trial(null, submit, async () => {
    const path = `/api/v1/destinations/${encodeURIComponent(name)}/test`;
    const { passed, steps } = await oneChange()('POST', path, {});
    return [
      passed
        ? notice('good', h('p', null, 'It would take leads.'))
        : notice('bad', h('p', null, 'It would not take leads as things stand.')),
      h('ol', { class: 'lines card' }, steps.map(stepLine)),
    ];
  });
}

function stepLine({ what, verdict, detail, setting }) {
  return h(
    'li',
    { class: 'line' },
    h(
      'div',
      { class: 'line-main' },
      h('div', { class: 'row' }, badge(verdict), h('strong', null, given(what))),
      detail && h('p', null, given(detail)),
      setting && h('p', { class: 'muted small' }, 'Look at the setting ', h('code', null, given(setting))),
    ),
  );
}

export function previewOne(name, lead, signal) {
  const input = h('input', {
    id: 'preview-lead',
    class: 'mono',
    placeholder: "a lead's id; empty: the newest",
    'aria-label': 'Lead to preview',
    value: lead ?? '',
  });
  return trial(input, button('Preview', kSubmit), async () => {
    const preview = await loadRequest(name, input.value.trim() || null, signal);
    const shown = link(h('code', null, preview.lead), address(['leads', preview.lead]));
    return [h('p', null, 'For lead ', shown), requestView(preview)];
  });
}

export function checkSince(name, signal) {
  const input = h('input', {
    type: 'date',
    id: 'check-since',
    required: true,
    'aria-label': 'Leads received since',
    value: new Date(Date.now() - 30 * kDayMs).toISOString().slice(0, 10),
  });
  return trial(input, button('Check', kSubmit), async (showProgress) => {
    const since = new Date(`${input.value}T00:00:00`).toISOString();
    const found = await checkAll(name, since, signal, (checked) =>
      showProgress(loading(`${plural(checked, 'lead')} checked …`)),
    );
    return findings(found);
  });
}

async function checkAll(name, since, signal, tell) {
  const path = `/api/v1/destinations/${encodeURIComponent(name)}/preview`;
  const found = { checked: 0, rejected: [], cut: [] };
  let cursor = null;
  do {
    const page = await get(path, { since, cursor, limit: kCheckLimit }, { signal });
    found.checked += page.checked;
    found.rejected.push(...page.rejected);
    found.cut.push(...page.cut);
    cursor = page.next_cursor;
    tell(found.checked);
  } while (cursor);
  return found;
}

function findings({ checked, rejected, cut }) {
  if (checked === 0) return notice('info', h('p', null, 'No lead since that day is wanted there.'));
  const summary = `${plural(checked, 'lead')} checked: ${rejected.length} would be rejected, ${cut.length} cut.`;
  return [
    notice(rejected.length ? 'bad' : cut.length ? 'warn' : 'good', h('p', null, summary)),
    rejected.length > 0 && findingTable('Would be rejected', rejected, ({ because }) => given(because)),
    cut.length > 0 &&
      findingTable('Would be cut', cut, ({ cuts }) =>
        cuts.map(({ field, from, to }) => h('div', null, given(field), ` from ${from} to ${to}`)),
      ),
  ];
}

function findingTable(title, rows, why) {
  return table({
    caption: title,
    columns: [{ label: 'Received' }, { label: 'Lead' }, { label: title }],
    rows: rows.map((row) => ({
      href: address(['leads', row.lead]),
      cells: [
        when(row.received_at),
        link(h('code', null, row.lead), address(['leads', row.lead])),
        h('div', null, why(row)),
      ],
    })),
  });
}
