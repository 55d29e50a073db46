/** Flags that start nothing, though they look as if they did. */
import { REGISTER } from '../project/start-script.ts';
import { bad, type Finding } from './finding.ts';

const FLAG = `--import ${REGISTER}`;
/** Flags of node that are followed by a value of their own. */
const WITH_VALUE = /^(?:--import|--require|-r|--loader|--experimental-loader|--env-file|-C|--conditions)$/;
const LOADS = /^(?:--import|--require|-r)$/;
const LOADER = /^--(?:experimental-)?loader$/;

/** `command`: as in a shell. */
export function startMistakes(command: string): Finding[] {
  const words = wordsOf(command);
  // In `node migrate.js && node --import ... app.js` the flag is that of the second command.
  const after = command.split(/&&?|\|\|?|;/).flatMap((part) => afterScript(wordsOf(part.trim()), command));
  return [...byFlag(words, command), ...after, ...run(words, command)];
}

/** `--import=x` as two words, and the value of a variable as words of its own. */
function wordsOf(command: string): string[] {
  return command.split(/\s+/).flatMap((word) => {
    const bare = word.replace(/^[A-Z_]+=(?=["'])/, '').replace(/^["']|["']$/g, '');
    const [, flag, value] = /^(--[a-z-]+)=(.*)$/.exec(bare) ?? [];
    return flag !== undefined && WITH_VALUE.test(flag) ? [flag, value!] : [bare];
  });
}

function byFlag(words: readonly string[], command: string): Finding[] {
  return words.flatMap((flag, i): Finding[] => {
    const what = words[i + 1] ?? '';
    if (!what.startsWith('otel-attribution')) return [];
    if (LOADER.test(flag))
      return [bad(`${flag} is for loader hooks, and starts nothing here: ${command}`, `write ${FLAG}`)];
    if (!LOADS.test(flag) || what === REGISTER || what === `${REGISTER}.js`) return [];
    const why = what === 'otel-attribution' ? 'starts nothing' : 'does not exist';
    return [bad(`${flag} ${what} ${why}: ${command}`, `write ${FLAG}`)];
  });
}

/** `node app.js --import ...` hands the flag to the application. */
function afterScript(words: readonly string[], command: string): Finding[] {
  const node = words.findIndex((word) => /(?:^|[\\/])node(?:\.exe)?$/.test(word));
  const register = words.lastIndexOf(REGISTER);
  if (node === -1 || register < node) return [];
  let at = node + 1;
  while (words[at]?.startsWith('-')) at += WITH_VALUE.test(words[at]!) ? 2 : 1;
  if (at >= register || words.includes('--run')) return [];
  return [
    bad(`${REGISTER} stands after the script, where node does not read it: ${command}`, `node ${FLAG} ${words[at]}`),
  ];
}

/** `node --run start` hands on no flags. */
function run(words: readonly string[], command: string): Finding[] {
  const at = words.indexOf('--run');
  if (at === -1 || !words.includes(REGISTER) || command.includes('NODE_OPTIONS')) return [];
  return [
    bad(`node --run hands on no flags: ${command}`, `NODE_OPTIONS="${FLAG}" node --run ${words[at + 1] ?? 'start'}`),
  ];
}
