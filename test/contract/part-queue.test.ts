import { createPartQueue } from '../../src/spool/index.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { queueContract } from './part-queue-contract.ts';
import { Database, StoredQueue } from './stored-queue.ts';

const memoryPartsBytes = 100_000;
const quarantineBytes = 5_000;

queueContract('memory', {
  open: () => ({
    queue: createPartQueue({ memoryPartsBytes, quarantineBytes }),
    again: () => createPartQueue({ memoryPartsBytes, quarantineBytes }),
  }),
  keeps: false,
  shared: false,
  refuses: true,
  notes: false,
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
  notes: false,
});

queueContract('a database', {
  open: () => {
    const database = new Database();
    const open = () => new StoredQueue(database);
    const refuse = (on: boolean): void => void (database.full = on);
    return { queue: open(), again: open, storage: { refuse, note: () => database.note } };
  },
  keeps: true,
  shared: false,
  refuses: false,
  notes: true,
});
