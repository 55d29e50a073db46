import { createPartQueue } from '../../src/spool/index.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { queueContract } from './part-queue-contract.ts';

const memoryPartsBytes = 100_000;

queueContract('memory', {
  open: () => ({
    queue: createPartQueue({ memoryPartsBytes }),
    again: () => createPartQueue({ memoryPartsBytes }),
  }),
  keeps: false,
  shared: false,
  refuses: true,
});

queueContract('folders', {
  open: () => {
    const directory = tempDir();
    const open = () => createPartQueue({ directory, memoryPartsBytes });
    return { queue: open(), again: open };
  },
  keeps: true,
  shared: true,
  refuses: true,
});
