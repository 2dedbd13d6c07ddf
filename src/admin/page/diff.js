// What differs between two texts, word by word, and between two versions of a lead, field by field.
//
// Pure but for changeTable(), which makes the table that shows it. Texts are compared by the words a person
// reads; blanks and signs count as words of their own, so that a changed comma shows.
import { withControlsShown } from './bidi.js';
import { h } from './ui.js';
import { fieldLabel } from './fields.js';

// Longer ones are shown as replaced whole: comparing grows with the product of both lengths.
const kMostWords = 1500;

function wordsOf(text) {
  return text.match(/[\p{L}\p{N}\p{M}]+|\s+|[^\p{L}\p{N}\p{M}\s]/gu) ?? [];
}

// lengths[i][j]: how many words the longest common run of both ends has, from word i and word j on.
function commonLengths(before, after) {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; --i) {
    for (let j = after.length - 1; j >= 0; --j) {
      lengths[i][j] =
        before[i] === after[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}

function append(parts, kind, text) {
  const last = parts.at(-1);
  if (last?.kind === kind) last.text += text;
  else parts.push({ kind, text });
}

// [{kind: "same" | "gone" | "new", text}], which put together give `before` without the new ones and `after`
// without the gone ones.
export function diffWords(before, after) {
  const from = wordsOf(before);
  const to = wordsOf(after);
  const parts = [];
  if (from.length > kMostWords || to.length > kMostWords) {
    if (before) append(parts, 'gone', before);
    if (after) append(parts, 'new', after);
    return parts;
  }
  const lengths = commonLengths(from, to);
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    if (i < from.length && j < to.length && from[i] === to[j]) {
      append(parts, 'same', from[i++]);
      ++j;
    } else if (j === to.length || (i < from.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      append(parts, 'gone', from[i++]);
    } else {
      append(parts, 'new', to[j++]);
    }
  }
  return parts;
}

// {field: {from, to}} of those that differ, as the API tells a revision's changes.
export function changesBetween(before, after, names) {
  const changes = {};
  for (const name of names) {
    const from = before[name] ?? '';
    const to = after[name] ?? '';
    if (from !== to) changes[name] = { from, to };
  }
  return changes;
}

const kTags = { same: 'span', gone: 'del', new: 'ins' };

function side(parts, left_out, empty) {
  const shown = parts.filter((part) => part.kind !== left_out);
  if (shown.length === 0) return h('span', { class: 'faint' }, empty);
  return h(
    'bdi',
    {},
    shown.map((part) => h(kTags[part.kind], {}, withControlsShown(part.text))),
  );
}

// Old and new value of each changed field, the words that differ marked.
export function changeTable(changes) {
  const rows = Object.entries(changes).map(([name, { from, to }]) => {
    const parts = diffWords(from, to);
    return h(
      'div',
      { class: 'change', role: 'row' },
      h('span', { class: 'change-field', role: 'rowheader' }, fieldLabel(name)),
      h('span', { class: 'change-from', role: 'cell' }, side(parts, 'new', 'empty')),
      h('span', { class: 'change-to', role: 'cell' }, side(parts, 'gone', 'blanked')),
    );
  });
  const head = h(
    'div',
    { class: 'change change-head', role: 'row' },
    h('span', { role: 'columnheader' }, 'Field'),
    h('span', { role: 'columnheader' }, 'Was'),
    h('span', { role: 'columnheader' }, 'Becomes'),
  );
  return h('div', { class: 'changes', role: 'table', 'aria-label': 'What changes' }, head, rows);
}
