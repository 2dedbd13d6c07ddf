// Light or dark as the person chose, set before anything is painted: so this is a classic script in the head.
// Without a choice the browser's own preference holds (page.css). frame.js has the switch.
{
  const chosen = localStorage.getItem('leadspool.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
}
