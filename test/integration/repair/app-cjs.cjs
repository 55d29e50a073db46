const async = require('async');
const fastq = require('fastq');
const Redis = require('ioredis');
const { default: pLimit } = require('p-limit');
const { default: PQueue } = require('p-queue');
const redis = require('redis');
const { bindContext, withOrigin } = require('../../../src/index.ts');
const { work } = require('./work.cjs');

const { priorityQueue } = async;
const fastqPromise = fastq.promise;
void work(
  { redis, Redis, async, priorityQueue, fastq, fastqPromise, pLimit, PQueue, bindContext, withOrigin },
  Number(process.argv[2]),
);
