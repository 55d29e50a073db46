import async from 'async';
import AsyncLock from 'async-lock';
import Bottleneck from 'bottleneck';
import pLimit from 'p-limit';
import pQueue from 'p-queue';
import PromiseQueue from 'promise-queue';
import { compete } from './compete.cjs';

await compete({ async, AsyncLock, Bottleneck, pLimit, PQueue: pQueue.default, PromiseQueue });
