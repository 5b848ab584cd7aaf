// Shows /openapi.json: operations with the scope that they need, and their parameters, bodies and answers as tables of fields.
"use strict";

const el = (tag, props, ...children) => {
  const e = Object.assign(document.createElement(tag), props);
  e.append(...children);
  return e;
};

const show = (doc) => {
  const resolve = (s) => (s && s.$ref ? resolve(doc.components.schemas[s.$ref.split("/").pop()]) : s || {});

  const typeOf = (s) => {
    const several = s.anyOf || s.oneOf;
    if (several) return several.map(typeOf).join(" or ");
    if (s.$ref) return s.$ref.split("/").pop();
    const type = [].concat(s.type || "any").join(" or ");
    if (s.enum) return s.enum.join(" | ");
    if (s.items) return `list of ${typeOf(s.items)}`;
    return s.format ? `${type} (${s.format})` : type;
  };

  // docOf is what a field or a parameter means, with an example where there is one.
  const docOf = (p) => [p.description, ...(p.examples || []).slice(0, 1).map((e) => `Example: ${typeof e === "string" ? e : JSON.stringify(e)}`)]
    .filter(Boolean).join(" ");

  // fields lists the fields of a schema, nested ones by their path.
  const fields = (schema, path = "", seen = []) => {
    const s = resolve(schema);
    return Object.entries(s.properties || {}).flatMap(([name, p]) => {
      const full = path + name;
      const row = { name: full, type: typeOf(p), required: (s.required || []).includes(name), doc: docOf(p) };
      const inner = p.anyOf ? p.anyOf[0] : p.items || p;
      if (!inner.$ref || seen.includes(inner.$ref)) return [row];
      return [row, ...fields(inner, `${full}${p.items ? "[]" : ""}.`, [...seen, inner.$ref])];
    });
  };

  const table = (title, rows) => rows.length === 0 ? "" : el("div", {},
    el("h4", { textContent: title }),
    el("table", {}, ...rows.map((r) => el("tr", {},
      el("td", {}, el("code", { textContent: r.name }), r.required ? el("span", { className: "required", textContent: " required" }) : ""),
      el("td", { textContent: r.type }),
      el("td", { textContent: r.doc })))));

  // contents are the tables of a body or an answer: of JSON one; of a stream one for each event, of what its data has.
  const contents = (title, of) => Object.entries((of && of.content) || {}).flatMap(([type, { schema }]) => {
    if (type === "application/json") return [table(title, fields(schema))];
    const events = (schema && schema.items && schema.items.oneOf) || [];
    return [el("h4", { textContent: `${title}: ${type}` }),
      ...events.map((e) => table(e.title || "Event", fields(e.properties.data)))];
  });

  const operation = (path, method, op) => {
    const params = (op.parameters || []).map((p) => ({
      name: p.name, type: `${p.in}, ${typeOf(p.schema)}`, required: p.required, doc: docOf(p.schema) }));
    const isDone = (status) => status.startsWith("2");
    const done = Object.keys(op.responses).find(isDone);
    const scopes = (op.security || []).flatMap((s) => Object.values(s).flat());
    return el("details", {},
      el("summary", {}, el("span", { className: "method", textContent: method.toUpperCase() }),
        el("code", { textContent: path }), ` ${op.summary || ""}`),
      el("p", { textContent: op.description || "" }),
      el("p", {}, "Scope: ", el("code", { textContent: scopes.join(", ") })),
      table("Parameters", params),
      ...contents("Body", op.requestBody),
      ...contents(`Answer, ${done}`, op.responses[done]),
      el("p", { textContent: `Problems: ${Object.keys(op.responses).filter((status) => !isDone(status)).join(", ")}` }));
  };

  const root = document.getElementById("api");
  root.replaceChildren(
    el("h1", { textContent: `${doc.info.title} API` }),
    el("p", { textContent: doc.info.description }),
    el("p", {}, "Every request needs ", el("code", { textContent: "Authorization: Bearer KEY" }), ", with a key that has the operation's scope. The description for programs: ",
      el("a", { href: "/openapi.json", textContent: "/openapi.json" }), "."),
    ...Object.entries(doc.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, op]) => operation(path, method, op))));
};

fetch("/openapi.json").then((r) => r.json()).then(show);
