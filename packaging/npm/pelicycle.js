#!/usr/bin/env node
// Starts the program, which is in a package of its own for each system.
"use strict";
const { spawn } = require("node:child_process");

const system = `${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "pelicycle.exe" : "pelicycle";
let program;
try {
  program = require.resolve(`pelicycle-${system}/${file}`);
} catch {
  const known = Object.keys(require("./package.json").optionalDependencies ?? {});
  const why = known.includes(`pelicycle-${system}`)
    ? `the package pelicycle-${system} is not installed: install again without --omit=optional`
    : `there is no package for ${system}; README.md names other ways to get pelicycle`;
  console.error(`error: ${why}`);
  process.exit(1);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends these to the program as well, which knows how to end; this one must not end before it.
for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (error) => {
  console.error(`error: ${program} can't be started: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
