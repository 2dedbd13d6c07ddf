// Saves all leads that match a filter as a file, showing how much has come and letting a person stop it.
import { request, withParameters } from './api.js';
import { openDialog } from './dialog.js';
import { filterLabel, isEmpty } from './lead_filter.js';
import { bytes } from './time.js';
import { button, errorBox, given, h, progress, replaceChildren, toast } from './ui.js';

const kForms = {
  csv: { label: 'CSV, for spreadsheets', type: 'text/csv' },
  ndjson: { label: 'NDJSON, one lead as JSON on each line', type: 'application/x-ndjson' },
};

// The browser asks where to, or puts it into the folder for downloads.
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  h('a', { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

function choice(name, { label }, isChosen) {
  return h(
    'label',
    { class: 'choice' },
    h('input', { type: 'radio', name: 'form', value: name, checked: isChosen }),
    h('span', null, label),
  );
}

async function readAll(response, onbytes) {
  const parts = [];
  let size = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return parts;
    parts.push(value);
    size += value.length;
    onbytes(size);
  }
}

export function exportLeads(filter) {
  const controller = new AbortController();
  const shown = h('div', { role: 'status' });
  const forms = h(
    'fieldset',
    { class: 'choices' },
    h('legend', null, 'As'),
    Object.entries(kForms).map(([name, form], index) => choice(name, form, index === 0)),
  );
  const begin = button('Save', { kind: 'primary' });
  const dialog = openDialog({
    title: 'Export leads',
    body: [
      h(
        'p',
        null,
        isEmpty(filter)
          ? 'All leads, the newest first.'
          : [
              'Those that match: ',
              given(
                Object.entries(filter)
                  .map(([name, value]) => filterLabel(name, value))
                  .join(', '),
              ),
              '.',
            ],
      ),
      h(
        'p',
        { class: 'muted' },
        'The file holds personal data, unmasked. Keep it as you would keep the leads.',
      ),
      forms,
      shown,
    ],
    actions: begin,
    onclosed: () => controller.abort(),
  });
  begin.addEventListener('click', async () => {
    begin.disabled = true;
    forms.disabled = true;
    const form = forms.querySelector('input:checked').value;
    try {
      await fetchAndSave(form, filter, controller.signal, shown);
      dialog.close();
    } catch (error) {
      if (controller.signal.aborted) return toast('The export was stopped; nothing was saved.', 'warn');
      replaceChildren(shown, errorBox(error));
    }
    begin.disabled = false;
    forms.disabled = false;
  });
}

async function fetchAndSave(form, filter, signal, shown) {
  const tell = (size) => replaceChildren(shown, progress(0, 0, `${bytes(size)} so far; closing stops it`));
  tell(0);
  const path = withParameters(`/api/v1/leads.${form}`, filter);
  const response = await request('GET', path, { signal, accept: '*/*' });
  const parts = await readAll(response, tell);
  const day = new Date().toISOString().slice(0, 10);
  save(new Blob(parts, { type: kForms[form].type }), `leads-${day}.${form}`);
  toast('Saved.');
}
