// Listens to /console/live. An event says what has changed: conversations and campaigns by their ids, "campaigns" and "templates" for
// any of these. Every element with data-live-of="<one of them>", or data-live-of="*" for anything, gets the event "live", for which it has an hx-trigger="live" (without throttle or delay: both can drop
// the last event, and the page would stay behind; how often it comes is seen to here). After a connection was lost, all of them do.
//
// Read with fetch and not EventSource, which does not say why it was refused, nor that a connection has died in silence.

import { synchronise } from "./countdown.js";
import { asksByItself } from "./refusals.js";

const silence = 40_000;   // the server says something every 15 s
const shortest = 300;     // wait before the first try, in ms; twice as long each time
const longest = 5_000;
const between = 700;      // at least, from one "live" of an element to its next
const again = 100;        // until an element that is just being asked for is looked at again

export function startLive(address) {
  const path = new URL(address, location.href);
  let after = path.searchParams.get("after");
  let failures = 0;
  let current = null; // the AbortController of the connection, or of the wait for it
  const banner = document.querySelector(".connection");
  const say = (text) => {
    if (!banner) return;
    banner.textContent = text;
    banner.hidden = text === "";
  };

  const hear = ({ name, id, data }) => {
    if (name !== "changed" && name !== "reset") return;
    const said = JSON.parse(data);
    synchronise(said.now);
    for (const c of name === "reset" ? ["*"] : said.of) tell(c);
    if (id) after = id; // once it has been told
  };

  const listen = async (signal, hush) => {
    if (after) path.searchParams.set("after", after);
    else path.searchParams.delete("after");
    const answer = await fetch(path, { signal, redirect: "manual", cache: "no-store", headers: { Accept: "text/event-stream", "Reengage-By-Itself": "1" } });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return location.reload(); // signs in again
    if (answer.status === 422) after = null; // nothing to go on from: the next try begins now, and everything is asked for
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    if (failures > 0 || !after) tell("*");
    failures = 0;
    say("");
    hush();
    await read(answer.body, hear, hush);
  };

  const run = async () => {
    const mine = current = new AbortController();
    while (!mine.signal.aborted) {
      const connection = new AbortController();
      const stop = () => connection.abort();
      mine.signal.addEventListener("abort", stop, { once: true });
      let dead = setTimeout(stop, silence);
      const hush = () => { clearTimeout(dead); dead = setTimeout(stop, silence); };
      try {
        await listen(connection.signal, hush); // an end without a fault: the server wants us to come again
      } catch {
        if (!mine.signal.aborted) {
          failures++;
          say("Connection lost. What you see may be out of date. Trying again…");
        }
      }
      clearTimeout(dead);
      connection.abort(); // nothing of it is heard any more
      mine.signal.removeEventListener("abort", stop);
      const wait = Math.min(shortest * 2 ** failures, longest);
      await pause(wait / 2 + Math.random() * wait / 2, mine.signal);
    }
  };

  const start = () => { if (!current) run(); };
  const stop = () => { current?.abort(); current = null; };
  // A browser opens few connections to a server, and a page that nobody sees needs none: it catches up when it is seen.
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (e) => { if (e.persisted) { tell("*"); start(); } });
  window.addEventListener("online", () => { if (failures > 0) { stop(); start(); } });
  document.addEventListener("htmx:configRequest", (e) => {
    if (asksByItself(e.detail.elt, e.detail.triggeringEvent)) e.detail.headers["Reengage-By-Itself"] = "1"; // nobody has done anything
  });
  if (!document.hidden) start();
}

// tell has the elements of what has changed ask for themselves again, at once or as soon as it is not too often.
const told = new WeakMap(); // element: when last, and whether it is to be told again

function tell(id) {
  const of = id === "*" ? "[data-live-of]" : `[data-live-of="${CSS.escape(id)}"], [data-live-of="*"]`;
  for (const e of document.querySelectorAll(of)) {
    const last = told.get(e) ?? { at: -Infinity, waiting: false };
    told.set(e, last);
    if (last.waiting) continue;
    last.waiting = true;
    const now = () => {
      if (busy(e)) {
        setTimeout(now, again);
        return;
      }
      last.waiting = false;
      last.at = performance.now();
      if (e.isConnected) window.htmx.trigger(e, "live");
    };
    const wait = last.at + between - performance.now();
    if (wait > 0) setTimeout(now, wait);
    else now();
  }
}

// What is under way was perhaps answered before the change, and hx-sync may drop what is asked for meanwhile: that is told afterwards.
function busy(e) {
  const [whose] = (e.getAttribute("hx-sync") ?? "this").split(":");
  return e.matches(".htmx-request") || (whose !== "this" && Boolean(document.querySelector(`${whose}.htmx-request`)));
}

// read takes server-sent events off a body until it ends.
async function read(body, hear, hush) {
  const lines = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await lines.read();
    if (done) return;
    hush();
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) hear(eventOf(block));
  }
}

function eventOf(block) {
  const e = { name: "", id: "", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (field === "event") e.name = value;
    else if (field === "id" || field === "data") e[field] = value;
  }
  return e;
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
