// Whoever leaves the page on which a conversation is resumed lets go of it, so that another agent need not wait for the claim to end.
// Sending is not leaving: the server lets go then. On a page that is open and before which nobody sits the claim ends: it is renewed
// only for somebody who has done something lately.

const lately = 10 * 60_000; // as long as a claim lasts (W6)

export function leaveWhatIsClaimed() {
  let sending = false;
  document.addEventListener("submit", () => { sending = true; });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("pagehide", () => {
    const leave = document.querySelector("form#leave");
    if (leave && !sending) navigator.sendBeacon(leave.action);
  });
  let done = Date.now();
  for (const type of ["pointerdown", "keydown", "input"]) document.addEventListener(type, () => { done = Date.now(); });
  document.addEventListener("htmx:beforeRequest", (e) => {
    if (e.target.id === "claim" && Date.now() - done > lately) e.preventDefault();
  });
}
