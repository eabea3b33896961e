// What pairs of runs come to. The same arithmetic as `skloki compare`, to which a test holds it.
"use strict";
const YEARS = 3, LEAST_GROWTH = 0.004, FEW = 30;

// One outcome in one scope of a run, month by month.
function series(content, run, months, scope, outcome) {
  const found = new Float64Array(months);
  for (let t = 0; t < months; t++) found[t] = run[(t * content.scopes.length + scope) * content.outcomes.length + outcome];
  return found;
}

// A quantile of numbers in order, between two of them as numpy has it.
function quantile(ordered, share) {
  const n = ordered.length;
  if (!n) return NaN;
  const place = share * (n - 1), below = Math.floor(place), above = Math.min(below + 1, n - 1), way = place - below;
  const step = ordered[above] - ordered[below];
  return way >= 0.5 ? ordered[above] - step * (1 - way) : ordered[below] + step * way;
}

// Median, band and mean over runs of a month; nothing where fewer than half of them have a value.
function band(runs) {
  const months = runs.length ? runs[0].length : 0, found = [];
  for (let t = 0; t < months; t++) {
    const known = runs.map((run) => run[t]).filter(Number.isFinite).sort((x, y) => x - y);
    const enough = 2 * known.length >= runs.length && known.length > 0;
    const at = (share) => (enough ? quantile(known, share) : NaN);
    found.push({ low: at(0.1), middle: at(0.5), high: at(0.9), mean: enough ? mean(known) : NaN });
  }
  return found;
}

const mean = (numbers) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

// The means of a pair over a span of months in which both are defined; nothing where these are fewer than half.
function measured(pair, first, last, inMonths) {
  if (inMonths) return monthsOfGrowth(pair, last);
  const sums = [0, 0];
  let n = 0;
  for (let t = first; t <= last; t++)
    if (Number.isFinite(pair[0][t]) && Number.isFinite(pair[1][t])) { n++; sums[0] += pair[0][t]; sums[1] += pair[1][t]; }
  return 2 * n >= last - first + 1 && n > 0 ? [sums[0] / n, sums[1] / n] : [NaN, NaN];
}

// Of what is counted in months of its own growth: log Y over the mean monthly growth of both in three years before.
function monthsOfGrowth(pair, last) {
  const first = Math.max(last - 12 * YEARS, 0), ends = pair.map((run) => Math.log(run[last]));
  const grown = pair.map((run, at) => (ends[at] - Math.log(run[first])) / Math.max(last - first, 1));
  const growth = Math.max(grown.filter(Number.isFinite).reduce((sum, each) => sum + each, 0) / 2, LEAST_GROWTH);
  return ends.map((end) => (Number.isFinite(end) ? Math.round((end / growth) * 1e6) / 1e6 : NaN));
}

// The effect of the second world over pairs, with its interval, and how often the second does better.
function effect(pairs, first, last, outcome, student) {
  const found = pairs.map((pair) => measured(pair, first, last, outcome.in_months)).filter((both) => both.every(Number.isFinite));
  const n = found.length, changes = found.map(([one, two]) => two - one), base = mean(found.map((both) => both[0]));
  const other = mean(found.map((both) => both[1])), middle = other - base;
  const spread = Math.sqrt(changes.reduce((sum, each) => sum + (each - mean(changes)) ** 2, 0) / Math.max(n - 1, 1));
  const half = n > 1 ? (student[Math.min(n, student.length - 1)] * spread) / Math.sqrt(n) : NaN;
  const smallest = outcome.smallest ?? 0.05 * Math.abs(base), sign = outcome.better === "lower" ? -1 : 1;
  const share = mean(changes.map((each) => 0.5 + 0.5 * Math.sign(sign * each)));
  const [low, high] = [middle - half, middle + half];
  const gains = changes.map((each) => sign * each), beyond = [gains.filter((each) => each > smallest), gains.filter((each) => each < -smallest)];
  return { pairs: n, base, other, effect: middle, low, high, smallest, superiority: share, reading: verdict(low, high, smallest, n),
    beyond: beyond.map((each) => each.length / n) };
}

// Where an interval lies; of no width it is no certainty where few pairs are known: what is rare may not have been seen.
function verdict(low, high, smallest, pairs) {
  if (low === high && pairs < FEW) return "undecided";
  if (low > smallest) return "above";
  if (high < -smallest) return "below";
  return low >= -smallest && high <= smallest ? "within" : "undecided";
}

// The values of whatever is not kept, at a point of the sequence that `skloki compare --draws` uses; a variant that
// another's reading excludes is left alone. `reading` gives that of a variant that is not drawn.
function drawn(draws, point, kept, reading) {
  const found = {};
  draws.factors.forEach((factor, column) => {
    if (kept.has(factor.name)) return;
    if (point * draws.factors.length + column >= draws.positions.length) throw new Error(`there is no draw ${point}`);
    const position = draws.positions[point * draws.factors.length + column] / 2 ** 30;
    if (factor.options) found[factor.name] = factor.options[Math.min(Math.floor(position * factor.options.length), factor.options.length - 1)];
    else if (factor.log) {
      const low = Math.log(factor.low), value = Number(Math.exp(low + (Math.log(factor.high) - low) * position).toPrecision(12));
      found[factor.name] = Math.min(Math.max(value, factor.low), factor.high);
    } else found[factor.name] = Math.min(Math.max(factor.low + (factor.high - factor.low) * position, factor.low), factor.high);
  });
  for (const { name, under } of draws.factors)
    if (under && name in found && (found[under[0]] ?? reading(under[0])) !== under[1]) delete found[name];
  return found;
}

// SHA-256 of bytes, FIPS 180-4. By hand, since a browser has it in secure contexts alone, and a page that a teacher
// serves to a class is in none.
function sha256(bytes) {
  const roots = (power, count) => {
    const found = [];
    for (let n = 2; found.length < count; n++) {
      let prime = true;
      for (let k = 2; k * k <= n; k++) prime &&= n % k > 0;
      if (prime) found.push((n ** power % 1) * 2 ** 32 | 0);
    }
    return found;
  };
  const constants = roots(1 / 3, 64), state = Int32Array.from(roots(1 / 2, 8)), words = new Int32Array(64);
  const padded = new Uint8Array((bytes.length + 72) & ~63), view = new DataView(padded.buffer);
  padded.set(bytes);
  padded[bytes.length] = 128;
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  const turned = (x, n) => (x >>> n) | (x << (32 - n));
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 64; t++) {
      if (t < 16) { words[t] = view.getInt32(block + 4 * t); continue; }
      const [x, y] = [words[t - 15], words[t - 2]];
      words[t] = words[t - 16] + (turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)) + words[t - 7] + (turned(y, 17) ^ turned(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t++) {
      const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + constants[t] + words[t]) | 0;
      const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, k) => { state[k] += word; });
  }
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
