// Says of times what is true now, as the server would: the page carries the server's virtual time and how fast it runs, so neither
// the visitor's clock nor its zone matters. What a deadline changes is the server's to say; this only writes words.
//
//   <time data-until="RFC 3339">  counts down to it        <time data-ago="...">  how long ago it was
//   <time data-at="...">          when it is, in the visitor's own time zone
//
// <... data-live-at="RFC 3339"> within an element with data-live-of gives that one the event "live" at that time: for what the clock
// changes that is no change of status, which the live connection tells.

const afterwards = 200; // ms: rather a little later than too early, where the server would say what it said before
const loaded = performance.now();
let scale = 0;
let zero = 0; // virtual time at which the page's own clock showed 0

const virtual = () => zero + performance.now() * scale;

// synchronise takes the server's virtual time, as the live connection brings it. Every way takes some time, so of several the one
// that makes it latest is nearest to the truth; one that is far off says that the server's clock was set, or that we slept.
export function synchronise(now) {
  const heard = Date.parse(now) - performance.now() * scale;
  if (heard > zero || zero - heard > 3000 * Math.max(scale, 1)) zero = heard;
}

export function startCountdowns(body) {
  scale = Number(body.dataset.scale);
  zero = Date.parse(body.dataset.now) - loaded * scale;
  const write = (kind, say) => {
    for (const t of document.querySelectorAll(`time[data-${kind}]`)) {
      const text = say(Date.parse(t.dataset[kind]));
      if (t.textContent !== text) t.textContent = text;
    }
  };
  const tick = () => {
    write("until", (at) => left(at - virtual()));
    write("ago", (at) => since(virtual() - at));
    write("at", (at) => inZone.format(at));
    for (const e of document.querySelectorAll("[data-live-at]")) {
      if (virtual() < Date.parse(e.dataset.liveAt) + afterwards * scale) continue;
      e.removeAttribute("data-live-at");
      window.htmx.trigger(e.closest("[data-live-of]"), "live");
    }
  };
  tick();
  setInterval(tick, 250);
  document.addEventListener("htmx:afterSettle", tick);
}

const inZone = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

function left(ms) {
  if (!(ms > 0)) return "0:00:00";
  const s = Math.ceil(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

// As timeSince in times.go.
function since(ms) {
  const minutes = Math.floor(ms / 60000);
  if (!(minutes >= 1)) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} days ago`;
}
