// The keyboard. Everything is reachable by Tab as well; these are the short ways: j and k (or the arrows) go through the elements
// with data-row, "/" goes to the one with data-search, "?" shows the list, "g" and a letter goes to a part of the console, or of a part.

const parts = { i: "/console/inbox", b: "/console/campaigns", p: "/console/contacts", c: "/console/costs", n: "/console/numbers",
  t: "/console/templates", s: "/console/segments", u: "/console/imports" };

export function startKeys() {
  for (const b of document.querySelectorAll("[data-opens]")) {
    b.hidden = false;
    b.addEventListener("click", () => open(b.dataset.opens));
  }
  let going = 0;
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
    if (e.key === "Escape" && e.target.matches?.("[data-search]")) return e.target.blur();
    if (writing(e.target) || document.querySelector("dialog[open]")) return;
    const gone = Date.now() - going < 1500;
    going = e.key === "g" ? Date.now() : 0;
    const part = gone && document.querySelector(`:is(.bar, .parts) a[href="${parts[e.key]}"]`); // of those that this person may see
    if (part) part.click();
    else if (act(e)) e.preventDefault();
  });
}

function act(e) {
  switch (e.key) {
    case "j": return move(1);
    case "k": return move(-1);
    // Arrows scroll the page, unless one goes through the rows already.
    case "ArrowDown": return onRow() && move(1);
    case "ArrowUp": return onRow() && move(-1);
    case "/": return search();
    case "?": return open("keys");
  }
  return false;
}

const rows = () => [...document.querySelectorAll("[data-row]")];
const onRow = () => document.activeElement?.closest("[data-row]");

function move(by) {
  const all = rows();
  if (all.length === 0) return false;
  const at = all.indexOf(onRow());
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
  return true;
}

function search() {
  const field = document.querySelector("[data-search]");
  field?.focus();
  field?.select();
  return Boolean(field);
}

function open(id) {
  document.getElementById(id)?.showModal();
  return true;
}

const writing = (e) => e.matches?.("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]");
