// The answer in two sentences: sim.analysis.sentences in this page's language, to which a test holds it word by word.
"use strict";
const SURE = 0.8, RATHER = 0.6, ENOUGH = 30;
const PLACES = { nation: "the nation", capital: "the capitals", industrial: "industrial provinces", agrarian: "agrarian provinces", borderland: "the borderland" };
const PROVINCES = ["industrial", "agrarian", "borderland"], CLASSES = ["capital", ...PROVINCES];

function sentences(found) {
  const row = found.effects[found.scope];
  if (found.same) return [`${begun(found.other)} and ${found.base} have the same inputs until ${found.horizon.split(":").pop()}: that they agree is no finding.`];
  if (!Number.isFinite(row.effect)) return [`There is no answer: ${what(found)} is not defined ${when(found)} in both worlds.`];
  if (row.pairs < 2) {
    const it = `${what(found)} ${when(found)}`, several = found.ran > 1;
    const lead = several ? `${it} is defined in one of ${found.ran.toLocaleString("en")} pairs, and one has no interval` : "one pair of runs has no interval";
    return [`There is no answer yet: ${lead}. In it ${several ? "it" : it} is ${compared(found, "than under")}.`];
  }
  const chance = found.drawn === null;
  return [`${begun(chance ? overChance(found) : overDraws(found))}${found.scope === "nation" ? (chance ? classesByInterval : classesByShares)(found) : ""}.`, `${overWhat(found)}.`];
}

function overChance(found) {
  const row = found.effects[found.scope], { other, base } = found, least = twoDigits(row.smallest);
  if (row.reading === "within") return `${other} made no difference of interest to ${what(found)} ${when(found)}: ${compared(found)} (${interval(row)}), where ${least} would be worth naming`;
  const left = `${other} left ${what(found)} ${compared(found)} ${when(found)} (${interval(row)})`;
  if (row.reading !== "undecided") return `${left}: a difference worth naming${found.better === "neither" ? "" : gain(found, row.effect) > 0 ? ", for the better" : ", for the worse"}`;
  if (row.low === row.high) return `${left}: undecided, since ${row.pairs} pairs are too few to have seen what is rare`;
  if (row.low > 0 || row.high < 0) return `${left}: whether that is a difference worth naming, ${least} or more, is undecided`;
  return `whether ${other} left ${what(found)} higher or lower than ${base} ${when(found)} is undecided: ${compared(found)} (${interval(row)})`;
}

function overDraws(found) {
  const row = found.effects[found.scope], { other, base } = found, beyond = found.beyond[found.scope];
  const [ahead, behind] = beyond.map((share) => counted(share, row.pairs)), of = among(row.pairs), least = twoDigits(row.smallest), said = judgement([[...beyond, row.superiority]]);
  const about = `${what(found)} ${when(found)}`, mean = `on the mean ${compared(found)} (${interval(row)})`;
  const few = row.pairs < ENOUGH ? `${row.pairs} draws are too few for an answer` : "";
  if (found.better !== "neither") {
    const lead = few || { better: `${other} would have done better`, worse: `${other} would have done worse`, same: `${other} would have made no difference worth the name`,
      "leans towards": `the model gives no answer, but leans towards ${other}`, "leans against": `the model gives no answer, but leans against ${other}`, open: "the model gives no answer" }[said];
    return `${lead}: by ${about} ${other} does better than ${base} by more than ${least} in ${ahead} of ${of} draws and worse by as much in ${behind}; ${mean}`;
  }
  const lead = few ? `${few} on ${about}` : { better: `${other} would have raised ${about}`, worse: `${other} would have lowered ${about}`, same: `${other} would have made no difference worth the name to ${about}`,
    "leans towards": `the model gives no answer on ${about}, but leans towards more under ${other}`, "leans against": `the model gives no answer on ${about}, but leans towards less under ${other}`, open: `the model gives no answer on ${about}` }[said];
  return `${lead}: it is higher than under ${base} by more than ${least} in ${ahead} of ${of} draws and lower by as much in ${behind}; ${mean}`;
}

function overWhat(found) {
  const row = found.effects[found.scope], did = found.better === "neither" ? "was higher" : "did better", things = found.drawn === null ? "pairs" : "draws";
  const all = row.pairs.toLocaleString("en");
  const often = row.low === 0 && row.high === 0 ? `no difference in any of ${all} ${things}` : `${found.other} ${did} in ${oftenOf(row.superiority, row.pairs, all, things)}`;
  if (found.drawn === null) return `Over chance alone, at one value of each parameter: ${often}; --draws 200 asks over their ranges`;
  const which = found.drawn === found.every ? `all ${found.every}` : `${found.drawn} of ${found.every}`;
  return `Over chance and ${which} parameters and readings, drawn ${found.given ?? "from their ranges"}: ${often}; shares are of draws, not probabilities, and say nothing of what the model leaves out`;
}

function oftenOf(share, pairs, all, things) {
  if (share === 0 || share === 1) return `${share ? "all" : "none of"} ${all} ${things}`;
  const said = counted(share, pairs);
  return `${said} of ${among(pairs)} ${things}${said.endsWith(".5") ? ", a tie counted half" : ""}`;
}

// A share as a number of a hundred, or of so many as there are, if these are few; ties are halves.
const counted = (share, pairs) => (pairs >= ENOUGH ? hundred(share) : `${Math.round(2 * share * pairs) / 2}`);
const among = (pairs) => (pairs >= ENOUGH ? 100 : pairs);

const known = (found) => CLASSES.filter((scope) => scope in found.effects && Number.isFinite(found.effects[scope].effect));

function classesByInterval(found) {
  const words = { above: "higher", below: "lower", within: "no different", undecided: "undecided" };
  const read = known(found).map((scope) => [scope, found.effects[scope].reading]), all = new Set(read.map(([, one]) => one));
  if ([...all].every((one) => one === "undecided")) return "";
  return grouped(read.map(([scope, one]) => [scope, words[one]]), all.has("above") && all.has("below") ? "signs differ: " : "");
}

function classesByShares(found) {
  if (found.effects.nation.pairs < ENOUGH) return "";
  const words = found.better === "neither" ? { better: "more", worse: "less", same: "no difference" } : { better: "better", worse: "worse", same: "no difference" };
  const said = known(found).map((scope) => [scope, judgement([[...found.beyond[scope], found.effects[scope].superiority]])]), all = new Set(said.map(([, one]) => one));
  if (![...all].some((one) => one in words)) return "";
  return grouped(said.map(([scope, one]) => [scope, words[one] ?? "no answer"]), all.has("better") && all.has("worse") ? "signs differ: " : "");
}

function grouped(said, differ) {
  if (new Set(said.map(([, word]) => word)).size === 1) return said.length === CLASSES.length ? "; alike in the capitals and the provinces" : "";
  const groups = new Map();
  for (const [scope, word] of said) groups.set(word, [...(groups.get(word) ?? []), scope]);
  return `; ${differ}${[...groups].map(([word, scopes]) => `${word} in ${together(scopes)}`).join(", ")}`;
}

function together(scopes) {
  const whole = PROVINCES.every((scope) => scopes.includes(scope));
  const words = CLASSES.filter((scope) => scopes.includes(scope) && !(whole && PROVINCES.includes(scope))).map((scope) => PLACES[scope]).concat(whole ? ["the provinces"] : []);
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0];
}

// What shares of draws say: ahead and behind by more than the smallest effect, and ahead at all.
function judgement(shares) {
  if (shares.every(([ahead]) => ahead >= SURE)) return "better";
  if (shares.every(([, behind]) => behind >= SURE)) return "worse";
  if (shares.every(([ahead, behind]) => 1 - ahead - behind >= SURE)) return "same";
  const favoured = shares.map(([, , share]) => share);
  return Math.min(...favoured) >= RATHER ? "leans towards" : Math.max(...favoured) <= 1 - RATHER ? "leans against" : "open";
}

function what(found) {
  const words = found.outcome.replace(/_nation$/, "").replaceAll("_", " "), owner = found.scope === "nation" ? "the nation's " : "";
  const shares = found.unit.startsWith("share of ") && !words.includes(" ") && /(ed|acting)$/.test(words);
  return `${owner}${shares ? `${found.unit} that are ${words}` : words}${owner ? "" : ` in ${PLACES[found.scope]}`}`;
}

const when = (found) => `in ${found.horizon.replace(":", " to ")}`;
const begun = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const gain = (found, value) => (found.better === "lower" ? -value : value);

function compared(found, than = "than") {
  const { effect: value, low, high } = found.effects[found.scope];
  if (value === 0) return `the same as under ${found.base}`;
  const size = high > low ? Math.abs(value).toFixed(decimals(low, high)) : twoThatMatter(Math.abs(value));
  return `${size}${["months", "persons", "thousand"].includes(found.unit) ? ` ${found.unit}` : ""} ${value > 0 ? "higher" : "lower"} ${than} ${found.base}`;
}

function interval({ low, high, pairs }) {
  if (low === high) return `alike in all ${pairs.toLocaleString("en")} pairs`;
  const digits = decimals(low, high), signed = (x) => `${x < 0 || Object.is(x, -0) ? "-" : "+"}${Math.abs(x).toFixed(digits)}`;
  if (low <= 0 && high >= 0) return `95 % interval ${signed(low)} to ${signed(high)}`;
  const ends = [Math.abs(low), Math.abs(high)].sort((x, y) => x - y);
  return `95 % interval ${ends[0].toFixed(digits)} to ${ends[1].toFixed(digits)}`;
}

const decimals = (low, high) => Math.min(Math.max(Math.ceil(-Math.log10((high - low) / 6)), 0), 7);
const twoThatMatter = (value) => (value === 0 ? "0" : value.toFixed(Math.min(Math.max(1 - Math.floor(Math.log10(Math.abs(value))), 0), 7)));

// A number with two digits as C writes it.
function twoDigits(value) {
  const [digits, power] = value.toExponential(1).split("e").map(Number);
  if (power >= -4 && power < 2) return String(Number(value.toPrecision(2)));
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

// A share as a number of a hundred, halves to the even one; what is not quite none or all is not called so.
function hundred(share) {
  const times = 100 * share, below = Math.floor(times), half = times - below === 0.5;
  const rounded = half ? below + (below % 2) : Math.round(times);
  return rounded === 0 && share > 0 ? "fewer than 1" : rounded === 100 && share < 1 ? "more than 99" : `${rounded}`;
}
