// Counts down to <time data-until="RFC 3339"> as the server would: the page carries the server's virtual time and how fast it runs,
// so neither the visitor's clock nor its zone matters. What a deadline changes is the server's to say; this only writes numbers.

const began = performance.now();

export function startCountdowns(body) {
  const now = Date.parse(body.dataset.now);
  const scale = Number(body.dataset.scale);
  const virtual = () => now + (performance.now() - began) * scale;
  const tick = () => {
    for (const t of document.querySelectorAll("time[data-until]")) {
      const text = left(Date.parse(t.dataset.until) - virtual());
      if (t.textContent !== text) t.textContent = text;
    }
  };
  tick();
  setInterval(tick, 250);
  document.addEventListener("htmx:afterSettle", tick);
}

function left(ms) {
  if (!(ms > 0)) return "0:00:00";
  const s = Math.ceil(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
