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
// A name of the registry in the page's language; in English it says it itself.
const its = (key, words) => texts[language][key] ?? words;
const unitOf = (entry) => its(`unit_${entry.unit}`, entry.unit);
const meaningOf = (entry) => its(`meaning_${entry.name}`, entry.meaning);
const titleOf = (entry) => its(`outcome_${entry.name}`, entry.title);
const worldTitle = (known) => its(`title_${known.stem}`, known.title);
// Uezds are called after their guberniia.
const placeOf = (name) => { const [, head, number] = /^(.*) uezd (\d+)$/.exec(name) ?? []; return head ? say("uezd", { head: placeOf(head), number }) : its(`place_${name}`, name); };

// ---- Words that a reader may not know are marked where they stand; hovering, focusing or tapping one says what it means.

const patterns = {};
const pattern = () => (patterns[language] ??= new RegExp(`(?<![\\p{L}_])(?:${Object.entries(content.terms).filter(([, said]) => said[language][0]).map(([name, said]) => `(?<${name}>${said[language][0]})`).join("|")})(?![\\p{L}_])`, "giu"));
const term = (name, words, more = "") => element("dfn", { class: `term ${more}`, tabindex: 0, "data-term": name, "aria-describedby": `term-${name}` }, words);

// A text with its terms marked, each where it stands first.
function marked(text, seen = new Set()) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(pattern())) {
    const name = Object.keys(match.groups).find((key) => match.groups[key] !== undefined);
    if (seen.has(name)) continue;
    seen.add(name);
    found.push(text.slice(from, match.index), term(name, match[0]));
    from = match.index + match[0].length;
  }
  return [...found, text.slice(from)];
}

// Written only where it changed, so that whoever reads a term there keeps it.
function write(box, text) {
  const said = `${language} ${text}`;
  if (box.said !== said) { box.said = said; box.replaceChildren(...marked(text)); }
}

function explainTerms() {
  const tip = $("tip");
  let word = null;
  const place = () => {
    if (!word?.isConnected) { tip.hidden = true; return; }
    const at = word.getBoundingClientRect();
    tip.style.left = `${Math.max(Math.min(at.left, innerWidth - tip.offsetWidth - 8), 8)}px`;
    tip.style.top = `${at.bottom + tip.offsetHeight > innerHeight ? Math.max(at.top - tip.offsetHeight, 0) : at.bottom}px`;
  };
  const tell = (next) => { word = next; tip.hidden = !next; if (next) { tip.textContent = content.terms[next.dataset.term][language][1]; place(); } };
  const of = (event) => event.target.closest?.("[data-term]") ?? null;
  addEventListener("focusin", (event) => tell(of(event)));
  addEventListener("focusout", () => tell(null));
  addEventListener("pointerover", (event) => { if (!event.target.closest?.("#tip")) tell(of(event) ?? (document.activeElement.dataset?.term ? document.activeElement : null)); });
  addEventListener("keydown", (event) => { if (event.key === "Escape") tell(null); });
  addEventListener("scroll", place, { capture: true, passive: true });
  // in a label, or a heading that folds, a tap is for the word
  addEventListener("click", (event) => { if (of(event)) { event.preventDefault(); of(event).focus(); } });
}

// The answer stays in sight: above what is scrolled to, once it has gone itself.
function keepInSight() {
  const bar = $("bar"), measure = () => { document.documentElement.style.setProperty("--bar", bar.hidden ? "0px" : `${bar.offsetHeight}px`); };
  // over a stored result, which has an answer of its own, it would be taken for that
  const look = () => { const shown = $("sentence").getBoundingClientRect().bottom < 0 && ($("stored").hidden || $("stored").getBoundingClientRect().top > 150); if (bar.hidden === shown) { bar.hidden = !shown; measure(); } };
  addEventListener("scroll", look, { passive: true });
  new ResizeObserver(measure).observe(bar);
  let wide = innerWidth;
  addEventListener("resize", () => { if (wide !== innerWidth && work) { wide = innerWidth; delete $("story").dataset.key; update(); } });
}

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
    view: two ? "change" : "a", field: "performance", month: "", place: "", replicate: 0, stored: "", effect: "", kept: "", sets: { a: {}, b: {} } };
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
  language = "en";
  for (const [key, text] of new URLSearchParams(location.hash.slice(1))) {
    const known = { __proto__: null, a: names("worlds"), b: names("worlds"), outcome: names("outcomes"), scope: names("scopes"), view: ["a", "b", "change"], field: MAP_FIELDS }[key];
    const setting = /^([ab]):(.+)$/.exec(key);
    if (key === "language" && texts[text]) language = text;
    else if (key === "open") found.open = text;
    else if (setting) { const value = checked(setting[2], text); value === undefined ? strange.push(key) : (found.sets[setting[1]][setting[2]] = value); }
    else if (Array.isArray(known) ? known.includes(text) : ["first", "last", "month"].includes(key) && content.worlds[0].months.includes(text)) found[key] = text;
    else if (key === "place" && content.worlds[0].places.some(([name]) => name === text)) found.place = text;
    else if (content.server && ["stored", "effect", "kept"].includes(key)) found[key] = text;
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
const limit = () => content.draws?.number ?? 128;

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

function set(name, value, replace = false, where = sides()) {
  for (const side of where) {
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
    const block = each.like === undefined ? await unpacked(each.image) : await this.changed(each);
    const image = { block, base: each.base, at: each.at, bytes: each.bytes, months: each.months.length, guberniias: each.guberniias, changes };
    for (const worker of this.all) worker.postMessage({ name: each.name, image });
  }
  // A world that is laid out as the first one holds what differs in it.
  async changed({ like, image: [places, bytes] }) {
    const block = await unpacked(content.worlds.find((each) => each.name === like).image), all = await unpacked(bytes);
    let from = 0;
    for (const [offset, length] of places) block.set(all.subarray(from, (from += length)), offset);
    return block;
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
  content.list = await (await fetch("list")).json();
  content.wrong = wrong;
}

// What can be opened, by titles, in the page's language.
function shelves() {
  const { list } = content, entry = (value, words) => element("option", { value }, words), both = (title, name) => (title && title !== name ? `${title} (${name})` : name);
  const pick = (side) => element("select", { "aria-label": say(`open_${side}`), onchange: (event) => reopen(side, event.target.value) }, entry("", say(`open_${side}`)),
    element("optgroup", { label: say("worlds") }, ...Object.entries(list.shipped).map(([name, title]) => entry(name, its(`title_${name}`, title)))),
    ...(Object.keys(list.files).length ? [element("optgroup", { label: say("files") }, ...Object.entries(list.files).map(([key, one]) => entry(key, both(one.title, one.name))))] : []));
  const upload = element("input", { type: "file", accept: ".toml", id: "upload", onchange: async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    try { reopen("b", (await (await post("upload", { name: file.name, text: await file.text() })).json()).reference); } catch (error) { tellWrong(error.message); }
    event.target.value = "";
  } });
  const kinds = [...new Set(Object.values(list.stored).map((one) => one.kind))];
  const stored = element("select", { id: "stored-list", "aria-label": say("stored"), onchange: (event) => change({ stored: event.target.value, effect: "", kept: "" }) }, entry("", Object.keys(list.stored).length ? say("stored") : say("nothing_stored")),
    ...kinds.map((kind) => element("optgroup", { label: say(`kinds_${kind}`) }, ...Object.entries(list.stored).filter(([, one]) => one.kind === kind).map(([key, one]) => entry(key, both(one.title, one.name))))));
  $("server").hidden = false;
  $("server").replaceChildren(pick("a"), pick("b"), element("label", {}, `${say("upload")} `, upload), stored, element("pre", { class: "error", id: "wrong", role: "alert" }, content.wrong));
}

const tellWrong = (text) => { content.wrong = text; $("wrong").textContent = text; };

// The page begins anew with another world: what was moved belonged to the old ones.
function reopen(side, reference) {
  if (!reference) return;
  const known = content.worlds.map((each) => each.reference), [one, two] = [known[0], known[1] ?? known[0]];
  const next = side === "a" ? [reference, two] : [one, reference];
  open([...new Set(next)]);
}

function open(references) {
  location.hash = `#open=${references.join(",")}${language === "en" ? "" : `&language=${language}`}`;
  location.reload();
}

// What a stored folder found, and what can be seen in it: of a comparison its effect by guberniia, of a run a committee's story.
let shelf = null;
const got = async (address) => {
  const answer = await fetch(address).catch(() => { throw new Error(say("lost")); }), found = await answer.json();
  if (!answer.ok) throw new Error(found.errors.join("\n"));
  return found;
};

async function tellStored() {
  const box = $("stored"), number = asked.stored, key = JSON.stringify([number, language]);
  $("stored-list").value = number;
  box.hidden = !number;
  if (!number || (box.dataset.key === key && shelf)) { if (number) { effectByPlace(); keptStory(); } else box.dataset.key = ""; return; }
  box.dataset.key = key;
  shelf = null;
  box.replaceChildren(element("p", {}, say("opening")));
  try {
    const found = await got(`stored/${number}`), known = content.list.stored[number];
    if (box.dataset.key !== key) return;
    shelf = found;
    const seen = new Set(), facts = Object.entries(found.circumstances).filter(([name]) => name !== "replicates" || found.circumstances.pairs === undefined).map(([name, value]) => `${say(`fact_${name}`)} ${value}`);
    const open_ = found.worlds.length ? element("button", { type: "button", onclick: () => open(found.worlds.slice(0, 2).map((_, k) => `stored:${number}:${k}`)) }, say(found.worlds.length > 1 ? "open_worlds" : "open_world")) : "";
    tellWrong("");
    box.replaceChildren(element("h2", {}, found.title), element("p", { class: "note" }, [`${say(`kind_${found.kind}`)} ${known.name}`, ...facts].join(", ")), ...found.lines.map((line) => element("p", {}, ...marked(line, seen))),
      found.whole ? "" : element("p", { class: "note" }, say("summary_only")), open_, element("div", { id: "stored-map" }), element("div", { id: "stored-story", "aria-live": "polite" }),
      ...found.pictures.map((name) => element("figure", {}, element("a", { href: `figures/${number}/${encodeURIComponent(name)}`, target: "_blank", rel: "noopener" }, element("img", { src: `figures/${number}/${encodeURIComponent(name)}`, alt: pictureName(name), loading: "lazy" })), element("figcaption", {}, pictureName(name)))));
    effectByPlace();
    keptStory();
    box.scrollIntoView();
  } catch (error) { box.hidden = true; box.dataset.key = ""; tellWrong(error.message); }
}

const called = (name) => its(`title_${name}`, content.list.shipped[name] ?? name);
const pictureName = (name) => name.replace(/\.png$/, "").replaceAll(/[-_]/g, " ");
const picker = (label, value, entries, onchange) => { const made = element("select", { onchange: (event) => onchange(event.target.value) }, ...entries.map(([key, words]) => element("option", { value: key }, words))); made.value = value; return element("label", {}, `${label} `, made); };

// A comparison's effect by guberniia, from what it stored; other folders say what they show instead.
async function effectByPlace() {
  const box = $("stored-map"), { effects, kind } = shelf;
  if (!effects) { box.replaceChildren(element("p", { class: "note" }, ...marked(say(`no_effects_${kind}`)))); return; }
  const key = JSON.stringify([asked.stored, asked.effect, language]), wanted = asked.effect.split("|");
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  const [name, over, who] = ["outcomes", "horizons", "worlds"].map((list, k) => (effects[list].includes(wanted[k]) ? wanted[k] : effects[list][0]));
  const entry = content.outcomes.find((each) => each.name === name), pick = (one, two, three) => change({ effect: [one, two, three].join("|") });
  try {
    const rows = await got(`places/${asked.stored}/${name}`);
    if (box.dataset.key !== key) return;
    const here = rows.filter((row) => row[0] === who && row[1] === over), values = {}, unsure = {};
    for (const [, , place, , effect, low, high] of here) { values[place] = effect ?? NaN; unsure[place] = !(low > 0 || high < 0); }
    const what = titleOf(entry), known = here.filter((row) => row[4] !== null), sure = known.filter((row) => !unsure[row[2]]).length, month = over.replace(":", " – ");
    const said = { base: called(effects.base[0]), other: called(who), what, month, n: here[0]?.[3] ?? 0, unit: unitOf(entry), sure, of: known.length, chance: Math.round(known.length / 20) }, title = say("effect_title", said);
    box.replaceChildren(element("h3", {}, say("effect_by_place")), element("div", { class: "pick" }, picker(say("outcome"), name, effects.outcomes.map((each) => [each, titleOf(content.outcomes.find((one) => one.name === each))]), (one) => pick(one, over, who)),
      picker(say("from"), over, effects.horizons.map((each) => [each, each.replace(":", " – ")]), (two) => pick(name, two, who)), effects.worlds.length > 1 ? picker(say("world"), who, effects.worlds.map((each) => [each, called(each)]), (three) => pick(name, over, three)) : ""),
      element("figure", {}, tilemap({ content, values, all: known.map((row) => row[4]), unsure, difference: true, unit: unitOf(entry), title, named: placeOf, labels: tileLabel, narrow: innerWidth < NARROW }), element("figcaption", {}, ...marked(say("effect_said", said)))));
  } catch (error) { delete box.dataset.key; tellWrong(error.message); }
}

// A committee's story in a stored run, from its events; where the folder has none it is run again, and that is said.
async function keptStory() {
  const box = $("stored-story"), { replicates, places, months: all } = shelf;
  if (!replicates) { box.replaceChildren(); return; }
  const key = JSON.stringify([asked.stored, asked.kept, language]), [place, text] = asked.kept.split("|"), replicate = Math.min(Math.max(Number(text) || 0, 0), replicates - 1);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  const select = element("select", { id: "kept-place", onchange: (event) => change({ kept: `${event.target.value}|${replicate}` }) }, ...placeOptions(places.map(([name, parent]) => [name, "", parent])));
  select.value = place;
  const number_ = element("input", { type: "number", min: 0, max: replicates - 1, step: 1, value: replicate, onchange: (event) => change({ kept: `${place}|${Math.min(Math.max(Math.round(Number(event.target.value)) || 0, 0), replicates - 1)}` }) });
  const head = [element("h3", {}, say("kept_story")), element("div", { class: "pick" }, element("label", {}, `${say("place")} `, select), element("label", {}, `${say("replicate")} `, number_))];
  if (!places.some(([name]) => name === place)) { box.replaceChildren(...head, element("p", {}, say("choose_kept"))); return; }
  box.replaceChildren(...head, element("p", {}, say("opening")));
  try {
    const found = await (await post("kept", { stored: asked.stored, committee: place, replicate })).json();
    if (box.dataset.key !== key) return;
    const said = found.recomputed ? `kept_recomputed_${found.same === null ? "unchecked" : found.same ? "same" : "other"}` : "kept_read", seats = content.layout.seats;
    const events = found.events.month.map((month, k) => Object.fromEntries(Object.entries(found.events).map(([name, list]) => [name, name === "seat" ? seats.indexOf(list[k]) : list[k]])));
    box.replaceChildren(...head, element("p", { class: "note", id: "kept-said" }, ...marked(`${say(said)}${found.conflict ? "" : ` ${say("kept_no_conflict")}`}`)),
      storyFigure({ events, conflict: found.conflict ?? [], months: all, place, deep: places.find(([name]) => name === place)[1] >= 0, title: shelf.title }));
  } catch (error) { delete box.dataset.key; box.replaceChildren(...head); tellWrong(error.message); }
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
  if (content.server) tellStored();
}

// More pairs of the same worlds: those that are there stay.
function more() {
  work.whole = false;
  return runAll(work);
}

let frame = 0;
const show = () => { cancelAnimationFrame(frame); frame = requestAnimationFrame(draw); };

const NARROW = 560;
const roomOf = (box) => Math.max(Math.min(box.clientWidth || 760, 760), 300);

// The pictures of what is asked now, as wide as there is room.
function pictures(wide, onMonth) {
  const pairs = pairsOf(asked.outcome, scopeNow()), entry = outcome(), all = months(), at = monthNow(), whole = finding();
  const lines = ["a", "b"].map((side, k) => ({ name: side, colour: COLOURS[side], points: band(pairs.map((pair) => pair[k])), dashes: k ? undefined : "" }));
  const changes = band(pairs.map(([one, two]) => one.map((value, t) => two[t] - value))), hover = onMonth && ((t, pressed) => onMonth(lines, changes, t, pressed));
  const shared = { unit: unitOf(entry), months: all, span: span(), mark: at, onMonth: hover, wide };
  return { lines, changes, whole, drawn: [
    curves({ ...shared, title: `${titleOf(entry)} (${say(`scope_${scopeNow()}`)})`, keys: ["a", "b"].map((side) => [COLOURS[side], `${side.toUpperCase()} ${lineName(side)}`]), lines, events: world("a").events }),
    curves({ ...shared, title: say("change_title"), lines: [{ name: "change", colour: COLOURS.change, points: changes }], zero: true, small: whole.effects[whole.scope].smallest })] };
}

function draw() {
  if (!work?.pairs.length) return;
  const entry = outcome(), all = months();
  write($("meaning"), `${meaningOf(entry)}; ${unitOf(entry)}; ${say(`better_${entry.better}`)}`);
  const { lines, changes, whole, drawn } = pictures(roomOf($("curves")), (one, two, t, pressed) => { readout(one, two, t); if (pressed) change({ month: all[t] }, true); });
  $("curves").replaceChildren(drawn[0]);
  $("change").replaceChildren(drawn[1]);
  readout(lines, changes, monthNow());
  drawMap();
  answer(whole);
  status();
  document.documentElement.dataset.found = JSON.stringify(whole);
  document.documentElement.dataset.pairs = Math.min(work.pairs.length, asked.runs);
}

// A world that was moved is not what its file is called any more.
const anyMoved = () => ["a", "b"].some((side) => Object.keys(asked.sets[side]).length);
const lineName = (side) => `${worldTitle(world(side))}${Object.keys(asked.sets[side]).length ? ` ${say("changed")}` : ""}`;

function readout(lines, changes, t) {
  const size = Math.max(...[0, 1].map((k) => Math.abs(lines[k].points[t].middle) || 0)), digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 2 ? 2 : 4, unit = unitOf(outcome());
  write($("readout"), say("readout", { month: months()[t], a: number(lines[0].points[t].middle, digits), b: number(lines[1].points[t].middle, digits), change: number(changes[t].middle, digits), low: number(changes[t].low, digits), high: number(changes[t].high, digits), unit }));
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
  return { base: names[0], other: names[1], outcome: entry.name, unit: entry.unit, better: entry.better, horizon: first === last ? all[first] : `${all[first]}:${all[last]}`, scope, effects, beyond, ran: Math.min(work.pairs.length, asked.runs),
    drawn: drawing ? content.draws.factors.filter(({ name, under }) => !held.has(name) && !(under && held.has(under[0]) && valueOf("a", `variants.${under[0]}`) !== under[1])).length : null,
    given: content.draws.ensemble ? `from ${content.draws.ensemble}, calibrated on ${content.draws.given}` : null, every: content.draws.factors.length, same: parting() === null || parting() > last };
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
  write($("title"), asked.a === asked.b ? worldTitle(world("a")) : say("against", { a: worldTitle(world("a")), b: worldTitle(world("b")) }));
  if (work.pairs.length < Math.min(asked.runs, ENOUGH)) {
    tellAnswer(say("working", { n: work.pairs.length, of: asked.runs }), "");
    return;
  }
  tellAnswer(...(language === "en" ? sentences(found) : translated(found)));
}

function tellAnswer(sentence, sure = "") {
  write($("sentence"), sentence);
  write($("sure"), sure);
  $("bar").textContent = sentence;
}

// Other languages say the same more shortly.
function translated(found) {
  const row = found.effects[found.scope], told = (share) => counted(share, row.pairs).replace("fewer than", say("less_than")).replace("more than", say("more_than")).replace(".", ",");
  const entry = outcome(), digits = decimals(row.low, row.high || row.low + 0.001), fixed = (x) => number(x, digits);
  const values = { outcome: lowered(titleOf(entry)), scope: say(`scope_${found.scope}`), horizon: found.horizon.replace(":", " — "), effect: fixed(Math.abs(row.effect)), low: fixed(row.low), high: fixed(row.high), unit: unitOf(entry),
    smallest: twoDigits(row.smallest), n: row.pairs, share: told(row.superiority), of: among(row.pairs), ran: found.ran, direction: say(row.effect > 0 ? "higher" : "lower"), ahead: told(row.beyond[0]), behind: told(row.beyond[1]),
    drawn: found.drawn, every: found.every, did: say(found.better === "neither" ? "did_more" : "did_better") };
  if (found.same) return [say("sentence_same")];
  if (row.pairs < 2 || !Number.isFinite(row.effect)) return [say(row.pairs === 1 && found.ran > 1 ? "sentence_one" : "sentence_none", values)];
  if (found.drawn === null) return [say({ above: "sentence_differs", below: "sentence_differs", within: "sentence_within", undecided: "sentence_undecided" }[row.reading], values), say("sure_chance", values)];
  const more = found.better === "neither" ? "more_" : "";
  return [say(`drawn_${more}${row.pairs < ENOUGH ? "few" : judgement([[...row.beyond, row.superiority]]).replace(" ", "_")}`, values), say(content.draws.ensemble ? "sure_given" : "sure_drawn", { ...values, ensemble: content.draws.ensemble })];
}

// The first letter small; a name in capitals keeps it.
const lowered = (text) => (/^\p{Lu}{2}/u.test(text) ? text : text.slice(0, 1).toLowerCase() + text.slice(1));

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
  $("map").replaceChildren(tilemap({ content, values, all: scale, unsure, difference: asked.view === "change", unit: "", title, chosen: asked.place, onPlace: (name) => change({ place: name }), named: placeOf, labels: tileLabel, narrow: innerWidth < NARROW }));
  const apart = Object.values(values).some((value) => value !== 0), sure = Object.values(unsure).filter((each) => !each).length;
  const chosen = values[asked.place] === undefined ? "" : ` ${placeOf(asked.place)}: ${number(values[asked.place], 3)}.`;
  write($("map-said"), say(asked.view !== "change" ? "map_said" : apart ? "map_said_change" : "map_same", { sure, of: here.guberniias, chance: Math.round(here.guberniias / 20), what, month: months()[at], n, world: worldTitle(world(asked.view === "b" ? "b" : "a")) }) + chosen);
}

const tileLabel = (tile) => texts[language][`tile_${tile.name}`]?.split("/") ?? tile.label;

async function tellStory() {
  const box = $("story");
  if (!asked.place) { delete box.dataset.key; box.replaceChildren(element("p", {}, ...marked(say("choose_place")))); return; }
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
  const here = world(side), at = content.layout.committee_fields.indexOf("conflict");
  return storyFigure({ events, conflict: own.map((state) => state[at] ?? NaN), months: months(), place: asked.place, deep: here.places[committee][2] >= 0, title: `${side.toUpperCase()}: ${worldTitle(here)}` });
}

function storyFigure({ events, conflict, months, place, deep, title }) {
  const count = (kind) => events.filter((each) => each.kind === kind).length, seats = content.layout.seats.slice(0, deep ? 2 : 4);
  const picture = story({ months, events, seats, conflict, words: (key) => say(`event_${key}`), title: `${placeOf(place)}. ${title}`, wide: roomOf($("story")) });
  const people = [...new Set(events.flatMap((event) => [event.person, event.other]).filter((each) => each >= 0))], who = (person) => (person < 0 ? "" : `#${people.indexOf(person) + 1}`);
  const seen = new Set(), word = (key) => (key ? marked(say(`event_${key}`), seen) : []), cell = (...inner) => element("td", {}, ...inner);
  const rows = events.map((event) => element("tr", {}, cell(months[event.month]), cell(...word(event.kind)), cell(...word(event.seat < 0 ? "" : content.layout.seats[event.seat])), cell(who(event.person)), cell(who(event.other)), cell(...word(event.reason)), cell(...word(event.authority))));
  return element("figure", {}, picture,
    element("figcaption", {}, ...marked(say("story_said", { place: placeOf(place), secretaries: events.filter((e) => e.kind === "took" && e.seat === 0).length, incidents: count("incident"), skloki: count("sklok_opened") }))),
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
  for (const one of content.variants) into("readings", choiceRow(`variants.${one.name}`, its(`variant_${one.name}`, one.meaning), Object.entries(one.choices).map(([key, words]) => [key, its(`variant_${one.name}_${key}`, words)]), one.evidence));
  for (const one of content.mechanisms) into("switches", switchRow(one));
  const rules = [...new Set(content.worlds.flatMap((each) => each.rules.map((rule) => rule.field)))];
  for (const field of rules) {
    const known = content.worlds.flatMap((each) => each.rules).find((rule) => rule.field === field);
    into("policy", policyRow(field, say("rule_from", { date: known.from, where: known.where ? `, ${known.where}` : "" })));
  }
  const order = ["policy", "readings", "switches"], rest = [...groups.keys()].filter((room) => !order.includes(room));
  box.replaceChildren(...[...order, ...rest].filter((room) => groups.has(room)).map((room) => element("details", { class: "group", "data-room": room, open: room === "policy" }, element("summary", {}, say(`room_${room}`)), ...groups.get(room))));
}

// The rule of either world, side by side: here both are chosen, whatever else is moved in one world or in both.
function policyRow(field, heading) {
  const of = ["a", "b"].map((side) => element("select", { "aria-label": `${side.toUpperCase()}: ${heading}`, onchange: (event) => set(field, event.target.value, false, [side]) }, ...content.rules.map((rule) => element("option", { value: rule }, say(`rule_${rule}`)))));
  const row = element("div", { class: "control", "data-find": `${field} ${heading}`.toLowerCase() }, element("h3", {}, ...marked(heading)),
    element("div", { class: "sides" }, ...of.map((select, k) => element("label", {}, element("span", { class: `key ${"ab"[k]}` }), ` ${"AB"[k]} `, select))));
  row.refresh = () => {
    ["a", "b"].forEach((side, k) => { of[k].disabled = !settable(side, field); of[k].value = valueOf(side, field) ?? ""; of[k].title = of[k].selectedOptions[0]?.textContent ?? say("no_rule"); });
    row.classList.toggle("moved", ["a", "b"].some((side) => field in asked.sets[side]));
  };
  return row;
}

function sliderRow(one) {
  const name = `parameters.${one.name}`, meaning = its(`parameter_${one.name}`, one.meaning), unit = unitOf(one), values = stops(one), id = `p-${one.name}`;
  const slider = element("input", { type: "range", id, min: 0, max: values.length - 1, step: 1, list: `${id}-default`, oninput: (event) => { set(name, values[event.target.value], row.dragged); row.dragged = true; }, onchange: () => { row.dragged = false; } });
  const box = element("input", { type: "number", step: "any", min: one.minimum, max: one.maximum, "aria-label": `${meaning}, ${unit}`, onchange: (event) => { const value = checked(name, event.target.value); value === undefined ? refresh() : set(name, value); } });
  const refresh = () => {
    const value = valueOf(target() === "b" ? "b" : "a", name);
    let nearest = 0;
    values.forEach((each, k) => { if (Math.abs(each - value) < Math.abs(values[nearest] - value)) nearest = k; });
    slider.value = nearest;
    slider.setAttribute("aria-valuetext", `${value} ${unit}`);
    if (document.activeElement !== box) box.value = value;
    row.classList.toggle("moved", ["a", "b"].some((side) => name in asked.sets[side]));
  };
  const back = element("button", { type: "button", class: "back", title: say("back"), "aria-label": `${say("back")}: ${one.name}`, onclick: () => set(name, undefined) }, "↺");
  const seen = new Set(), row = element("div", { class: "control", "data-find": `${one.name} ${one.symbol} ${meaning} ${one.meaning} ${one.mechanism}`.toLowerCase() },
    element("label", { for: id }, element("span", { class: "symbol" }, one.symbol), " ", ...marked(meaning, seen), " ", element("span", { class: "unit" }, "(", ...marked(unit, seen), ")")),
    element("div", { class: "line" }, slider, element("datalist", { id: `${id}-default` }, element("option", { value: values.indexOf(one.default) })), box, back),
    element("p", { class: "note" }, term("grade", say(`grade_${one.grade}`), `grade ${one.grade}`), ` ${say("range", { low: one.low, high: one.high, default: one.default })} ${one.source}`));
  row.refresh = refresh;
  return row;
}

function choiceRow(name, meaning, choices, evidence) {
  const select = element("select", { onchange: (event) => set(name, event.target.value) }, ...choices.map(([key, words]) => element("option", { value: key }, words)));
  const row = element("div", { class: "control", "data-find": `${name} ${meaning}`.toLowerCase() }, element("label", {}, ...marked(meaning), " ", select), evidence ? element("p", { class: "note" }, evidence) : null);
  row.refresh = () => {
    const value = valueOf(target() === "b" ? "b" : "a", name) ?? valueOf("b", name);
    if (value !== undefined) select.value = value;
    select.disabled = sides().every((side) => valueOf(side, name) === undefined);
    row.classList.toggle("moved", ["a", "b"].some((side) => name in asked.sets[side]));
  };
  return row;
}

function switchRow(one) {
  const name = `mechanisms.${one.name}`, meaning = its(`mechanism_${one.name}`, one.meaning), seen = new Set(), box = element("input", { type: "checkbox", onchange: (event) => set(name, event.target.checked) });
  const row = element("div", { class: "control switch", "data-find": `${one.name} ${meaning} ${one.meaning}`.toLowerCase() }, element("label", {}, box, " ", ...marked(meaning, seen), " ", element("span", { class: "unit" }, `${say("off")}: `, ...marked(its(`off_${one.name}`, one.off), seen))));
  row.refresh = () => { box.checked = valueOf(target() === "b" ? "b" : "a", name); box.disabled = sides().some((side) => world(side).off.includes(one.name)); row.classList.toggle("moved", ["a", "b"].some((side) => name in asked.sets[side])); };
  return row;
}

function controls() {
  for (const row of document.querySelectorAll(".control")) row.refresh();
  for (const key of ["a", "b", "outcome", "view", "field", "runs"]) $(key).value = asked[key];
  [$("scope").value, $("scope").disabled] = [scopeNow(), !outcome().by_class];
  const [first, last] = span().map((t) => months()[t]);
  [$("first").value, $("last").value, $("draw").checked, $("place").value, $("replicate").value, $("language").value] = [first, last, asked.draw, asked.place, asked.replicate, language];
  $("moved").textContent = anyMoved() ? say("moved", { list: movedIn("a").concat(movedIn("b")).join("; ") }) : say("unmoved");
  $("reset").hidden = !anyMoved();
  $("command").textContent = command();
}

const movedIn = (side) => Object.entries(asked.sets[side]).map(([name, value]) => `${side.toUpperCase()}: ${name} = ${value}`);

// ---- What can be taken along.

// What every saved picture and table says of itself: the worlds, what was changed in them, and what repeats it.
function circumstances() {
  const row = finding(), n = Math.min(work.pairs.length, asked.runs), entry = outcome(), list = (found) => (found.length ? found.join("; ") : say("nothing"));
  const ofWorld = (side) => say("saved_world", { side: side.toUpperCase(), title: worldTitle(world(side)), name: asked[side], given: Object.entries(world(side).given).map(([name, value]) => `, ${name} = ${JSON.stringify(value)}`).join(""), moved: list(movedIn(side).map((each) => each.slice(3))) });
  return [`Skloki ${content.version_name}, ${say("saved_engine")} ${String(content.version ?? "").slice(0, 12)}`, ofWorld("a"), ofWorld("b"), say("saved_asked", { outcome: titleOf(entry), unit: unitOf(entry), scope: say(`scope_${row.scope}`), horizon: row.horizon.replace(":", " – ") }),
    say(row.drawn === null ? "saved_runs" : "saved_draws", { seed: world("a").seed, n, drawn: row.drawn, every: row.every }), $("sentence").textContent, command()];
}

const quoted = (text) => (/^[\w.,:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function command() {
  const [one, two] = [asked.sets.a, asked.sets.b], same = JSON.stringify(one) === JSON.stringify(two);
  // A world that is not one of those that come with the program is the file that can be taken along.
  const plain = (side) => world(side).shipped && (same || !Object.keys(asked.sets[side]).length);
  const file = (side) => quoted(plain(side) ? world(side).name : `${world(side).name}-${side}.toml`);
  const sets = same && plain("a") && plain("b") ? Object.entries(one).map(([name, value]) => ` --set ${quoted(`${name}=${value}`)}`).join("") : "";
  const [first, last] = span().map((t) => months()[t]), number = asked.draw ? `--draws ${asked.runs}${content.draws.ensemble ? ` --ensemble ${quoted(content.draws.ensemble)}` : ""}` : `--replicates ${asked.runs}`;
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
  return circumstances().map((line) => `# ${line}\n`).join("") + rows.map((row) => row.map((cell) => (Number.isNaN(cell) ? "" : /[",\n]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : cell)).join(",")).join("\n") + "\n";
}

// Pictures one below the other, with what they are of.
function picture(parts) {
  const style = document.querySelector("style").textContent, wide = 760, lines = circumstances().flatMap((line) => wrapped(line, 118));
  let top = 0;
  const inner = parts.map((each) => { const copy = each.cloneNode(true), [, , across, tall] = each.getAttribute("viewBox").split(" ").map(Number), high = (tall * wide) / across; copy.setAttribute("y", top); copy.setAttribute("width", wide); copy.setAttribute("height", high); top += high; return copy.outerHTML; });
  const caption = svg("g", { class: "caption" }, ...lines.map((line, k) => svg("text", { x: 8, y: top + 20 + 15 * k }, line)));
  return `<svg xmlns="${SVG}" viewBox="0 0 ${wide} ${Math.round(top + 28 + 15 * lines.length)}" width="${wide}" font-family="sans-serif"><style>${style.replaceAll("<", "&lt;")}</style>${inner.join("")}${new XMLSerializer().serializeToString(caption)}</svg>`;
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
    button("csv", () => save(`${asked.outcome}-${asked.scope}.csv`, "text/csv", table())), button("svg", () => save(`${asked.outcome}-${asked.scope}.svg`, "image/svg+xml", picture(pictures(760).drawn))),
    button("map", () => save(`${asked.field}-map.svg`, "image/svg+xml", picture([...document.querySelectorAll("#map svg")]))),
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
  for (const each of document.querySelectorAll("[data-text]")) each.replaceChildren(...(each.closest("button") ? [say(each.dataset.text)] : marked(each.dataset.text === "draw" && content.draws?.ensemble ? say("draw_given", content.draws) : say(each.dataset.text))));
  for (const side of ["a", "b"]) options(side, content.worlds.map((each) => [each.name, worldTitle(each)]));
  const shown = content.outcomes.filter((each) => content.shown.includes(each.name)), rest = content.outcomes.filter((each) => !content.shown.includes(each.name));
  options("outcome", [...shown, ...rest].map((each) => [each.name, titleOf(each)]));
  options("scope", content.scopes.map((each) => [each.name, say(`scope_${each.name}`)]));
  for (const id of ["first", "last"]) options(id, content.worlds[0].months.map((month) => [month, month]));
  options("runs", [5, 10, 20, 32, 64, 128].filter((each) => each <= limit()).map((each) => [each, each]));
  options("view", [["a", say("view_a")], ["b", say("view_b")], ["change", say("view_change")]]);
  options("field", MAP_FIELDS.map((field) => [field, say(`field_${field}`)]));
  $("place").replaceChildren(...placeOptions(content.worlds[0].places));
  $("glossary").replaceChildren(...Object.entries(content.terms).flatMap(([name, said]) => [element("dt", {}, said[language][2]), element("dd", { id: `term-${name}` }, said[language][1])]));
  if (content.server) shelves();
  $("about").innerHTML = "";
  for (const each of content.worlds) $("about").append(element("h3", {}, worldTitle(each)), element("p", { lang: "en" }, each.why.trim()));
  $("about").append(element("p", {}, say("about_text", { version: content.version_name })));
  buildControls();
  takeAlong();
}

function otherWords() {
  wordsOnPage();
  delete $("story").dataset.key;
}

function placeOptions(places) {
  const heads = places.filter(([, , parent]) => parent < 0), uezds = places.filter(([, , parent]) => parent >= 0);
  const group = (label, list) => element("optgroup", { label }, ...list.map(([name]) => element("option", { value: name }, placeOf(name))));
  return [element("option", { value: "" }, "–"), group(say("guberniias"), heads), ...(uezds.length ? [group(say("uezds"), uezds)] : [])];
}

function listen() {
  explainTerms();
  keepInSight();
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
  $("language").addEventListener("change", (event) => { language = event.target.value; otherWords(); change({}); });
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
    const { open } = asked, before = language;
    fromAddress();
    if (asked.open !== open) { location.reload(); return; }
    if (language !== before) otherWords();
    update();
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
