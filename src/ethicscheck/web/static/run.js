// Keeps the page of an audit up to date while it is made. Without it the page says how to look again.
"use strict";
{
  const page = document.querySelector("[data-events]");
  const find = (name) => page.querySelector(`[data-run="${name}"]`);
  const show = (part, shown) => { if (part) part.hidden = !shown; };
  if (page && window.EventSource) {
    show(find("again"), false);
    const source = new EventSource(page.dataset.events);
    let said = "";
    source.onmessage = (event) => {
      const run = JSON.parse(event.data);
      const bar = find("bar");
      find("words").textContent = run.words;
      show(bar, run.percent !== null && !run.ended);
      bar.value = run.percent ?? 0;
      const state = run.words.split(":")[0]; // not every hundredth is read aloud
      if (state !== said) find("aloud").textContent = said = run.ended ? run.words : state;
      if (!run.ended) return;
      source.close();
      for (const part of ["stop", "leave"]) show(find(part), false);
      if (run.link) {
        find("link").href = run.link;
        show(find("done"), true);
      } else if (run.state === "failed") location.reload();
    };
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) show(find("again"), true); };
  }
}
