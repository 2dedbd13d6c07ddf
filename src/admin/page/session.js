// Who is signed in. The token lives in sessionStorage: it ends with the tab and is never in a cookie, so no
// other site can make the browser send it.
//
//   token()                 the token, or null
//   takeTokenFromAddress()  takes `#token=...` out of the address, history included; true if there was one
//   remember(token, owner)  after /api/v1/whoami accepted it
//   forget(why)             signs out; `why` is shown at the sign-in
//   who()                   {name, role, version}, or null
//   mayChange()             whether the token's role is "operate"; otherwise no view shows a button that changes
//   onSignedOut(callback)   callback(why)

const kToken = 'leadspool.token';
const listeners = [];
let present = null;

export function token() {
  return sessionStorage.getItem(kToken);
}

export function takeTokenFromAddress() {
  const match = location.hash.match(/^#token=(.+)$/);
  if (!match) return false;
  sessionStorage.setItem(kToken, match[1]);
  // Replaced, not left: the address bar and the history would keep the secret.
  history.replaceState(null, '', '#/');
  return true;
}

export function remember(accepted, owner) {
  sessionStorage.setItem(kToken, accepted);
  present = owner;
}

export function forget(why = '') {
  sessionStorage.removeItem(kToken);
  present = null;
  for (const listener of listeners) listener(why);
}

export function who() {
  return present;
}

export function mayChange() {
  return present?.role === 'operate';
}

export function onSignedOut(callback) {
  listeners.push(callback);
}
