/** The fake Kusto service of the tests. */
export { type Azurite, startAzurite } from './azurite.ts';
export { type FakeDatabase, FakeTable, type IngestionFailure } from './database.ts';
export { type FakeKusto, type FakeKustoOptions, type LoggedRequest, startFakeKusto } from './fake-kusto.ts';
export type {
  Fault,
  FaultAction,
  FaultPlan,
  FaultRequest,
  Faults,
  FaultTarget,
  HandOverFault,
  QueuedMessage,
} from './faults.ts';
export type { IngestSummary } from './ingest-worker.ts';
export type { Principal, Principals, Role } from './principals.ts';
export { ServiceError } from './service-error.ts';
export type { ResultTable } from './values.ts';
