// A page that refreshes itself must not take away what somebody is typing, has folded open, or has asked to see.
//
//   [data-keep]   a field keeps what is in it, unless its form comes with data-fresh: then what was typed has been dealt with
//   [data-stays]  is not removed by a refresh that lacks it; one that has it replaces it
//   [data-once]   is as it was first made, until somebody asks for something else in its place
//   [data-grows]  a list only grows; a refresh shows its end, and what is above that stays
//   [data-ticks]  whoever writes in the field ticks the box that it names; whoever empties it unticks it
//   [data-counts] says how many characters are left in the field that it names
//   [data-submits] a text is sent with Ctrl and Enter

export function keepWhatIsTyped() {
  Object.assign(window.Idiomorph.defaults.callbacks, {
    beforeNodeMorphed: (old, fresh) => {
      if (!(old instanceof Element) || !(fresh instanceof Element)) return true;
      if (old.matches("[data-once]")) return false;
      if (old.matches("[data-grows]")) old.toggleAttribute("data-grows", overlaps(old, fresh));
      if (fresh.matches("[data-keep]") && !fresh.closest("[data-fresh]")) keep(old, fresh);
      return true;
    },
    beforeNodeAdded: (fresh) => !(fresh instanceof Element && fresh.matches("li[data-once]") && document.getElementById(fresh.id)),
    beforeNodeRemoved: (old) => !(old instanceof Element && ((old.matches("[data-stays]") || old.parentElement?.matches("[data-grows]")))),
    beforeAttributeUpdated: (name, e) => !(name === "open" && e.matches("details")),
  });
  // A form that a refresh takes away while it is on its way is answered all the same, and has left the page that says how (hx-ext).
  document.addEventListener("htmx:beforeSwap", (e) => {
    const { elt } = e.detail.requestConfig;
    if (!elt.isConnected) elt.setAttribute("hx-ext", document.body.getAttribute("hx-ext"));
  });
  document.addEventListener("input", (e) => { tick(e.target); count(e.target); });
  document.addEventListener("htmx:afterSettle", countAll);
  document.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && e.target.matches("[data-submits]")) e.target.form.requestSubmit();
  });
  countAll();
  document.addEventListener("DOMContentLoaded", catchUp); // by when htmx listens
}

// What somebody has typed or chosen before the scripts were there, nobody has heard of: it is told now.
function catchUp() {
  for (const field of document.querySelectorAll("[data-keep]")) {
    if (!touched(field)) continue;
    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
  }
}

function touched(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return field.selectedIndex !== Math.max([...field.options].findIndex(o => o.defaultSelected), 0);
  return field.value !== field.defaultValue;
}

function keep(old, fresh) {
  if (old.matches("[type=checkbox], [type=radio]")) fresh.toggleAttribute("checked", old.checked);
  else if (old.matches("textarea")) fresh.value = old.value;
  else if (old.matches("select")) for (const o of fresh.options) o.toggleAttribute("selected", o.value === old.value);
  else fresh.setAttribute("value", old.value);
}

function tick(field) {
  const box = field.dataset?.ticks && document.getElementById(field.dataset.ticks);
  if (box) box.checked = field.value.trim() !== "";
}

// If none of what a refresh brings is there already, something is missing in between: then the list is what it brings.
function overlaps(old, fresh) {
  return [...fresh.children].some((e) => e.id && e.id !== "earlier" && old.querySelector(`:scope > [id="${CSS.escape(e.id)}"]`));
}

function countAll() {
  for (const e of document.querySelectorAll("[data-limit]")) count(e);
}

function count(field) {
  const place = field.matches?.("[data-limit]") && document.querySelector(`[data-counts="${CSS.escape(field.id)}"]`);
  if (!place) return;
  const left = Number(field.dataset.limit) - [...field.value].length;
  place.textContent = left < 0 ? `${-left} characters too many` : `${left} characters left`;
  place.classList.toggle("error", left < 0);
}
