// The page: what was asked for (in the address), the runs that answer it, and what is shown of them.
"use strict";
const FIRST = 5, MAP_FIELDS = ["performance", "conflict", "misfit", "discussion", "unity", "literacy", "team_skill", "appointed", "open_sklok", "paralysed", "recovery"];
const $ = (id) => document.getElementById(id);
let content, texts, language = "en", asked, backend, work = null, handling = 0, playing = null;

const say = (key, values = {}) => (texts[language][key] ?? texts.en[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const element = (name, attributes = {}, ...inner) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...inner.filter((each) => each !== undefined && each !== null));
  return made;
};
const unpacked = async (text, as = "bytes") => {
  const stream = new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]).stream().pipeThrough(new DecompressionStream("gzip"));
  return as === "json" ? new Response(stream).json() : new Uint8Array(await new Response(stream).arrayBuffer());
};
const world = (side) => content.worlds.find((each) => each.name === asked[side]);
const outcome = () => content.outcomes.find((each) => each.name === asked.outcome);
const parameter = Object.create(null), variant = Object.create(null), mechanism = Object.create(null);

// ---- What is asked for: the whole state is in the address, so that a link repeats it and Back goes back.

function fresh() {
  const [one, two] = content.worlds;
  return { a: one.name, b: (two ?? one).name, outcome: "performance", scope: "nation", first: "", last: "", draw: true, runs: 32,
    view: two ? "change" : "a", field: "performance", month: "", place: "", replicate: 0, sets: { a: {}, b: {} } };
}

function toAddress() {
  const plain = fresh(), found = new URLSearchParams();
  if (asked.open) found.set("open", asked.open);
  for (const key of Object.keys(plain)) if (key !== "sets" && String(asked[key]) !== String(plain[key])) found.set(key, asked[key]);
  for (const side of ["a", "b"]) for (const [name, value] of Object.entries(asked.sets[side])) found.set(`${side}:${name}`, value);
  if (language !== "en") found.set("language", language);
  return `#${found}`;
}

// Whatever stands in the address that is not known is left out and said.
function fromAddress() {
  const found = fresh(), strange = [];
  for (const [key, text] of new URLSearchParams(location.hash.slice(1))) {
    const known = { __proto__: null, a: names("worlds"), b: names("worlds"), outcome: names("outcomes"), scope: names("scopes"), view: ["a", "b", "change"], field: MAP_FIELDS }[key];
    const setting = /^([ab]):(.+)$/.exec(key);
    if (key === "language" && texts[text]) language = text;
    else if (key === "open") found.open = text;
    else if (setting) { const value = checked(setting[2], text); value === undefined ? strange.push(key) : (found.sets[setting[1]][setting[2]] = value); }
    else if (Array.isArray(known) ? known.includes(text) : ["first", "last", "month"].includes(key) && content.worlds[0].months.includes(text)) found[key] = text;
    else if (key === "place" && content.worlds[0].places.some(([name]) => name === text)) found.place = text;
    else if (key === "draw") found.draw = text === "true";
    else if (["runs", "replicate"].includes(key) && /^\d{1,4}$/.test(text)) found[key] = Number(text);
    else strange.push(key);
  }
  found.runs = Math.min(Math.max(found.runs, 1), limit());
  found.replicate = Math.min(found.replicate, limit() - 1);
  asked = found;
  for (const side of ["a", "b"]) for (const name of Object.keys(found.sets[side])) if (!settable(side, name)) { strange.push(`${side}:${name}`); delete found.sets[side][name]; }
  return strange;
}

const scopeNow = () => (outcome().by_class ? asked.scope : "nation");
const names = (list) => content[list].map((each) => each.name);
const limit = () => 128;

// Whether a world has a setting: a rule that only the other one dates, or a mechanism that its file leaves out, it has not.
function settable(side, name) {
  const [table, key] = name.split(/\.(.*)/s), known = world(side);
  if (table === "mechanisms") return !known.off.includes(key);
  return table !== "policy" || known.rules.some((each) => each.field === name);
}

// A value of a setting, if it is one.
function checked(name, text) {
  const [table, key] = name.split(/\.(.*)/s);
  if (table === "parameters" && parameter[key]) { const value = Number(text); return text !== "" && value >= parameter[key].minimum && value <= parameter[key].maximum ? value : undefined; }
  if (table === "variants" && variant[key]) return Object.hasOwn(variant[key].choices, text) ? text : undefined;
  if (table === "mechanisms" && mechanism[key]) return text === "false" || text === false ? false : text === "true" || text === true ? true : undefined;
  if (table === "policy") return content.rules.includes(text) ? text : undefined;
  return undefined;
}

function change(entries, replace = false) {
  const before = location.hash;
  Object.assign(asked, entries);
  const address = toAddress();
  if (address !== before) history[replace ? "replaceState" : "pushState"](null, "", address);
  update();
}

// ---- What is set: a world's own values, then what was moved, then what is drawn.

const target = () => document.querySelector("input[name=target]:checked").value;
const sides = () => (target() === "both" ? ["a", "b"] : [target()]);

function valueOf(side, name) {
  const [table, key] = name.split(/\.(.*)/s), known = world(side);
  if (name in asked.sets[side]) return asked.sets[side][name];
  if (table === "parameters") return known.values[key];
  if (table === "variants") return known.readings[key];
  if (table === "mechanisms") return !known.off.includes(key);
  return known.rules.find((each) => each.field === name)?.rule;
}

function set(name, value, replace = false) {
  for (const side of sides()) {
    delete asked.sets[side][name];
    if (value !== undefined && settable(side, name) && value !== valueOf(side, name)) asked.sets[side][name] = value;
  }
  change({}, replace);
}

// Names that are not drawn: what either world's file sets, what was moved, and what differs between the worlds.
function kept() {
  const found = new Set([...world("a").own, ...world("b").own]);
  for (const side of ["a", "b"]) for (const name of Object.keys(asked.sets[side])) found.add(name.split(/\.(.*)/s)[1]);
  for (const table of ["said", "readings"])
    for (const name of Object.keys(world("a")[table])) if (world("a")[table][name] !== world("b")[table][name]) found.add(name);
  return found;
}

// What a run is asked for: fields by name, and changes that switches and rules make.
function job(side, replicate) {
  const known = world(side), sets = asked.sets[side], fields = [], changes = [], values = {};
  if (asked.draw && content.draws) for (const [name, value] of Object.entries(drawn(content.draws, replicate, kept(), (name) => valueOf("a", `variants.${name}`)))) values[name] = value;
  for (const [name, value] of Object.entries(sets)) {
    const [table, key] = name.split(/\.(.*)/s);
    if (table === "parameters" || table === "variants") values[key] = value;
    else if (table === "mechanisms") { if (value === false) changes.push(name); }
    else if (known.rules.find((each) => each.field === name)?.rule !== value) changes.push(`${name}=${value}`);
  }
  if (known.equal) for (const [one, two] of Object.entries(content.twins)) { const value = values[one] ?? known.values[one]; values[two] = value; }
  for (const [name, value] of Object.entries(values))
    fields.push(name in variant ? [name, variant[name].numbers[value]] : [name, value]);
  for (const name of known.off) changes.push(`mechanisms.${name}`);
  const settings = { ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name in variant ? "variants" : "parameters"}.${name}`, value])), ...Object.fromEntries(Object.entries(sets).filter(([name]) => /^(mechanisms|policy)\./.test(name))) };
  return { world: known.name, replicate, fields, changes, settings };
}

// ---- Who runs: workers with the engine in this page, or the server.

class Workers {
  constructor(number) {
    this.waiting = [];
    this.jobs = new Map();
    this.free = [];
    this.next = 0;
    const address = URL.createObjectURL(new Blob([$("worker").textContent], { type: "text/javascript" }));
    this.all = Array.from({ length: number }, () => {
      const worker = new Worker(address);
      worker.onmessage = ({ data }) => this.done(worker, data);
      worker.onerror = (event) => {
        for (const entry of [...this.jobs.values(), ...this.waiting]) entry.reject(new Error(say("worker_failed", { why: event.message ?? "" })));
      };
      this.free.push(worker);
      return worker;
    });
  }
  async load() {
    const module = await WebAssembly.compile(await unpacked(content.engine));
    for (const worker of this.all) worker.postMessage({ engine: module, layout: content.layout });
    for (const each of content.worlds) await this.add(each);
  }
  async add(each) {
    if (each.version !== content.version) throw new Error(say("other_engine"));
    const changes = {};
    for (const [name, [fields, places, bytes]] of Object.entries(each.changes)) {
      const all = places.length ? await unpacked(bytes) : new Uint8Array();
      let from = 0;
      changes[name] = { fields, runs: places.map(([offset, length]) => [offset, all.subarray(from, (from += length))]) };
    }
    const image = { block: await unpacked(each.image), base: each.base, at: each.at, bytes: each.bytes, months: each.months.length, guberniias: each.guberniias, changes };
    for (const worker of this.all) worker.postMessage({ name: each.name, image });
  }
  run(request, urgent = false) {
    return new Promise((resolve, reject) => {
      const entry = { request: { ...request, job: this.next++ }, resolve, reject };
      this.waiting[urgent ? "unshift" : "push"](entry);
      this.go();
    });
  }
  // Runs that nobody waits for any longer are not begun; a committee's story is not among them.
  forget() {
    const urgent = this.waiting.filter(({ request }) => request.committee !== undefined);
    for (const entry of this.waiting) if (!urgent.includes(entry)) entry.reject(new Stale());
    this.waiting = urgent;
  }
  go() {
    while (this.free.length && this.waiting.length) {
      const worker = this.free.pop(), entry = this.waiting.shift();
      this.jobs.set(entry.request.job, entry);
      const { settings, ...plain } = entry.request;
      worker.postMessage(plain);
    }
  }
  done(worker, data) {
    const entry = this.jobs.get(data.job);
    this.jobs.delete(data.job);
    this.free.push(worker);
    this.go();
    data.error ? entry.reject(new Error(data.error)) : entry.resolve(data);
  }
}

// The server of `skloki view`: the same numbers, natively.
class Server {
  constructor() { this.waiting = []; this.busy = 0; this.cancelled = new AbortController(); }
  run(request, urgent = false) {
    return new Promise((resolve, reject) => {
      this.waiting[urgent ? "unshift" : "push"]({ request, resolve, reject });
      this.go();
    });
  }
  forget() {
    this.cancelled.abort();
    this.cancelled = new AbortController();
    for (const { reject } of this.waiting) reject(new Stale());
    this.waiting = [];
  }
  async go() {
    if (this.busy >= 3 || !this.waiting.length) return;
    const { request, resolve, reject } = this.waiting.shift();
    this.busy++;
    try { resolve(await this.ask(request)); } catch (error) { reject(error.name === "AbortError" ? new Stale() : error); }
    this.busy--;
    this.go();
  }
  async ask({ world, replicate, settings, committee }) {
    const known = content.worlds.find((each) => each.name === world), body = { world: known.reference, replicate, settings };
    if (committee === undefined) {
      const found = await (await post("run", body, this.cancelled.signal)).arrayBuffer();
      const values = known.months.length * content.scopes.length * content.outcomes.length;
      return { values: new Float64Array(found, 0, values), states: new Float32Array(found, 8 * values) };
    }
    const { events, states } = await (await post("story", { ...body, committee })).json();
    return { events: events.month.map((month, k) => ({ month, kind: content.layout.kinds[events.kind[k]], seat: events.seat[k], person: events.person[k], other: events.other[k],
      reason: content.layout.reasons[events.reason[k]], authority: content.layout.authorities[events.authority[k]], value: events.value[k] ?? NaN })), own: states };
  }
}

async function post(verb, body, signal) {
  const answer = await fetch(verb, { method: "POST", body: JSON.stringify(body), signal, headers: { "Content-Type": "application/json" } }).catch((error) => {
    throw error.name === "AbortError" ? error : new Error(say("lost"));
  });
  if (!answer.ok) throw new Error((await answer.json()).errors.join("\n"));
  return answer;
}

// Worlds that the address names are opened; what cannot be is said in the words of the command line.
async function opened() {
  const wanted = new URLSearchParams(location.hash.slice(1)).get("open")?.split(",").filter(Boolean);
  let wrong = "";
  const ask = async (worlds) => Object.assign(content, await (await post("open", { worlds })).json());
  try { await ask(wanted ?? content.first); } catch (error) { wrong = error.message; await ask(content.first); }
  const list = await (await fetch("list")).json();
  const entry = (value, words) => element("option", { value }, words);
  const pick = (side) => element("select", { "aria-label": say(`world_${side}`), onchange: (event) => reopen(side, event.target.value) }, entry("", say(`open_${side}`)),
    element("optgroup", { label: say("worlds") }, ...list.shipped.map((name) => entry(name, name))), element("optgroup", { label: say("files") }, ...Object.entries(list.files).map(([key, path]) => entry(key, path))));
  const upload = element("input", { type: "file", accept: ".toml", id: "upload", onchange: async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    try { reopen("b", (await (await post("upload", { name: file.name, text: await file.text() })).json()).reference); } catch (error) { tellWrong(error.message); }
    event.target.value = "";
  } });
  const stored = element("select", { id: "stored-list", "aria-label": say("stored"), onchange: (event) => tellStored(event.target.value) }, entry("", Object.keys(list.stored).length ? say("stored") : say("nothing_stored")), ...Object.entries(list.stored).map(([key, one]) => entry(key, `${one.kind}: ${one.path}`)));
  $("server").hidden = false;
  $("server").replaceChildren(pick("a"), pick("b"), element("label", {}, `${say("upload")} `, upload), stored, element("pre", { class: "error", id: "wrong", role: "alert" }, wrong));
}

const tellWrong = (text) => { $("wrong").textContent = text; };

// The page begins anew with another world: what was moved belonged to the old ones.
function reopen(side, reference) {
  if (!reference) return;
  const known = content.worlds.map((each) => each.reference), [one, two] = [known[0], known[1] ?? known[0]];
  const next = side === "a" ? [reference, two] : [one, reference];
  location.hash = `#open=${[...new Set(next)].join(",")}`;
  location.reload();
}

async function tellStored(number) {
  const box = $("stored");
  box.hidden = !number;
  if (!number) return;
  try {
    const found = await (await fetch(`stored/${number}`)).json();
    if (found.errors) throw new Error(found.errors.join("\n"));
    const open = found.worlds.length ? element("button", { type: "button", onclick: () => { location.hash = `#open=${found.worlds.slice(0, 2).map((_, k) => `stored:${number}:${k}`).join(",")}`; location.reload(); } }, say("open_worlds")) : null;
    tellWrong("");
    box.replaceChildren(element("h2", {}, found.title), ...found.lines.map((line) => element("p", {}, line)), element("p", { class: "note" }, `${found.kind}, ${found.path}`), open ?? "",
      ...found.pictures.map((name) => element("figure", {}, element("img", { src: `figures/${number}/${encodeURIComponent(name)}`, alt: name.replace(/\.png$/, ""), loading: "lazy" }), element("figcaption", {}, name.replace(/\.png$/, "")))));
    box.scrollIntoView();
  } catch (error) { tellWrong(error.message); }
}

class Stale extends Error {}

// ---- The runs of what is asked now: pairs by number, sums for the map. A change begins anew; what is late is dropped.

async function runAll(mine = { key: runKey(), pairs: [], maps: null }) {
  if (work !== mine) backend.forget();
  work = mine;
  $("answer").setAttribute("aria-busy", "true");
  well();
  const both = (replicate) => Promise.all(["a", "b"].map((side) => backend.run(job(side, replicate))));
  const take = async (numbers) => {
    await Promise.all(numbers.map(async (replicate) => {
      const found = await both(replicate);
      if (work !== mine) throw new Stale();
      mine.pairs.push({ replicate, values: found.map((each) => each.values) });
      addMap(mine, found.map((each) => each.states));
    }));
    mine.pairs.sort((one, two) => one.replicate - two.replicate);
    if (work === mine) show();
  };
  try {
    // More may be asked for meanwhile.
    while (work === mine && mine.pairs.length < asked.runs) {
      const done = mine.pairs.length, until = STEPS.find((each) => each > done && each <= asked.runs) ?? asked.runs;
      await take(Array.from({ length: until - done }, (_, k) => done + k));
    }
    mine.whole = true;
    if (work === mine) { show(); tell(); }
  } catch (error) {
    if (work === mine) work = null;  // asked again, it is tried again
    if (!(error instanceof Stale)) fail(error.message);
  }
}

const STEPS = [FIRST, 10, 20, 32, 48, 64, 96, 128];
const runKey = () => JSON.stringify([asked.a, asked.b, asked.sets, asked.draw]);

function addMap(mine, states) {
  if (!states[0]) return;
  mine.maps ??= { n: 0, sums: states.map((each) => new Float64Array(each.length)), square: new Float64Array(states[0].length) };
  mine.maps.n++;
  for (let k = 0; k < states[0].length; k++) {
    const change = states[1][k] - states[0][k];
    mine.maps.sums[0][k] += states[0][k];
    mine.maps.sums[1][k] += states[1][k];
    mine.maps.square[k] += change * change;
  }
}

// ---- What is shown.

const months = () => world("a").months;
function span() {
  const all = months(), parting = Math.max(all.indexOf("1923-12"), 0);
  const first = asked.first ? all.indexOf(asked.first) : parting, last = asked.last ? all.indexOf(asked.last) : Math.min(parting + 35, all.length - 1);
  return first <= last ? [first, last] : [last, first];
}
const monthNow = () => (asked.month ? months().indexOf(asked.month) : span()[1]);
const pairsOf = (name, scope) => {
  const o = names("outcomes").indexOf(name), s = names("scopes").indexOf(scope);
  return work.pairs.slice(0, asked.runs).map(({ values }) => values.map((run) => series(content, run, months().length, s, o)));
};

function update() {
  controls();
  if (!work || work.key !== runKey()) runAll();
  else if (work.pairs.length < asked.runs && work.whole) more();
  else show();
  tellStory();
}

// More pairs of the same worlds: those that are there stay.
function more() {
  work.whole = false;
  return runAll(work);
}

let frame = 0;
const show = () => { cancelAnimationFrame(frame); frame = requestAnimationFrame(draw); };

function draw() {
  if (!work?.pairs.length) return;
  const pairs = pairsOf(asked.outcome, scopeNow()), entry = outcome(), all = months(), at = monthNow();
  $("meaning").textContent = `${entry.meaning}; ${entry.unit}; ${say(`better_${entry.better}`)}`;
  const lines = ["a", "b"].map((side, k) => ({ name: side, colour: COLOURS[side], points: band(pairs.map((pair) => pair[k])), dashes: k ? undefined : "" }));
  const changes = band(pairs.map(([one, two]) => one.map((value, t) => two[t] - value)));
  const whole = finding(), onMonth = (t, pressed) => { readout(lines, changes, t); if (pressed) change({ month: all[t] }, true); };
  $("curves").replaceChildren(curves({ title: `${titleOf(entry)}: A ${lineName("a")}, B ${lineName("b")}`, unit: entry.unit, months: all, lines, events: world("a").events, span: span(), mark: at, onMonth }));
  $("change").replaceChildren(curves({ title: say("change_title"), unit: entry.unit, months: all, lines: [{ name: "change", colour: COLOURS.change, points: changes }], span: span(), mark: at, zero: true, small: whole.effects[whole.scope].smallest, onMonth }));
  readout(lines, changes, at);
  drawMap();
  answer(whole);
  status();
  document.documentElement.dataset.found = JSON.stringify(whole);
  document.documentElement.dataset.pairs = Math.min(work.pairs.length, asked.runs);
}

// A world that was moved is not what its file is called any more.
const anyMoved = () => ["a", "b"].some((side) => Object.keys(asked.sets[side]).length);
const lineName = (side) => (asked.a === asked.b ? "" : `${asked[side]}${Object.keys(asked.sets[side]).length ? ` ${say("changed")}` : ""}`);

function readout(lines, changes, t) {
  const size = Math.max(...[0, 1].map((k) => Math.abs(lines[k].points[t].middle) || 0)), digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 2 ? 2 : 4, unit = outcome().unit;
  $("readout").textContent = say("readout", { month: months()[t], a: number(lines[0].points[t].middle, digits), b: number(lines[1].points[t].middle, digits), change: number(changes[t].middle, digits), low: number(changes[t].low, digits), high: number(changes[t].high, digits), unit });
}

// What is found, as the sentences want it: the chosen scope, and the classes beside it.
function finding() {
  const entry = outcome(), [first, last] = span(), effects = {}, beyond = {};
  for (const { name } of content.scopes) {
    if (name !== "nation" && !entry.by_class) continue;
    effects[name] = effect(pairsOf(entry.name, name), first, last, entry, content.student);
    beyond[name] = effects[name].beyond;
  }
  const scope = scopeNow(), drawing = asked.draw && content.draws, held = kept();
  const names = asked.a === asked.b || anyMoved() ? ["A", "B"] : [asked.a, asked.b], all = months();
  return { base: names[0], other: names[1], outcome: entry.name, unit: entry.unit, better: entry.better, horizon: first === last ? all[first] : `${all[first]}:${all[last]}`, scope, effects, beyond,
    drawn: drawing ? content.draws.factors.filter(({ name, under }) => !held.has(name) && !(under && held.has(under[0]) && valueOf("a", `variants.${under[0]}`) !== under[1])).length : null,
    every: content.draws.factors.length, same: parting() === null || parting() > last };
}

// The first month in which the worlds as moved differ: what is not dated counts from the first.
function parting() {
  const [one, two] = ["a", "b"].map((side) => content.worlds.indexOf(world(side))), moved = [...new Set(["a", "b"].flatMap((side) => Object.keys(asked.sets[side])))];
  const apart = moved.filter((name) => asked.sets.a[name] !== asked.sets.b[name] && valueOf("a", name) !== valueOf("b", name));
  if (apart.some((name) => !name.startsWith("policy."))) return 0;
  if (!moved.some((name) => name.startsWith("policy.")) || !content.by_rules[one][two]) return content.partings[one][two];
  const rules = new Map(["a", "b"].flatMap((side) => world(side).rules.map((rule) => [rule.field, rule.from])));
  const months_ = [...rules].filter(([field]) => valueOf("a", field) !== valueOf("b", field)).map(([, from]) => Math.max(months().indexOf(from), 0));
  return months_.length ? Math.min(...months_) : null;
}

function answer(found) {
  $("title").textContent = asked.a === asked.b ? world("a").title : say("against", { a: world("a").title, b: world("b").title });
  if (work.pairs.length < Math.min(asked.runs, ENOUGH)) {
    [$("sentence").textContent, $("sure").textContent] = [say("working", { n: work.pairs.length, of: asked.runs }), ""];
    return;
  }
  const said = language === "en" ? sentences(found) : translated(found);
  [$("sentence").textContent, $("sure").textContent] = [said[0], said[1] ?? ""];
}

// Other languages say the same more shortly.
function translated(found) {
  const row = found.effects[found.scope], entry = outcome(), digits = decimals(row.low, row.high || row.low + 0.001), fixed = (x) => number(x, digits);
  const values = { outcome: titleOf(entry).toLowerCase(), scope: say(`scope_${found.scope}`), horizon: found.horizon.replace(":", " — "), effect: fixed(Math.abs(row.effect)), low: fixed(row.low), high: fixed(row.high), unit: entry.unit,
    smallest: twoDigits(row.smallest), n: row.pairs, share: hundred(row.superiority), direction: say(row.effect > 0 ? "higher" : "lower"), ahead: hundred(row.beyond[0]), behind: hundred(row.beyond[1]) };
  if (found.same) return [say("sentence_same")];
  if (row.pairs < 2 || !Number.isFinite(row.effect)) return [say("sentence_none", values)];
  if (found.drawn === null) return [say({ above: "sentence_differs", below: "sentence_differs", within: "sentence_within", undecided: "sentence_undecided" }[row.reading], values), say("sure_chance", values)];
  return [say(`drawn_${judgement([[...row.beyond, row.superiority]]).replace(" ", "_")}`, values), say("sure_drawn", values)];
}

const titleOf = (entry) => texts[language][`outcome_${entry.name}`] ?? entry.title;


function status() {
  const n = Math.min(work?.pairs.length ?? 0, asked.runs);
  $("state").textContent = [n < asked.runs ? say("running", { n, of: asked.runs }) : say("done", { n }), content.engine || content.server ? say(content.server ? "native" : "same_bits") : ""].join(" ");
}

// Said to screen readers once, when all runs are there.
const tell = () => $("answer").setAttribute("aria-busy", "false");

function drawMap() {
  const maps = work.maps, all = content.layout.committee_fields, at = monthNow(), field = all.indexOf(asked.field), here = world("a");
  $("month").max = months().length - 1;
  $("month").value = at;
  $("month-name").textContent = months()[at];
  $("month").setAttribute("aria-valuetext", months()[at]);
  if (!maps || here.places.slice(0, here.guberniias).every(([name]) => !content.tiles.some((tile) => tile.name === name))) {
    $("map").replaceChildren(element("p", {}, say("no_map")));
    return;
  }
  const values = {}, unsure = {}, n = maps.n, scale = [];
  for (let k = field; k < maps.square.length; k += all.length) {
    const [one, two] = maps.sums.map((sum) => sum[k] / n);
    scale.push(...(asked.view === "change" ? [two - one] : [one, two]));
  }
  for (let g = 0; g < here.guberniias; g++) {
    const k = (at * here.guberniias + g) * all.length + field, [one, two] = maps.sums.map((sum) => sum[k] / n), change = two - one;
    values[here.places[g][0]] = { a: one, b: two, change }[asked.view];
    const spread = Math.sqrt(Math.max(maps.square[k] / n - change * change, 0) * (n / Math.max(n - 1, 1)));
    unsure[here.places[g][0]] = n < 2 || Math.abs(change) <= (content.student[Math.min(n, content.student.length - 1)] * spread) / Math.sqrt(n);
  }
  const what = say(`field_${asked.field}`), title = say(`map_${asked.view}`, { what, month: months()[at] });
  $("map").replaceChildren(tilemap({ content, values, all: scale, unsure, difference: asked.view === "change", unit: "", title, chosen: asked.place, onPlace: (name) => change({ place: name }) }));
  const apart = Object.values(values).some((value) => value !== 0), sure = Object.values(unsure).filter((each) => !each).length;
  $("map-said").textContent = say(asked.view !== "change" ? "map_said" : apart ? "map_said_change" : "map_same", { sure, of: here.guberniias, chance: Math.round(here.guberniias / 20), what, month: months()[at], n, world: world(asked.view === "b" ? "b" : "a").title });
}

async function tellStory() {
  const box = $("story");
  if (!asked.place) { box.replaceChildren(element("p", {}, say("choose_place"))); return; }
  const key = JSON.stringify([runKey(), asked.place, asked.replicate, language]);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  box.replaceChildren(element("p", {}, say("starting")));
  const found = await Promise.all(["a", "b"].map((side) => {
    const committee = world(side).places.findIndex(([name]) => name === asked.place);
    return backend.run({ ...job(side, asked.replicate), committee }, true).then((got) => ({ ...got, committee, side }));
  })).catch((error) => { if (!(error instanceof Stale)) fail(error.message); if (box.dataset.key === key) delete box.dataset.key; return null; });
  if (!found || box.dataset.key !== key) return;
  box.replaceChildren(...found.map(storyOf));
}

function storyOf({ events, own, committee, side }) {
  const here = world(side), all = content.layout.committee_fields, level = here.places[committee][2] < 0 ? 4 : 2;
  const at = all.indexOf("conflict");
  const conflict = own.map((state) => state[at] ?? NaN);
  const count = (kind) => events.filter((each) => each.kind === kind).length;
  const picture = story({ months: months(), events, seats: content.layout.seats.slice(0, level), conflict, words: (key) => say(`event_${key}`), title: `${side.toUpperCase()}: ${here.title}` });
  const people = [...new Set(events.flatMap((event) => [event.person, event.other]).filter((each) => each >= 0))], who = (person) => (person < 0 ? "" : `#${people.indexOf(person) + 1}`);
  const rows = events.map((event) => element("tr", {}, element("td", {}, months()[event.month]), element("td", {}, say(`event_${event.kind}`)), element("td", {}, event.seat < 0 ? "" : say(`event_${content.layout.seats[event.seat]}`)), element("td", {}, who(event.person)), element("td", {}, who(event.other)), element("td", {}, event.reason ? say(`event_${event.reason}`) : ""), element("td", {}, event.authority ? say(`event_${event.authority}`) : "")));
  return element("figure", {}, picture,
    element("figcaption", {}, say("story_said", { place: asked.place, secretaries: events.filter((e) => e.kind === "took" && e.seat === 0).length, incidents: count("incident"), skloki: count("sklok_opened") })),
    element("details", {}, element("summary", {}, say("every_event", { n: events.length })), element("div", { class: "scroll", tabindex: 0 }, element("table", {}, element("thead", {}, element("tr", {}, ...["month", "event", "seat", "person", "other", "reason", "authority"].map((key) => element("th", { scope: "col" }, say(`head_${key}`))))), element("tbody", {}, ...rows)))));
}

// ---- Controls, made from the registry.

// Values that a slider stands at: even steps (of the logarithm where it is drawn so), the default and both ends exactly.
function stops(one) {
  const found = new Set([one.low, one.high, one.default, ...["a", "b"].map((side) => world(side).values[one.name])]);
  for (let k = 1; k < 60; k++) {
    const way = k / 60, value = one.distribution === "loguniform" ? Math.exp(Math.log(one.low) + (Math.log(one.high) - Math.log(one.low)) * way) : one.low + (one.high - one.low) * way;
    found.add(Number(value.toPrecision(3)));
  }
  return [...found].sort((x, y) => x - y);
}

function buildControls() {
  const groups = new Map(), box = $("controls");
  const into = (room, row) => { if (!groups.has(room)) groups.set(room, []); groups.get(room).push(row); };
  for (const one of content.parameters) into(mechanism[one.mechanism]?.room ?? "other", sliderRow(one));
  for (const one of content.variants) into("readings", choiceRow(`variants.${one.name}`, one.meaning, Object.entries(one.choices), one.evidence));
  for (const one of content.mechanisms) into("switches", switchRow(one));
  const rules = [...new Set(content.worlds.flatMap((each) => each.rules.map((rule) => rule.field)))];
  for (const field of rules) {
    const known = content.worlds.flatMap((each) => each.rules).find((rule) => rule.field === field);
    into("policy", choiceRow(field, say("rule_from", { date: known.from, where: known.where ? `, ${known.where}` : "" }), content.rules.map((rule) => [rule, say(`rule_${rule}`)]), ""));
  }
  const order = ["policy", "readings", "switches"], rest = [...groups.keys()].filter((room) => !order.includes(room));
  box.replaceChildren(...[...order, ...rest].filter((room) => groups.has(room)).map((room) => element("details", { class: "group", "data-room": room, open: room === "policy" }, element("summary", {}, say(`room_${room}`)), ...groups.get(room))));
}

function sliderRow(one) {
  const name = `parameters.${one.name}`, values = stops(one), id = `p-${one.name}`;
  const slider = element("input", { type: "range", id, min: 0, max: values.length - 1, step: 1, list: `${id}-default`, oninput: (event) => { set(name, values[event.target.value], row.dragged); row.dragged = true; }, onchange: () => { row.dragged = false; } });
  const box = element("input", { type: "number", step: "any", min: one.minimum, max: one.maximum, "aria-label": `${one.meaning}, ${one.unit}`, onchange: (event) => { const value = checked(name, event.target.value); value === undefined ? refresh() : set(name, value); } });
  const refresh = () => {
    const value = valueOf(target() === "b" ? "b" : "a", name);
    let nearest = 0;
    values.forEach((each, k) => { if (Math.abs(each - value) < Math.abs(values[nearest] - value)) nearest = k; });
    slider.value = nearest;
    slider.setAttribute("aria-valuetext", `${value} ${one.unit}`);
    if (document.activeElement !== box) box.value = value;
    row.classList.toggle("moved", ["a", "b"].some((side) => name in asked.sets[side]));
  };
  const back = element("button", { type: "button", class: "back", title: say("back"), "aria-label": `${say("back")}: ${one.name}`, onclick: () => set(name, undefined) }, "↺");
  const row = element("div", { class: "control", "data-find": `${one.name} ${one.symbol} ${one.meaning} ${one.mechanism}`.toLowerCase() },
    element("label", { for: id }, element("span", { class: "symbol" }, one.symbol), ` ${one.meaning} `, element("span", { class: "unit" }, `(${one.unit})`)),
    element("div", { class: "line" }, slider, element("datalist", { id: `${id}-default` }, element("option", { value: values.indexOf(one.default) })), box, back),
    element("p", { class: "note" }, element("span", { class: `grade ${one.grade}` }, say(`grade_${one.grade}`)), ` ${say("range", { low: one.low, high: one.high, default: one.default })} ${one.source}`));
  row.refresh = refresh;
  return row;
}

function choiceRow(name, meaning, choices, evidence) {
  const select = element("select", { onchange: (event) => set(name, event.target.value) }, ...choices.map(([key, words]) => element("option", { value: key }, words === key || words.startsWith(key) ? words : `${key}: ${words}`)));
  const row = element("div", { class: "control", "data-find": `${name} ${meaning}`.toLowerCase() }, element("label", {}, `${meaning} `, select), evidence ? element("p", { class: "note" }, evidence) : null);
  row.refresh = () => {
    const value = valueOf(target() === "b" ? "b" : "a", name) ?? valueOf("b", name);
    if (value !== undefined) select.value = value;
    select.disabled = sides().every((side) => valueOf(side, name) === undefined);
    row.classList.toggle("moved", ["a", "b"].some((side) => name in asked.sets[side]));
  };
  return row;
}

function switchRow(one) {
  const name = `mechanisms.${one.name}`, box = element("input", { type: "checkbox", onchange: (event) => set(name, event.target.checked) });
  const row = element("div", { class: "control switch", "data-find": `${one.name} ${one.meaning}`.toLowerCase() }, element("label", {}, box, ` ${one.meaning} `, element("span", { class: "unit" }, `${say("off")}: ${one.off}`)));
  row.refresh = () => { box.checked = valueOf(target() === "b" ? "b" : "a", name); box.disabled = sides().some((side) => world(side).off.includes(one.name)); row.classList.toggle("moved", ["a", "b"].some((side) => name in asked.sets[side])); };
  return row;
}

function controls() {
  for (const row of document.querySelectorAll(".control")) row.refresh();
  for (const key of ["a", "b", "outcome", "view", "field", "runs"]) $(key).value = asked[key];
  [$("scope").value, $("scope").disabled] = [scopeNow(), !outcome().by_class];
  const [first, last] = span().map((t) => months()[t]);
  [$("first").value, $("last").value, $("draw").checked, $("place").value, $("replicate").value, $("language").value] = [first, last, asked.draw, asked.place, asked.replicate, language];
  const moved = ["a", "b"].flatMap((side) => Object.entries(asked.sets[side]).map(([name, value]) => `${side.toUpperCase()}: ${name} = ${value}`));
  $("moved").textContent = moved.length ? say("moved", { list: moved.join("; ") }) : say("unmoved");
  $("reset").hidden = !moved.length;
  $("command").textContent = command();
}

// ---- What can be taken along.

const quoted = (text) => (/^[\w.,:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function command() {
  const [one, two] = [asked.sets.a, asked.sets.b], same = JSON.stringify(one) === JSON.stringify(two);
  // A world that is not one of those that come with the program is the file that can be taken along.
  const plain = (side) => world(side).shipped && (same || !Object.keys(asked.sets[side]).length);
  const file = (side) => quoted(plain(side) ? world(side).name : `${world(side).name}-${side}.toml`);
  const sets = same && plain("a") && plain("b") ? Object.entries(one).map(([name, value]) => ` --set ${quoted(`${name}=${value}`)}`).join("") : "";
  const [first, last] = span().map((t) => months()[t]), number = asked.draw ? `--draws ${asked.runs}` : `--replicates ${asked.runs}`;
  return `skloki compare ${file("a")} ${file("b")}${sets} ${number} --horizon ${first}:${last} --outcome ${asked.outcome}`;
}

// A scenario file with what was moved: lines that are there are changed, tables that are not are added.
function scenario(side) {
  const lines = world(side).file.split("\n"), missing = {};
  for (const [name, value] of Object.entries(asked.sets[side])) {
    const parts = name.split("."), key = parts.pop(), table = `[${parts.join(".")}]`, from = lines.indexOf(table);
    const text = typeof value === "string" ? `"${value}"` : String(value);
    let at = -1;
    for (let k = from + 1; from >= 0 && k < lines.length && !lines[k].startsWith("["); k++) if (lines[k].startsWith(`${key} = `)) at = k;
    if (at >= 0) lines[at] = `${key} = ${text}  # moved in the page`;
    else if (from >= 0) lines.splice(from + 1, 0, `${key} = ${text}  # moved in the page`);
    else (missing[table] ??= []).push(`${key} = ${text}  # moved in the page`);
  }
  return [...lines, ...Object.entries(missing).flatMap(([table, rows]) => ["", table, ...rows])].join("\n").replace(/\n*$/, "\n");
}

function table() {
  const entry = outcome(), pairs = pairsOf(asked.outcome, asked.scope), rows = [["month", "world", "outcome", "scope", "unit", "pairs", "p10", "p50", "p90", "mean"]];
  const add = (name, points) => points.forEach((p, t) => rows.push([months()[t], name, entry.name, asked.scope, entry.unit, pairs.length, p.low, p.middle, p.high, p.mean]));
  ["a", "b"].forEach((side, k) => add(`${side.toUpperCase()} ${world(side).name}`, band(pairs.map((pair) => pair[k]))));
  add("B minus A", band(pairs.map(([one, two]) => one.map((value, t) => two[t] - value))));
  return rows.map((row) => row.map((cell) => (Number.isNaN(cell) ? "" : /[",\n]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : cell)).join(",")).join("\n") + "\n";
}

function picture() {
  const style = document.querySelector("style").textContent, parts = [...document.querySelectorAll("#curves svg, #change svg")];
  let top = 0;
  const inner = parts.map((each) => { const copy = each.cloneNode(true), [, , wide, tall] = each.getAttribute("viewBox").split(" "); copy.setAttribute("y", top); copy.setAttribute("width", wide); copy.setAttribute("height", tall); top += Number(tall); return copy.outerHTML; });
  return `<svg xmlns="${SVG}" viewBox="0 0 760 ${top}" font-family="sans-serif"><style>${style.replaceAll("<", "&lt;")}</style>${inner.join("")}</svg>`;
}

function save(name, type, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// The clipboard is there in secure contexts alone; elsewhere a text that is selected can be copied.
async function copy(text) {
  $("state").textContent = say("copied");
  if (navigator.clipboard) { await navigator.clipboard.writeText(text); return; }
  const box = element("textarea", { readonly: true }, text);
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}

function takeAlong() {
  const button = (key, work) => element("button", { type: "button", "data-take": key, onclick: work }, say(`take_${key}`));
  $("take").replaceChildren(
    ...["a", "b"].map((side) => button(`file_${side}`, () => save(`${world(side).name}-${side}.toml`, "application/toml", scenario(side)))),
    button("csv", () => save(`${asked.outcome}-${asked.scope}.csv`, "text/csv", table())), button("svg", () => save(`${asked.outcome}-${asked.scope}.svg`, "image/svg+xml", picture())),
    button("command", () => copy(command())), button("link", () => copy(location.href)), button("print", () => print()));
}

// ---- Beginning.

function well() {
  $("state").classList.remove("failed");
  delete document.documentElement.dataset.failed;
}

function fail(why) {
  const box = $("state");
  box.textContent = why;
  box.classList.add("failed");
  document.documentElement.dataset.failed = why;
}

function options(id, entries) {
  $(id).replaceChildren(...entries.map(([value, words]) => element("option", { value }, words)));
}

function wordsOnPage() {
  document.documentElement.lang = language;
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = say(each.dataset.text);
  options("a", content.worlds.map((each) => [each.name, each.title]));
  options("b", content.worlds.map((each) => [each.name, each.title]));
  const shown = content.outcomes.filter((each) => content.shown.includes(each.name)), rest = content.outcomes.filter((each) => !content.shown.includes(each.name));
  options("outcome", [...shown, ...rest].map((each) => [each.name, titleOf(each)]));
  options("scope", content.scopes.map((each) => [each.name, say(`scope_${each.name}`)]));
  for (const id of ["first", "last"]) options(id, content.worlds[0].months.map((month) => [month, month]));
  options("runs", [5, 10, 20, 32, 64, 128].filter((each) => each <= limit()).map((each) => [each, each]));
  options("view", [["a", say("view_a")], ["b", say("view_b")], ["change", say("view_change")]]);
  options("field", MAP_FIELDS.map((field) => [field, say(`field_${field}`)]));
  const places = content.worlds[0].places, heads = places.filter(([, , parent]) => parent < 0), uezds = places.filter(([, , parent]) => parent >= 0);
  const group = (label, list) => element("optgroup", { label }, ...list.map(([name]) => element("option", { value: name }, name)));
  $("place").replaceChildren(element("option", { value: "" }, "–"), group(say("guberniias"), heads), ...(uezds.length ? [group(say("uezds"), uezds)] : []));
  $("about").innerHTML = "";
  for (const each of content.worlds) $("about").append(element("h3", {}, each.title), element("p", {}, each.why.trim()));
  $("about").append(element("p", {}, say("about_text", { version: content.version_name })));
  buildControls();
  takeAlong();
}

function listen() {
  for (const key of ["outcome", "scope", "first", "last", "view", "field", "place"]) $(key).addEventListener("change", (event) => change({ [key]: event.target.value }));
  for (const side of ["a", "b"])
    $(side).addEventListener("change", (event) => {
      asked[side] = event.target.value;
      for (const name of Object.keys(asked.sets[side])) if (!settable(side, name)) delete asked.sets[side][name];
      change({});
    });
  $("runs").addEventListener("change", (event) => change({ runs: Number(event.target.value) }));
  $("draw").addEventListener("change", (event) => change({ draw: event.target.checked }));
  $("replicate").addEventListener("change", (event) => change({ replicate: Math.min(Math.max(Math.round(Number(event.target.value)) || 0, 0), limit() - 1) }));
  $("month").addEventListener("input", (event) => change({ month: months()[event.target.value] }, true));
  $("skip").addEventListener("click", () => $("answer").focus());
  $("reset").addEventListener("click", () => change({ sets: { a: {}, b: {} } }));
  $("play").addEventListener("click", play);
  $("language").addEventListener("change", (event) => { language = event.target.value; wordsOnPage(); delete $("story").dataset.key; change({}); });
  $("find").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase().trim();
    for (const group of document.querySelectorAll(".group")) {
      let any = false;
      for (const row of group.querySelectorAll(".control")) { const found = row.dataset.find.includes(wanted); row.hidden = !found; any ||= found; }
      group.hidden = !any;
      if (wanted) group.open = any;
    }
  });
  for (const radio of document.querySelectorAll("input[name=target]")) radio.addEventListener("change", controls);
  addEventListener("popstate", () => {
    if (location.hash.length > 1 && !location.hash.includes("=")) return;
    const before = asked.open;
    fromAddress();
    if (asked.open === before) update();
    else location.reload();
  });
}

function play() {
  if (playing) { clearInterval(playing); playing = null; $("play").textContent = say("play"); return; }
  $("play").textContent = say("pause");
  let at = monthNow() >= months().length - 1 ? 0 : monthNow();
  playing = setInterval(() => {
    at++;
    if (at >= months().length) { play(); return; }
    change({ month: months()[at] }, true);
  }, 150);
}

// The first replicate of each world must have the bits that `skloki run` gives, or nothing is shown.
async function selfCheck() {
  for (const each of content.worlds) {
    const { values } = await backend.run({ world: each.name, replicate: 0, fields: [], changes: [] });
    if (sha256(new Uint8Array(values.buffer)) !== each.sum) throw new Error(say("other_bits", { world: each.title }));
  }
}

async function begin() {
  try {
    const spec = JSON.parse($("content").textContent);
    content = spec.packed ? await unpacked(spec.packed, "json") : spec;
    texts = content.texts;
    for (const one of content.parameters) parameter[one.name] = one;
    for (const one of content.variants) variant[one.name] = one;
    for (const one of content.mechanisms) mechanism[one.name] = one;
    if (content.server) await opened();
    if (content.draws) content.draws.positions = new Uint32Array((await unpacked(content.draws.packed)).buffer);
    const strange = fromAddress();
    backend = content.server ? new Server() : new Workers(Math.min(Math.max(navigator.hardwareConcurrency || 2, 1), 4));
    wordsOnPage();
    listen();
    controls();
    $("state").textContent = say("starting");
    if (!content.server) { await backend.load(); await selfCheck(); }
    update();
    if (strange.length) $("moved").textContent = say("strange", { list: strange.join(", ") });
    document.documentElement.dataset.ready = "yes";
  } catch (error) {
    fail(error.message);
  }
}

if (typeof document !== "undefined") begin();
