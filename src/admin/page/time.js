// Times and numbers as people read them.
//
//   when(iso, empty?)   a <time>: how long ago or ahead, the exact time in its title; kept fresh while it is shown
//   absolute(iso)       2026-11-21 22:49:48 GMT+1, in the browser's zone
//   clock(date)         22:49:48
//   duration(seconds)   4 min 12 s            milliseconds(ms)  1.2 s
//   atMost(ms)          ≤ 1.2 s, of a time to CRM, where null is beyond what is measured: over a week;
//                       within(ms) as a part of a sentence
//   count(number)       1,204                 bytes(number)     12.3 MiB
//   plural(number, one, many?)  1 lead, 2 leads
//
// What is null is not known: the functions that return text return '' for it, `when` the text `empty`.
import { h } from './ui.js';

const kFreshEveryMs = 10_000;
const numbers = new Intl.NumberFormat('en');
const kMonths = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function when(iso, empty = '') {
  if (!iso) return empty ? h('span', { class: 'muted' }, empty) : '';
  return h('time', { datetime: iso, title: absolute(iso), 'data-relative': true }, relative(iso));
}

export function keepTimesFresh() {
  setInterval(() => {
    for (const node of document.querySelectorAll('time[data-relative]')) {
      const text = relative(node.dateTime);
      if (node.textContent !== text) node.textContent = text;
    }
  }, kFreshEveryMs);
}

export function relative(iso, now = Date.now()) {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  const size = Math.abs(seconds);
  if (size < 5) return seconds >= 0 ? 'just now' : 'in a moment';
  if (size > 30 * 86400) return day(new Date(iso));
  const text = coarse(size);
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

function coarse(seconds) {
  if (seconds < 60) return withUnit(seconds, 's');
  if (seconds < 3600) return withUnit(Math.round(seconds / 60), 'min');
  if (seconds < 48 * 3600) return withUnit(Math.round(seconds / 3600), 'h');
  return withUnit(Math.round(seconds / 86400), 'days');
}

export function day(date) {
  return `${date.getDate()} ${kMonths[date.getMonth()]} ${date.getFullYear()}`;
}

const two = (number) => String(number).padStart(2, '0');

export function clock(date) {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function absolute(iso) {
  if (!iso) return '';
  const date = new Date(iso);
  const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'short' })
    .formatToParts(date)
    .find((part) => part.type === 'timeZoneName').value;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)} ${zone}`;
}

// A number never parts from its unit at the end of a line.
function withUnit(number, unit) {
  return `${number}\u00a0${unit}`;
}

export function duration(seconds) {
  if (seconds == null) return '';
  if (seconds < 60) return withUnit(seconds, 's');
  const units = [
    ['day', 86400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, size]) => seconds >= size);
  return units
    .slice(first, first + 2)
    .map(([name, size], index) => [
      name,
      index === 0 ? Math.floor(seconds / size) : Math.floor((seconds % units[first][1]) / size),
    ])
    .filter(([, number]) => number > 0)
    .map(([name, number]) => withUnit(number, name === 'day' && number > 1 ? 'days' : name))
    .join(' ');
}

export function milliseconds(ms) {
  if (ms == null) return '';
  if (ms < 1000) return withUnit(ms, 'ms');
  return ms < 60_000 ? withUnit(+(ms / 1000).toFixed(1), 's') : duration(Math.round(ms / 1000));
}

export function atMost(ms) {
  return ms == null ? 'over a week' : `≤\u00a0${milliseconds(ms)}`;
}

export function within(ms) {
  return ms == null ? 'in over a week' : `within ${milliseconds(ms)}`;
}

export function count(number) {
  return number == null ? '' : numbers.format(number);
}

export function bytes(number) {
  if (number == null) return '';
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, number > 0 ? Math.floor(Math.log2(number) / 10) : 0);
  const size = number / 1024 ** power;
  return withUnit(size < 10 && power > 0 ? size.toFixed(1) : Math.round(size), units[power]);
}

export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}
