// What pev2 makes of plans: one EXPLAIN (FORMAT JSON) document a line on standard input, one JSON object a line back.
//
// pev2 publishes a component only. Its reader keeps what it read in a reactive object with a method `parse`, so that
// object is caught when Vue is asked to make it; nothing of the package is changed. Milliseconds are the exclusive
// durations of all nodes and the times of the triggers, which it shows beside them. It names no defects: an issue here
// is a badge that it colours on a node.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const { createRequire } = Module;

const here = createRequire(`${process.argv[2]}/`);
const DISCARDED = ["Filter", "Join Filter", "Index Recheck"];
const MISESTIMATED = 10;
const MOST_REMOVED = 50;

function opened() {
  const vue = here("vue");
  const make = vue.reactive;
  let reader;
  vue.reactive = (value) => {
    const made = make(value);
    if (typeof value.parse === "function") reader = made;
    return made;
  };
  const file = here.resolve("pev2");
  const loaded = new Module(file, null);
  loaded.filename = file;
  loaded.paths = Module._nodeModulePaths(file);
  loaded._compile(fs.readFileSync(file, "utf8"), file);
  return reader;
}

function badges(node) {
  const found = [];
  if (node["*Planner Row Estimate Factor"] > MISESTIMATED) found.push("estimate");
  const kept = node["*Actual Rows Revised"];
  const why = DISCARDED.find((each) => `*Rows Removed by ${each}` in node);
  if (why !== undefined) {
    const removed = node[`*Rows Removed by ${why}`];
    if ((removed / (removed + kept)) * 100 > MOST_REMOVED) found.push(`removed by ${why}`);
  }
  if (node["Heap Fetches"] > 0) found.push("heap fetches");
  return found.map((rule) => ({ rule, suggestion: "" }));
}

const reader = opened();
const { version } = JSON.parse(fs.readFileSync(`${process.argv[2]}/node_modules/pev2/package.json`, "utf8"));
console.error(`pev2 ${version}`);
for (const line of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  // As EXPLAIN writes it, with line breaks: what pev2 does to clean a text takes the square of the length of a line.
  reader.parse(JSON.stringify(JSON.parse(line), null, 2), "");
  const nodes = reader.plan === undefined ? [] : reader.flat.flat().map((each) => each.node);
  const own = nodes.reduce((sum, node) => sum + (node["*Duration (exclusive)"] || 0), 0);
  const fired = (reader.stats.triggers || []).reduce((sum, each) => sum + Number(each.Time), 0);
  const issues = nodes.flatMap(badges);
  console.log(JSON.stringify({ ms: nodes.length ? own + fired : null, issues }));
}
