// Addresses of views: `#/`, `#/leads?state=dead`, `#/leads/<id>`. Whatever a view shows can be linked to.
//
//   address(path, parameters?)   '#/leads?state=dead'; path: segments in an array, or text without "#/"
//   parse(hash)                  {name, part, parameters}; '#/leads/<id>?a=b' -> 'leads', '<id>', URLSearchParams
//   go(address)                  opens it, as a link would
//   rewrite(address)             only changes what the address bar shows: for a view that has changed itself (a
//                                filter while typing); back leads to where the person came from

export function address(path, parameters = {}) {
  const segments = Array.isArray(path) ? path.map(encodeURIComponent).join('/') : path;
  const pairs = Object.entries(parameters).filter(([, value]) => value !== '' && value != null);
  const query = new URLSearchParams(pairs).toString();
  return `#/${segments}${query ? `?${query}` : ''}`;
}

export function parse(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [name, ...rest] = path.split('/').map(decoded);
  return { name, part: rest.length ? rest.join('/') : null, parameters: new URLSearchParams(query) };
}

// Half a percent sign, typed by hand, is no reason to fail.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function go(to) {
  location.hash = to;
}

export function rewrite(to) {
  history.replaceState(history.state, '', to);
}
