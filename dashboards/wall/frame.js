// Keys of the wall, told to the server; what a viewer prefers is remembered in this browser only.
(() => {
  const keys = new Set(['ArrowLeft', 'ArrowRight', 'Home', 'p', 'P', 't', 'T', 'l', 'L', '?']);
  const writing = 'input, select, textarea, [contenteditable]';
  document.addEventListener('keydown', (event) => {
    if (!keys.has(event.key) || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest && event.target.closest(writing)) return;
    event.preventDefault();
    emitEvent('wall_key', event.key);
  });
  window.wall = {
    theme: (name) => { document.cookie = `ioc-theme=${name}; path=/wall; max-age=31536000; samesite=strict`; },
    show: (address, title) => { history.replaceState(history.state, '', address); document.title = title; },
    help: () => { const box = document.querySelector('dialog.help'); box.open ? box.close() : box.showModal(); },
  };
})();
