// Listens to /console/live. An event says which conversation has changed; every element with data-live-of="<its id>", or
// data-live-of="*" for any, gets the event "live", for which it has an hx-trigger. After a connection is lost, all of them do:
// whatever was missed is then on the page again.

export function startLive(url) {
  let after = "";
  let lost = false;
  let delay = 500;
  const banner = document.querySelector(".connection");
  const say = (text) => { banner.textContent = text; banner.hidden = text === ""; };
  const tell = (id) => {
    const of = id === "*" ? "[data-live-of]" : `[data-live-of="${CSS.escape(id)}"], [data-live-of="*"]`;
    for (const e of document.querySelectorAll(of)) window.htmx.trigger(e, "live");
  };
  const connect = () => {
    const source = new EventSource(after ? `${url}?after=${encodeURIComponent(after)}` : url);
    source.onopen = () => {
      delay = 500;
      say("");
      if (lost) tell("*");
      lost = false;
    };
    source.addEventListener("changed", (e) => {
      if (e.lastEventId) after = e.lastEventId;
      for (const id of JSON.parse(e.data).conversations) tell(id);
    });
    source.onerror = () => {
      source.close();
      lost = true;
      say("Connection lost. Trying again…");
      setTimeout(connect, delay);
      delay = Math.min(delay * 2, 5000);
    };
  };
  connect();
  document.addEventListener("htmx:sendError", () => say("The server does not answer. Nothing was sent; try again."));
}
