// Makes the characters visible that change the direction of text: with them, a stranger's address could read as
// another's. Each becomes a mark with its code; the text that is copied or read aloud goes on without it.
import { h } from './ui.js';

const kControls = /([\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069])/;

function markOf(character) {
  const code = `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  return h('span', {
    class: 'bidi',
    'data-code': code,
    title: `${code}, which turns the direction of the text after it, was left out here`,
  });
}

export function withControlsShown(text) {
  return text.split(kControls).map((part) => (kControls.test(part) ? markOf(part) : part));
}
