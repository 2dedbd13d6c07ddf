// Which leads are shown: the filter of the view Leads as a value, its address, and what a redrive makes of it.
//
// Pure. A filter is an object of the names below to text; what does not filter is absent.
import { dispositionLabel } from './fields.js';

export const kFilterNames = [
  'q',
  'state',
  'disposition',
  'destination',
  'source',
  'cause',
  'from',
  'to',
  'unrouted',
];

// From the address, and as the API's query.
export function filterOf(params) {
  const filter = {};
  for (const name of kFilterNames) {
    const value = params.get(name)?.trim();
    if (value) filter[name] = value;
  }
  return filter;
}

export function queryOf(filter) {
  const query = new URLSearchParams();
  for (const name of kFilterNames) {
    if (filter[name]) query.set(name, filter[name]);
  }
  return query;
}

export function without(filter, name) {
  const rest = { ...filter };
  delete rest[name];
  return rest;
}

export function isEmpty(filter) {
  return Object.keys(filter).length === 0;
}

function localTime(text) {
  const time = new Date(text);
  return Number.isNaN(time.getTime())
    ? text
    : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

// What a chip says of one part of the filter.
export function filterLabel(name, value) {
  switch (name) {
    case 'q':
      return `“${value}”`;
    case 'disposition':
      return dispositionLabel(value);
    case 'from':
      return `from ${localTime(value)}`;
    case 'to':
      return `before ${localTime(value)}`;
    case 'unrouted':
      return 'no destination wants it';
    case 'cause':
      return `cause: ${value}`;
    case 'destination':
      return `to ${value}`;
    case 'source':
      return `from ${value}`;
    default:
      return value;
  }
}

// What the API's redrives can tell apart. null: this filter names more than that, or other than dead letters,
// so its leads are redriven one by one.
export function redriveFilterOf(filter) {
  if (filter.state !== 'dead' || filter.q || filter.unrouted) return null;
  const { destination, cause, source, disposition, from, to } = filter;
  const taken = { destination, cause, source, disposition, from, to };
  return Object.fromEntries(Object.entries(taken).filter(([, value]) => value));
}

// Between what <input type="datetime-local"> holds, which is local time, and the API's UTC.
export function toUtc(local) {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}

export function toLocal(utc) {
  const time = new Date(utc ?? '');
  if (Number.isNaN(time.getTime())) return '';
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
