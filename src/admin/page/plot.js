// Counts over time as strips of bars, one under the other on one time axis: no colour is needed to tell them apart.
//
//   timePlot({step, strips}) -> node
//       step: 'hour' | 'day' (days of UTC); strips: [{label, tone, points: [{at, count}]}] of the same times, the
//       last one not over yet. Each strip has a scale of its own and tells its highest count. What is under the
//       pointer is told in a line above; a table has the same numbers for everyone else
import { count, day } from './time.js';
import { h, replaceChildren, table } from './ui.js';

const kSvg = 'http://www.w3.org/2000/svg';
const kHeight = 100;
const kLowestBar = 5; // what is not nothing has to be seen
const kDays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function timePlot({ step, strips }) {
  const times = strips[0].points.map(({ at }) => new Date(at));
  const readout = h('p', { class: 'plot-readout muted' });
  const tell = (index) => replaceChildren(readout, readoutText(step, strips, times, index));
  const rows = h(
    'div',
    { class: 'plot-strips' },
    strips.map((each) => stripRow(each, step)),
    axis(step, times),
  );
  followPointer(rows, times.length, tell);
  tell(null);
  return h('figure', { class: 'plot' }, readout, rows, asTable(step, strips, times));
}

function stripRow({ label, tone, points }, step) {
  const highest = Math.max(...points.map((point) => point.count));
  const total = points.reduce((sum, point) => sum + point.count, 0);
  return h(
    'div',
    { class: 'plot-strip' },
    h(
      'div',
      { class: 'plot-label' },
      h('span', null, label),
      h('strong', null, count(total)),
      h('span', { class: 'plot-highest' }, `${step === 'day' ? 'daily' : 'hourly'} max ${count(highest)}`),
    ),
    h(
      'div',
      { class: 'plot-bars' },
      bars(
        points,
        highest,
        tone,
        `${label}: ${count(total)} in ${points.length} ${step}s, at most ${count(highest)} in one`,
      ),
    ),
  );
}

function bars(points, highest, tone, title) {
  const drawing = shape('svg', {
    viewBox: `0 0 ${points.length} ${kHeight}`,
    preserveAspectRatio: 'none',
    role: 'img',
    class: `plot-${tone}`,
  });
  const name = shape('title');
  name.textContent = title;
  drawing.append(name);
  points.forEach((point, index) => {
    if (point.count === 0) return;
    const height = Math.max(kLowestBar, (point.count / highest) * kHeight);
    const isOpen = index === points.length - 1;
    drawing.append(
      shape('rect', {
        x: index + 0.12,
        y: kHeight - height,
        width: 0.76,
        height,
        ...(isOpen && { class: 'is-open' }),
      }),
    );
  });
  return drawing;
}

function shape(tag, attributes = {}) {
  const node = document.createElementNS(kSvg, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function axis(step, times) {
  const labels = times.map((time, index) => [index, tick(step, time)]).filter(([, text]) => text);
  return h(
    'div',
    { class: 'plot-axis', 'aria-hidden': 'true' },
    h('div', { class: 'plot-label' }),
    h(
      'div',
      { class: 'plot-ticks' },
      labels.map(([index, text]) => {
        const node = h('span', null, text);
        node.style.setProperty('--at', index / times.length);
        return node;
      }),
    ),
  );
}

const two = (number) => String(number).padStart(2, '0');

// Midnight and noon, or each Monday.
function tick(step, time) {
  if (step === 'day') return time.getUTCDay() === 1 ? shortDay(step, time) : '';
  if (time.getHours() === 0) return kDays[time.getDay()];
  return time.getHours() === 12 ? '12:00' : '';
}

function shortDay(step, time) {
  if (step !== 'day') return `${kDays[time.getDay()]} ${day(time).replace(/ \d+$/, '')}`;
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(time);
}

function timeName(step, time) {
  if (step === 'day') return `${kDays[time.getUTCDay()]} ${shortDay(step, time)} (UTC)`;
  const end = new Date(time.getTime() + 3_600_000);
  return `${shortDay(step, time)}, ${two(time.getHours())}:${two(time.getMinutes())}–${two(end.getHours())}:${two(end.getMinutes())}`;
}

function readoutText(step, strips, times, index) {
  if (index === null)
    return `The last ${times.length} ${step}s; the palest bar is the present ${step}, which is not over.`;
  const counts = strips
    .map(({ label, points }) => `${label.toLowerCase()} ${count(points[index].count)}`)
    .join(' · ');
  return [
    h('strong', null, timeName(step, times[index])),
    `  ${counts}${index === times.length - 1 ? ' so far' : ''}`,
  ];
}

function followPointer(rows, length, tell) {
  const cursor = h('div', { class: 'plot-cursor', hidden: true });
  rows.append(cursor);
  const leave = () => {
    cursor.hidden = true;
    tell(null);
  };
  rows.addEventListener('pointermove', (event) => {
    const { left, width } = rows.querySelector('.plot-bars').getBoundingClientRect();
    const index = Math.floor(((event.clientX - left) / width) * length);
    if (index < 0 || index >= length) return leave();
    const origin = rows.getBoundingClientRect().left;
    cursor.style.setProperty('--left', `${left - origin + (index / length) * width}px`);
    cursor.style.setProperty('--width', `${width / length}px`);
    cursor.hidden = false;
    tell(index);
  });
  rows.addEventListener('pointerleave', leave);
}

function asTable(step, strips, times) {
  const columns = [
    { label: step === 'day' ? 'Day' : 'Hour' },
    ...strips.map(({ label }) => ({ label, numeric: true })),
  ];
  const rows = times
    .map((time, index) => [timeName(step, time), ...strips.map(({ points }) => count(points[index].count))])
    .reverse();
  const details = h('details', null, h('summary', null, 'As a table'));
  // Made when it is opened: most never are.
  details.addEventListener('toggle', () => {
    if (details.children.length === 1)
      details.append(
        h(
          'div',
          { class: 'plot-table', tabindex: '0', role: 'group', 'aria-label': 'Counts over time' },
          table({ caption: 'Counts over time', columns, rows }),
        ),
      );
  });
  return details;
}
