// Runs replicates in the engine. A world is an image of its memory: it is copied to its place, what was moved is written
// into it, and the months run. Nothing is left over from one replicate to the next.
"use strict";
const STACK = 65536, RETURNS = 4096, PAGE = 65536;
let engine = null, layout = null;
const worlds = new Map();

function start(world, room) {
  const bytes = world.base + world.block.length + room * layout.event_size;
  if (!world.run || world.memory.buffer.byteLength < bytes) {
    world.memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) + 1 });
    const table = new WebAssembly.Table({ initial: 3, element: "anyfunc" });
    const stack = new WebAssembly.Global({ value: "i32", mutable: true }, STACK);
    new WebAssembly.Instance(engine, {
      env: { __linear_memory: world.memory, __stack_pointer: stack, __indirect_function_table: table },
    });
    [world.run, world.derive] = [table.get(1), table.get(2)];
  }
  new Uint8Array(world.memory.buffer).set(world.block, world.base);
}

function write(data, offset, type, value) {
  if (type === "<f8") data.setFloat64(offset, value, true);
  else if (type === "<i8" || type === "<u8") data.setBigInt64(offset, BigInt(Math.round(value)), true);
  else data.setInt8(offset, value);
}

// What was moved: fields by name first, then what switches and rules change, so that what is off stays off.
function months(world, job, room) {
  start(world, room);
  const data = new DataView(world.memory.buffer), bytes = new Uint8Array(world.memory.buffer);
  const field = (name, value) => write(data, world.base + layout.fields[name], layout.types[name], value);
  for (const [name, value] of job.fields) field(name, value);
  for (const name of job.changes) {
    const { fields, runs } = world.changes[name];
    for (const [offset, part] of runs) bytes.set(part, world.base + offset);
    for (const each of Object.keys(fields)) field(each, fields[each]);
  }
  field("replicate", job.replicate);
  field("room", room);
  field("keep_events", room ? 1 : 0);
  const tables = layout.tables.map((name) => BigInt(world.at[name]));
  world.derive(RETURNS, RETURNS + 8, world.base, BigInt(world.months), ...tables);
  const failed = world.run(RETURNS, RETURNS + 8, world.base, 0n, BigInt(world.months));
  if (failed) throw new Error(`the engine ended with ${failed}`);
  return Number(data.getBigInt64(world.base + layout.fields.logged, true));
}

function happened(world, count, committee) {
  const data = new DataView(world.memory.buffer), at = layout.event, found = [];
  for (let k = 0; k < count; k++) {
    const from = world.at.log + k * layout.event_size;
    if (data.getInt32(from + at.committee, true) !== committee) continue;
    found.push({
      month: data.getInt32(from + at.month, true), kind: layout.kinds[data.getInt8(from + at.kind)],
      seat: data.getInt8(from + at.seat), person: Number(data.getBigInt64(from + at.person, true)),
      other: Number(data.getBigInt64(from + at.other, true)), reason: layout.reasons[data.getInt8(from + at.reason)],
      authority: layout.authorities[data.getInt8(from + at.authority)], value: data.getFloat64(from + at.value, true),
    });
  }
  return found;
}

// The state of guberniias alone, and a byte less a number: maps show means.
function states(world) {
  const fields = layout.committee_fields.length, all = world.bytes.states / 8 / world.months / fields;
  const from = new Float64Array(world.memory.buffer, world.at.states, world.bytes.states / 8);
  const found = new Float32Array(world.months * world.guberniias * fields);
  for (let t = 0; t < world.months; t++)
    found.set(from.subarray(t * all * fields, (t * all + world.guberniias) * fields), t * world.guberniias * fields);
  return found;
}

// One committee's state, month by month.
function course(world, committee) {
  const fields = layout.committee_fields.length, all = world.bytes.states / 8 / world.months;
  const from = new Float64Array(world.memory.buffer, world.at.states, world.bytes.states / 8);
  return Array.from({ length: world.months }, (_, t) => [...from.subarray(t * all + committee * fields, t * all + (committee + 1) * fields)]);
}

function run(job) {
  const world = worlds.get(job.world);
  if (job.committee === undefined) {
    months(world, job, 0);
    const values = new Float64Array(world.memory.buffer, world.at.values, world.bytes.values / 8).slice();
    return { values, states: states(world) };
  }
  let room = 20000, logged;
  while ((logged = months(world, job, room)) > room) room = logged;
  return { events: happened(world, logged, job.committee), own: course(world, job.committee) };
}

if (typeof self !== "undefined" && typeof window === "undefined")
  self.onmessage = ({ data }) => {
    if (data.engine) [engine, layout] = [data.engine, data.layout];
    else if (data.image) worlds.set(data.name, data.image);
    else {
      let found;
      try { found = run(data); } catch (error) { found = { error: String(error) }; }
      const moved = [found.values, found.states].filter(Boolean).map((each) => each.buffer);
      self.postMessage({ job: data.job, ...found }, moved);
    }
  };
