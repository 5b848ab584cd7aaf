// Draws each <figure data-chart> from its own table, which stays on the page: for those who hear it, and for when this does not run.
// A row's heading is a label; each column with a data-series is a series, and its cells' data-value the exact amount, which becomes a
// float only here, to be painted. Colours are the page's tokens, read again when light turns to dark.

const drawn = new Map();
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  return {
    labels: rows.map((r) => r.cells[0].dataset.label ?? r.cells[0].textContent.trim()),
    series: heads.flatMap((head, i) => head.dataset.series === undefined ? [] : [{
      name: head.dataset.series || head.textContent.trim(),
      colour: head.dataset.colour,
      values: rows.map((r) => Number(r.cells[i].dataset.value ?? 0)),
      texts: rows.map((r) => r.cells[i].textContent.trim()),
    }]),
  };
}

// The value of a colour token as a canvas can use it: light-dark() is resolved only on an element.
function colours() {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const of = (token) => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const all = { text: of("text"), quiet: of("quiet"), line: of("line"), panel: of("panel") };
  all.series = Array.from({ length: 8 }, (_, i) => of(`chart-${i + 1}`));
  all.named = Object.fromEntries([...document.querySelectorAll("[data-colour]")].map((e) => [e.dataset.colour, of(e.dataset.colour)]));
  probe.remove();
  return all;
}

function settings(figure, colour) {
  const { labels, series } = read(figure.querySelector("table"));
  const across = figure.dataset.chart === "ranks"; // bars that lie, the largest on top
  const lines = figure.dataset.chart === "lines"; // over time, each for itself
  const unit = figure.dataset.unit ? ` ${figure.dataset.unit}` : "";
  const figures = { stacked: !lines, beginAtZero: true, grid: { color: colour.line }, border: { display: false }, ticks: { color: colour.quiet, maxTicksLimit: 6 } };
  const names = { stacked: !lines, grid: { display: false }, ticks: { color: colour.quiet, autoSkip: !across, maxRotation: 0 } };
  if (across) names.ticks.callback = function shorten(i) {
    const label = this.getLabelForValue(i);
    return label.length > 22 ? `${label.slice(0, 21)}…` : label;
  };
  return {
    type: lines ? "line" : "bar",
    data: {
      labels,
      datasets: series.map((s, i) => ({
        label: s.name, data: s.values, texts: s.texts, maxBarThickness: 28, borderRadius: 3, borderWidth: series.length > 1 ? 1 : 0, borderColor: colour.panel,
        backgroundColor: colour.named[s.colour] ?? colour.series[i % colour.series.length],
        ...(lines ? { borderColor: colour.series[i % colour.series.length], borderWidth: 2, pointRadius: labels.length > 40 ? 0 : 2, tension: 0.2 } : {}),
      })),
    },
    options: {
      indexAxis: across ? "y" : "x",
      animation: still.matches ? false : { duration: 250 },
      maintainAspectRatio: false,
      scales: across ? { x: figures, y: names } : { x: names, y: figures },
      interaction: { mode: "index", intersect: false, axis: across ? "y" : "x" },
      plugins: {
        legend: { display: series.length > 1, position: "bottom", labels: { color: colour.text, usePointStyle: true, boxHeight: 8 } },
        // The cell's own text, which is exact.
        tooltip: { filter: (item) => item.raw !== 0, callbacks: { label: (item) => `${item.dataset.label}: ${item.dataset.texts[item.dataIndex]}${unit}` } },
      },
    },
  };
}

function draw(figure, colour) {
  const table = figure.querySelector("table");
  const canvas = figure.querySelector("canvas");
  if (!table || !canvas || table.tBodies[0].rows.length === 0) return;
  const before = drawn.get(figure);
  if (before) { // the same chart with other figures moves nothing but those
    const { data, options } = settings(figure, colour);
    Object.assign(before, { data, options });
    before.update("none");
    return;
  }
  const frame = canvas.parentElement;
  frame.hidden = false;
  if (figure.dataset.chart === "ranks") frame.style.height = `${Math.max(6, 3 + table.tBodies[0].rows.length * 2)}rem`;
  drawn.set(figure, new window.Chart(canvas, settings(figure, colour)));
}

function drawAll() {
  if (!window.Chart) return;
  for (const [figure, chart] of drawn) {
    if (!figure.isConnected) {
      chart.destroy();
      drawn.delete(figure);
    }
  }
  const colour = colours();
  window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  for (const figure of document.querySelectorAll("figure[data-chart]")) draw(figure, colour);
}

drawAll();
dark.addEventListener("change", drawAll);
// htmx has put another part on the page.
document.addEventListener("htmx:afterSettle", drawAll);
