// A part of a page that asks again and is refused, or gets no answer, stays as it is: what it shows is older than what it would
// show, but better than nothing in its place.

export function keepWhatIsRefused() {
  document.addEventListener("htmx:beforeSwap", (e) => {
    if (e.detail.xhr.status >= 400 && e.detail.requestConfig.triggeringEvent?.type === "live") e.detail.shouldSwap = false;
  });
}
