/** `npm i` of the world: the packages have to be ones that package.json of this repository names. */
import { readFileSync } from 'node:fs';

const [command, ...names] = process.argv.slice(2);
const { name, dependencies, devDependencies, peerDependencies } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
);
const known = { ...dependencies, ...devDependencies, ...peerDependencies, [name]: '' };
const unknown = names.map((one) => one.replace(/(?<=.)@.*$/, '')).filter((one) => !(one in known));
if (command !== 'i' || unknown.length > 0) {
  console.error(`npm ${command} ${unknown.join(' ')}: not of this world`);
  process.exitCode = 1;
}
