/** Where no cluster is at hand: the fake that the project's tests use. It ingests every second what it was handed. */
import { startFakeKusto } from '../../test/kusto/service/index.ts';
import type { Target } from './command.ts';

export async function localKusto(database: string): Promise<Target & { close(): Promise<void> }> {
  const fake = await startFakeKusto({ database });
  const timer = setInterval(() => void fake.ingestPending(), 1_000);
  return {
    cluster: fake.url,
    database,
    auth: 'none',
    async close() {
      clearInterval(timer);
      await fake.close();
    },
  };
}
