/**
 * Child process of `startAzurite`: Azurite's own entry point, which reads its settings from `process.argv` and `AZURITE_ACCOUNTS`.
 * It ends with its parent, however that ends: the channel between the two closes.
 */
import { createRequire } from 'node:module';

process.on('disconnect', () => process.exit(0));
createRequire(import.meta.url)('azurite/dist/src/azurite.js');
