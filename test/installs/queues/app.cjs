const { compete } = require('./compete.cjs');

void compete({
  async: require('async'),
  AsyncLock: require('async-lock'),
  Bottleneck: require('bottleneck'),
  pLimit: require('p-limit'),
  PQueue: require('p-queue').default,
  PromiseQueue: require('promise-queue'),
});
