import async, { priorityQueue } from 'async';
import fastq, { promise as fastqPromise } from 'fastq';
import { Redis } from 'ioredis';
import pLimit from 'p-limit';
import PQueue from 'p-queue';
import { createClient, createClientPool } from 'redis';
import { bindContext, withOrigin } from '../../../src/index.ts';
import { work } from './work.cjs';

const redis = { createClient, createClientPool };
await work(
  { redis, Redis, async, priorityQueue, fastq, fastqPromise, pLimit, PQueue, bindContext, withOrigin },
  Number(process.argv[2]),
);
