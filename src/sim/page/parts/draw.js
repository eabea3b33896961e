// Pictures as SVG: curves with bands, a map of tiles, one committee's story. Each returns an element; nothing is kept.
"use strict";
const SVG = "http://www.w3.org/2000/svg";
const COLOURS = { a: "#2166ac", b: "#c4512d", change: "#3d3d3d" };
const STOPS = ["#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838"]; // cividis
const DIVERGING = ["#8c510a", "#dfc27d", "#f5f5f5", "#80cdc1", "#01665e"];

function svg(name, attributes = {}, ...inner) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...inner);
  return made;
}

const round = (x) => Math.round(x * 100) / 100;

// Numbers at which an axis has its marks: a handful, round.
function ticks(low, high, about = 5) {
  const raw = (high - low) / about, power = 10 ** Math.floor(Math.log10(raw)), rest = raw / power;
  const step = power * (rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10), found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step);
  return { found, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

// A text in lines of so many letters at most.
function wrapped(text, letters) {
  const lines = [""];
  for (const word of text.split(" ")) lines.at(-1).length + word.length + 1 > letters && lines.at(-1) ? lines.push(word) : (lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word);
  return lines;
}

const number = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits).replace(/^-(0(\.0*)?)$/, "$1").replace("-", "−") : "–");

// Curves: lines = [{ name, colour, points: [{ low, middle, high }] }].
function curves({ title, unit, months, lines, keys = [], events = [], span, mark, zero = false, small = 0, onMonth, wide = 760 }) {
  const letters = wide / 7.6, heads = wrapped(title, Math.max(letters - (unit.length + 2), 24)), said = keys.map(([colour, words]) => [colour, wrapped(words, letters - 3)]);
  const left = 58, right = 10, foot = 24, above = 8 + 17 * heads.length + 16 * said.reduce((sum, [, rows]) => sum + rows.length, 0), top = above + 2, tall = top + foot + (zero ? 140 : 200);
  const all = lines.flatMap((line) => line.points.flatMap((p) => [p.low, p.high, p.middle])).filter(Number.isFinite);
  if (zero) all.push(-small, small, 0);
  let low = Math.min(...all), high = Math.max(...all);
  if (!all.length) [low, high] = [0, 1];
  const pad = (high - low || 0.02) * 0.06;
  [low, high] = [low - pad, high + pad];
  const x = (t) => left + ((t + 0.5) / months.length) * (wide - left - right);
  const y = (value) => top + (1 - (value - low) / (high - low)) * (tall - top - foot);
  const picture = svg("svg", { viewBox: `0 0 ${wide} ${tall}`, role: "img", class: "curves" }, svg("title", {}, title));
  if (span) picture.append(svg("rect", { x: x(span[0] - 0.5), y: tall - foot - 5, width: x(span[1] + 0.5) - x(span[0] - 0.5), height: 5, class: "span" }));
  if (zero && small) picture.append(svg("rect", { x: left, y: y(small), width: wide - left - right, height: y(-small) - y(small), class: "small" }));
  for (const event of events) {
    const from = Math.max(months.indexOf(event.start), 0), to = months.indexOf(event.end) < 0 ? months.length - 1 : months.indexOf(event.end);
    if (event.kind === "dispute" || event.kind === "famine")
      picture.append(svg("rect", { x: x(from - 0.5), y: top, width: x(to + 0.5) - x(from - 0.5), height: tall - top - foot, class: event.kind }, svg("title", {}, `${event.label}, ${event.start}`)));
    else if (event.kind === "congress")
      picture.append(svg("line", { x1: x(from), x2: x(from), y1: top, y2: tall - foot, class: "congress" }, svg("title", {}, `${event.label}, ${event.start}`)));
  }
  const marks = ticks(low, high, zero ? 4 : 5);
  for (const value of marks.found) {
    picture.append(svg("line", { x1: left, x2: wide - right, y1: y(value), y2: y(value), class: value === 0 && zero ? "zero" : "grid" }));
    picture.append(svg("text", { x: left - 6, y: y(value) + 4, class: "tick end" }, number(value, marks.digits)));
  }
  months.forEach((month, t) => {
    if (!month.endsWith("-01")) return;
    picture.append(svg("line", { x1: x(t - 0.5), x2: x(t - 0.5), y1: tall - foot, y2: tall - foot + 4, class: "axis" }));
    if (Number(month.slice(0, 4)) % (months.length > 132 ? 5 : 12 * (x(1) - x(0)) < 34 ? 2 : 1) === 0) picture.append(svg("text", { x: x(Math.min(t + 5.5, months.length - 3)), y: tall - 6, class: "tick middle" }, month.slice(0, 4)));
  });
  picture.append(svg("line", { x1: left, x2: wide - right, y1: tall - foot, y2: tall - foot, class: "axis" }));
  picture.append(...heads.map((line, k) => svg("text", { x: 8, y: 15 + 17 * k, class: "heading" }, line)), svg("text", { x: wide - right, y: 15, class: "tick end" }, unit));
  let base = 15 + 17 * heads.length;
  for (const [colour, rows] of said) {
    picture.append(svg("rect", { x: 8, y: base - 10, width: 11, height: 11, fill: colour }));
    for (const line of rows) { picture.append(svg("text", { x: 24, y: base, class: "tick" }, line)); base += 16; }
  }
  for (const line of lines) {
    for (const part of parts(line.points)) {
      const up = part.map(([t, p]) => `${round(x(t))},${round(y(p.high))}`), down = part.map(([t, p]) => `${round(x(t))},${round(y(p.low))}`).reverse();
      if (!line.thin) picture.append(svg("polygon", { points: [...up, ...down].join(" "), fill: line.colour, class: "band" }));
      picture.append(svg("polyline", { points: part.map(([t, p]) => `${round(x(t))},${round(y(p.middle))}`).join(" "), stroke: line.colour, class: "line", "stroke-dasharray": line.dashes }));
    }
  }
  if (mark !== undefined) picture.append(svg("line", { x1: x(mark), x2: x(mark), y1: top, y2: tall - foot, class: "mark" }));
  if (onMonth)
    picture.addEventListener("pointermove", (event) => {
      const box = picture.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * wide;
      const t = Math.floor(((at - left) / (wide - left - right)) * months.length);
      if (t >= 0 && t < months.length) onMonth(t, event.buttons > 0);
    });
  if (onMonth) picture.addEventListener("click", (event) => picture.dispatchEvent(new PointerEvent("pointermove", { clientX: event.clientX, buttons: 1 })));
  return picture;
}

// Stretches of months without a gap.
function parts(points) {
  const found = [];
  let open = null;
  points.forEach((point, t) => {
    if (!Number.isFinite(point.middle)) open = null;
    else if (open) open.push([t, point]);
    else found.push((open = [[t, point]]));
  });
  return found;
}

function mixed(stops, way) {
  const at = Math.min(Math.max(way, 0), 1) * (stops.length - 1), k = Math.min(Math.floor(at), stops.length - 2), f = at - k;
  const part = (colour, i) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const rgb = [0, 1, 2].map((i) => Math.round(part(stops[k], i) * (1 - f) + part(stops[k + 1], i) * f));
  return { colour: `rgb(${rgb})`, dark: 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] < 128 };
}

// Tiles by value: a plain scale for worlds, a scale around nought for their difference; unsure ones are hatched.
function tilemap({ content, values, all, unsure, difference, unit, title, chosen, onPlace, named = (name) => name, labels = (tile) => tile.label, narrow = false }) {
  // One scale for all months, so that colours can be compared while it plays.
  const size = 48, [wide, high] = content.extent, known = all.filter(Number.isFinite).sort((x, y) => x - y);
  const limit = Math.max(quantile(known.map(Math.abs).sort((x, y) => x - y), 0.95) || 0, 1e-6);
  let [low, top] = difference ? [-limit, limit] : [quantile(known, 0.02), quantile(known, 0.98)];
  if (!(top > low)) [low, top] = [(low || 0) - 0.01, (low || 0) + 0.01];
  const picture = svg("svg", { viewBox: `0 0 ${wide * size} ${high * size + (narrow ? 62 : 44)}`, role: "img", class: narrow ? "map narrow" : "map" }, svg("title", {}, title));
  picture.append(svg("defs", {}, svg("pattern", { id: "unsure", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("line", { x1: 0, y1: 0, x2: 0, y2: 5, class: "hatch" }))));
  const digits = ticks(low, top).digits + 1;
  for (const tile of content.tiles) {
    const value = values[tile.name], cx = (tile.x + 0.63) * size, cy = (tile.y + 0.63) * size, r = size * 0.545;
    const points = [0, 1, 2, 3, 4, 5].map((k) => `${round(cx + r * Math.sin((k * Math.PI) / 3))},${round(cy + r * Math.cos((k * Math.PI) / 3))}`).join(" ");
    const { colour, dark } = Number.isFinite(value) ? mixed(difference ? DIVERGING : STOPS, (value - low) / (top - low)) : { colour: "#fff", dark: false };
    const group = svg("g", { class: `tile${tile.name === chosen ? " chosen" : ""}`, "data-name": tile.name }, svg("title", {}, `${named(tile.name)}: ${number(value, digits)} ${unit}`), svg("polygon", { points, fill: colour }));
    if (difference && unsure && unsure[tile.name]) group.append(svg("polygon", { points, fill: "url(#unsure)" }));
    const label = labels(tile);
    label.forEach((line, k) => group.append(svg("text", { x: cx, y: cy + 3 + (k - (label.length - 1) / 2) * 9, class: dark ? "light" : "dark" }, line)));
    if (value !== undefined && onPlace) group.addEventListener("click", () => onPlace(tile.name));
    picture.append(group);
  }
  const from = 0.5 * size, until = 6.5 * size, base = high * size + 4;
  for (let k = 0; k < 60; k++) picture.append(svg("rect", { x: from + (k / 60) * (until - from), y: base, width: (until - from) / 60 + 0.6, height: 12, fill: mixed(difference ? DIVERGING : STOPS, (k + 0.5) / 60).colour }));
  const ends = [`≤ ${number(low, digits)}`, `≥ ${number(top, digits)}`];
  picture.append(svg("text", { x: from, y: base + (narrow ? 42 : 28), class: "tick" }, ends[0]), svg("text", { x: until, y: base + (narrow ? 42 : 28), class: "tick end" }, ends[1]), svg("text", { x: until + 12, y: base + 11, class: "tick" }, unit));
  return picture;
}

// One committee's officials as bars over time, a row a seat; below them its quarrels.
function story({ months, events, seats, conflict, words, title, wide = 760 }) {
  const heads = wrapped(title, wide / 7.6), left = 86, right = 10, row = 24, top = 7 + 17 * heads.length, rows = seats.length, tall = top + (rows + 1) * row + (conflict.length ? 72 : 26);
  const x = (t) => left + (t / months.length) * (wide - left - right);
  const picture = svg("svg", { viewBox: `0 0 ${wide} ${tall}`, role: "img", class: "story" }, svg("title", {}, title));
  picture.append(...heads.map((line, k) => svg("text", { x: 8, y: 14 + 17 * k, class: "heading" }, line)));
  const people = [...new Set(events.flatMap((e) => [e.person, e.other]).filter((each) => each >= 0))];
  seats.forEach((seat, place) => {
    const y = top + place * row;
    picture.append(svg("text", { x: left - 6, y: y + 15, class: "tick end" }, words(seat)));
    const terms = [];
    let since = 0, who = null, how = "";
    for (const event of events) {
      if (event.seat !== place) continue;
      if (event.kind === "took") { if (who !== null || event.month > 0) terms.push([since, event.month, who, how]); [since, who, how] = [event.month, event.person, event.reason]; }
      else if (event.kind === "left") { terms.push([since, event.month, who, how, event.reason]); [since, who, how] = [event.month, null, "open"]; }
    }
    terms.push([since, months.length, who, how]);
    for (const [from, to, person, by, why] of terms) {
      if (to <= from || (person === null && by === "open")) continue;
      const kind = by === "appointed" ? "appointed" : by === "recommended" ? "recommended" : by === "acting" ? "acting" : by ? "elected" : "first";
      const said = `${months[from]} – ${months[Math.min(to, months.length - 1)]}: ${person === null ? words("first") : `#${people.indexOf(person) + 1}`}${by ? `, ${words(by)}` : ""}${why ? `; ${words("left")}: ${words(why)}` : ""}`;
      picture.append(svg("rect", { x: x(from) + 0.5, y: y + 3, width: Math.max(x(to) - x(from) - 1, 1), height: row - 7, class: `term ${kind}` }, svg("title", {}, said)));
    }
  });
  const y = top + rows * row;
  picture.append(svg("text", { x: left - 6, y: y + 15, class: "tick end" }, words("skloki")));
  let since = null;
  for (const event of events) {
    if (event.kind === "sklok_opened") since = event.month;
    if (event.kind === "sklok_closed" && since !== null) { picture.append(svg("rect", { x: x(since), y: y + 3, width: Math.max(x(event.month) - x(since), 2), height: row - 7, class: "sklok" }, svg("title", {}, `${months[since]} – ${months[event.month]}`))); since = null; }
    if (event.kind === "incident") picture.append(svg("line", { x1: x(event.month + 0.5), x2: x(event.month + 0.5), y1: y + row - 4, y2: y + row - 4 - 14 * Math.min(event.value || 0, 1), class: "incident" }, svg("title", {}, `${months[event.month]}: ${words("incident")}`)));
  }
  if (since !== null) picture.append(svg("rect", { x: x(since), y: y + 3, width: x(months.length) - x(since), height: row - 7, class: "sklok" }));
  const base = tall - 22, high = 40;
  if (conflict.length) picture.append(svg("text", { x: left - 6, y: base - 16, class: "tick end" }, words("conflict")), svg("line", { x1: left, x2: wide - right, y1: base, y2: base, class: "axis" }));
  for (const part of parts(conflict.map((middle) => ({ middle }))))
    picture.append(svg("polyline", { points: part.map(([t, { middle }]) => `${round(x(t + 0.5))},${round(base - middle * high)}`).join(" "), class: "line", stroke: "#7a3b8f" }));
  const each = 12 * (x(1) - x(0)) < 34 ? 2 : 1;
  months.forEach((month, t) => {
    if (!month.endsWith("-01")) return;
    picture.append(svg("line", { x1: x(t), x2: x(t), y1: top, y2: base, class: "grid" }));
    if (Number(month.slice(0, 4)) % each === 0) picture.append(svg("text", { x: x(t + 6), y: tall - 6, class: "tick middle" }, month.slice(0, 4)));
  });
  return picture;
}
