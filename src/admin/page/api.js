// The admin API. Every call throws an ApiError when it did not work; its text is fit for people.
//
//   get(path, parameters?, {signal}?)   the JSON of GET; parameters that are empty, null or undefined are left out
//   oneChange()                         a function send(method, path, body) for one order of a person: as long as
//                                       its outcome is unknown, repeating it sends the same Idempotency-Key, so
//                                       that it is done once
//   whoami(token)                       {name, role, version}
//   onReachable(callback)               callback(true | false) when the service comes back or goes away
//
// ApiError: code (of the API, or "unreachable", "bad_answer"), message, status (0: no answer), body (whole JSON).
import { forget, token } from './session.js';

export class ApiError extends Error {
  constructor(code, message, status = 0, body = null) {
    super(message);
    this.code = code;
    this.status = status;
    this.body = body;
  }
}

const reachableListeners = [];
let isReachable = true;

export function onReachable(callback) {
  reachableListeners.push(callback);
}

function noteReachable(now) {
  if (now === isReachable) return;
  isReachable = now;
  for (const listener of reachableListeners) listener(now);
}

export function withParameters(path, parameters = {}) {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== '' && value != null);
  const query = new URLSearchParams(pairs).toString();
  return query ? `${path}?${query}` : path;
}

// One request; an answer that is no success becomes an ApiError. Whoever reads a stream uses it directly.
export async function request(
  method,
  path,
  { body, key, signal, as = token(), accept = 'application/json', lastId = null } = {},
) {
  const headers = { Accept: accept };
  if (as) headers.Authorization = `Bearer ${as}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  if (lastId !== null) headers['Last-Event-ID'] = lastId;
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    noteReachable(false);
    throw new ApiError('unreachable', 'The service does not answer. Is it running, and is the network up?');
  }
  noteReachable(true);
  if (!response.ok) throw await errorOf(response, as);
  return response;
}

async function errorOf(response, usedToken) {
  const body = await response.json().catch(() => null);
  const code = body?.error?.code ?? 'bad_answer';
  const text = body?.error?.message ?? `The service answered with HTTP status ${response.status}.`;
  // Only the token that is in use ends the session, not one that is being tried at the sign-in.
  if (response.status === 401 && usedToken === token()) forget('The token is not accepted any more.');
  return new ApiError(code, text, response.status, body);
}

async function jsonOf(response) {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError('bad_answer', 'The answer of the service broke off.', response.status);
  }
}

export async function get(path, parameters, { signal } = {}) {
  return jsonOf(await request('GET', withParameters(path, parameters), { signal }));
}

const kUnknownOutcomes = ['unreachable', 'bad_answer', 'in_progress'];
const kSafeToRepeat = 'Whether it was done is not known. It is safe to try again: it will be done once.';

export function oneChange() {
  let last = null;
  return async (method, path, body) => {
    const wanted = JSON.stringify([method, path, body]);
    if (last?.wanted !== wanted) last = { wanted, key: crypto.randomUUID() };
    try {
      return await jsonOf(await request(method, path, { body, key: last.key }));
    } catch (error) {
      if (!kUnknownOutcomes.includes(error.code)) {
        last = null; // a refusal is final: asking again is a new order
        throw error;
      }
      throw new ApiError(error.code, `${error.message} ${kSafeToRepeat}`, error.status, error.body);
    }
  };
}

export async function whoami(candidate) {
  return jsonOf(await request('GET', '/api/v1/whoami', { as: candidate }));
}
