import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installDirectory } from '../../installs/install.ts';

/** `require` as an application that depends on the older versions has it. */
export const olderFrameworks = createRequire(join(installDirectory('older-frameworks'), 'package.json'));
