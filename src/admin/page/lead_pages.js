// Pages of leads. An answer of the API may be short or empty though more follow, as it never looks through the
// whole store for what is rare; so a page goes on by itself for a while, and then tells how far it has looked.
//
//   loadPage(filter, {cursor, signal})  {leads, next, lookedBackTo}: next is the cursor behind it, or null at the
//                                       end; lookedBackTo is set where the page is not full and more follow
//   eachLead(filter, signal)            an async iterator over all that match, newest first
import { get } from './api.js';

const kPageSize = 50;
const kPortion = 200;
const kMostAnswers = 5;

const kPath = '/api/v1/leads';

export async function loadPage(filter, { cursor = null, signal } = {}) {
  const leads = [];
  let next = cursor;
  for (let answers = 0; answers < kMostAnswers; ++answers) {
    const limit = kPageSize - leads.length;
    const answer = await get(kPath, { ...filter, masked: true, limit, cursor: next }, { signal });
    leads.push(...answer.leads);
    next = answer.next_cursor;
    if (!next || leads.length === kPageSize) return { leads, next, lookedBackTo: null };
  }
  return { leads, next, lookedBackTo: await timeAt(next, signal) };
}

// A cursor tells a place among all leads, so the next one of any kind tells its time.
async function timeAt(cursor, signal) {
  const { leads } = await get(kPath, { masked: true, limit: 1, cursor }, { signal });
  return leads[0]?.received_at ?? null;
}

export async function* eachLead(filter, signal) {
  let cursor = null;
  do {
    const answer = await get(kPath, { ...filter, masked: true, limit: kPortion, cursor }, { signal });
    yield* answer.leads;
    cursor = answer.next_cursor;
  } while (cursor);
}
