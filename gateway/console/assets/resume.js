// Whoever leaves the page on which a conversation is resumed lets go of it, so that another agent need not wait for the claim to end.
// Sending is not leaving: the server lets go then.

export function leaveWhatIsClaimed() {
  let sending = false;
  document.addEventListener("submit", () => { sending = true; });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("pagehide", () => {
    const leave = document.querySelector("form#leave");
    if (leave && !sending) navigator.sendBeacon(leave.action);
  });
}
