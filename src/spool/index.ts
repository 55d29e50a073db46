export { createPartQueue, type PartQueueOptions } from './create-part-queue.ts';
