// [data-passes] a notice of success goes away by itself, once there was time to read it. Not while somebody points at it or has the
// focus in it, nor while nobody sees the page. What was refused stays: there is something to do about it.

const readIn = 8_000; // ms
const timers = new WeakMap();

export function letGoodNewsPass() {
  document.addEventListener("htmx:afterSettle", (e) => start(e.detail.requestConfig?.verb !== "get"));
  start(true);
}

// start begins the time of every notice that has none yet; anew: of the others as well, because something new was done and said.
function start(anew) {
  for (const e of document.querySelectorAll("[data-passes]")) {
    if (timers.has(e) && !anew) continue;
    clearTimeout(timers.get(e));
    timers.set(e, setTimeout(pass, readIn, e));
  }
}

function pass(e) {
  timers.delete(e);
  if (!e.isConnected || !e.matches("[data-passes]")) return; // something else is said there by now
  if (document.hidden || e.matches(":hover, :focus-within")) timers.set(e, setTimeout(pass, readIn, e));
  else e.remove();
}
