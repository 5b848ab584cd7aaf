// What a page keeps when it is not answered as it wished: what it shows, and what somebody was about to do.

// Whether a part asks for itself again without anybody having done anything: told so (live.js), or every so often [data-by-itself].
// htmx has no event for the latter.
export const asksByItself = (e, event) => (event ? event.type === "live" : Boolean(e?.matches("[data-by-itself]")));

export function keepWhatIsRefused() {
  // A part that asks again and is refused stays as it is: what it shows is older than what it would show, but better than nothing.
  document.addEventListener("htmx:beforeSwap", (e) => {
    if (e.detail.xhr.status >= 400 && asksByItself(e.detail.requestConfig.elt, e.detail.requestConfig.triggeringEvent)) e.detail.shouldSwap = false;
  });
  // What was to be done may have been done all the same; each form carries a key, so doing it again does it once. That a page which
  // asks by itself gets no answer is said by the live connection.
  const notices = document.getElementById("notices");
  document.addEventListener("htmx:sendError", (e) => {
    if (e.detail.requestConfig.verb === "get") return;
    const note = document.createElement("p");
    note.className = "note note-bad";
    note.textContent = "The server did not answer. Try again in a moment: nothing is done twice.";
    notices.replaceChildren(note);
  });
  document.addEventListener("htmx:afterOnLoad", (e) => {
    const { verb, elt, triggeringEvent } = e.detail.requestConfig;
    const looked = verb === "get" && asksByItself(elt, triggeringEvent); // which says nothing of what somebody has asked for
    if (!looked && e.detail.xhr.status < 400) notices.replaceChildren();
  });
}
