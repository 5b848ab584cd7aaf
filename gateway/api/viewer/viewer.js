// Shows /openapi.json: operations with their parameters, bodies and answers as tables of fields.
"use strict";

const el = (tag, props, ...children) => {
  const e = Object.assign(document.createElement(tag), props);
  e.append(...children);
  return e;
};

const show = (doc) => {
  const resolve = (s) => (s && s.$ref ? resolve(doc.components.schemas[s.$ref.split("/").pop()]) : s || {});

  const typeOf = (s) => {
    if (s.anyOf) return s.anyOf.map(typeOf).join(" or ");
    if (s.$ref) return s.$ref.split("/").pop();
    const type = [].concat(s.type || "any").join(" or ");
    if (s.enum) return s.enum.join(" | ");
    if (s.items) return `list of ${typeOf(s.items)}`;
    return s.format ? `${type} (${s.format})` : type;
  };

  // fields lists the fields of a schema, nested ones by their path.
  const fields = (schema, path = "", seen = []) => {
    const s = resolve(schema);
    return Object.entries(s.properties || {}).flatMap(([name, p]) => {
      const full = path + name;
      const row = { name: full, type: typeOf(p), required: (s.required || []).includes(name), doc: p.description || "" };
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

  const operation = (path, method, op) => {
    const params = (op.parameters || []).map((p) => ({
      name: p.name, type: `${p.in}, ${typeOf(p.schema)}`, required: p.required, doc: p.description || "" }));
    const json = (content) => (content && content["application/json"] || {}).schema;
    const ok = op.responses["200"];
    return el("details", {},
      el("summary", {}, el("span", { className: "method", textContent: method.toUpperCase() }),
        el("code", { textContent: path }), ` ${op.summary || ""}`),
      el("p", { textContent: op.description || "" }),
      table("Parameters", params),
      op.requestBody ? table("Body", fields(json(op.requestBody.content))) : "",
      ok ? table("Answer", fields(json(ok.content))) : "",
      el("p", { textContent: `Problems: ${Object.keys(op.responses).filter((c) => c !== "200").join(", ")}` }));
  };

  const root = document.getElementById("api");
  root.replaceChildren(
    el("h1", { textContent: `${doc.info.title} API` }),
    el("p", { textContent: doc.info.description }),
    el("p", {}, "Every request needs ", el("code", { textContent: "Authorization: Bearer KEY" }), ". The description for programs: ",
      el("a", { href: "/openapi.json", textContent: "/openapi.json" }), "."),
    ...Object.entries(doc.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, op]) => operation(path, method, op))));
};

fetch("/openapi.json").then((r) => r.json()).then(show);
