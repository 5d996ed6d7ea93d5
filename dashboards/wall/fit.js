/* Rows that have no room are taken away whole, and the last line says how many there are besides. */
(() => {
  const say = (more, count) => {
    const said = count ? more.dataset.say.replace("{n}", count) : "";
    if (more.textContent !== said) more.textContent = said;
    more.hidden = !count;
  };
  const fit = (box) => {
    const rows = [...box.querySelectorAll("[data-row]")], more = box.querySelector(".more");
    if (!more) return;
    const rest = Number(more.dataset.rest || 0);
    for (const row of rows) row.hidden = false;
    say(more, rest);
    if (box.scrollHeight <= box.clientHeight + 1) return;
    say(more, rest + rows.length);
    const room = box.getBoundingClientRect().top + box.clientHeight - more.offsetHeight;
    let kept = Math.max(rows.filter((row) => row.getBoundingClientRect().bottom <= room + 1).length, 1);
    const keep = () => {
      rows.forEach((row, at) => { row.hidden = at >= kept; });
      say(more, rest + rows.length - kept);
    };
    keep();
    // Without the widest row a column may be narrower and another row take two lines.
    while (kept > 1 && box.scrollHeight > box.clientHeight + 1) { kept -= 1; keep(); }
  };
  // A tile whose words have no room leaves out what changed since yesterday. All are measured before any is changed.
  const tiles = () => {
    const bodies = [...document.querySelectorAll(".look-tile > .body")];
    for (const body of bodies) body.classList.remove("tight");
    const tight = bodies.filter((body) => body.scrollHeight > body.clientHeight + 1);
    for (const body of tight) body.classList.add("tight");
  };
  const changed = new MutationObserver(() => all());
  const all = () => {
    document.querySelectorAll(".fit").forEach(fit);
    tiles();
    changed.takeRecords(); // what was just said here is no news
  };
  const begin = () => {
    changed.observe(document.body, { childList: true, subtree: true });
    new ResizeObserver(all).observe(document.documentElement);
    document.fonts.ready.then(all);
    all();
  };
  if (document.body) begin(); else addEventListener("DOMContentLoaded", begin);
})();
