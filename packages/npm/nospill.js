#!/usr/bin/env node
// Starts the program of the package that npm installed for this machine, and ends as it ends.
'use strict';
const { spawn } = require('node:child_process');

const name = `@nospill/${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/bin/nospill${process.platform === 'win32' ? '.exe' : ''}`);
} catch {
  console.error(`nospill: the package ${name} is not installed.`);
  console.error('It is an optional dependency of nospill: install without --omit=optional, on the machine that runs it.');
  console.error('If there is no such package, nospill has no program for this machine: build it with `cargo install nospill`.');
  process.exit(2);
}

const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' });
// Ctrl-C reaches both: the program says what it has to say, and this waits for it. What is sent to this alone is handed on.
const kept = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'];
for (const signal of kept) {
  process.on(signal, () => {
    if (signal === 'SIGTERM' || signal === 'SIGHUP') child.kill(signal);
  });
}
child.on('error', (error) => {
  console.error(`nospill: ${program}: ${error.message}`);
  process.exit(2);
});
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  for (const name of kept) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});
