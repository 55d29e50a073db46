/** The fake in a process of its own, so that its work is not measured. Sends its address; answers each message with the bytes of all blobs so far. */
import { kustoNames } from '../../../../src/kusto/names.ts';
import { applySchema } from '../../schema/apply.ts';
import { startFakeKusto } from '../../service/index.ts';

const fake = await startFakeKusto();
await applySchema((command) => fake.execute(command), kustoNames());
process.on('message', () => {
  const uploads = fake.requests.filter(({ target, method }) => target.startsWith('blob') && method === 'PUT');
  process.send!({ bytes: uploads.reduce((sum, { headers }) => sum + Number(headers['content-length'] ?? 0), 0) });
});
process.on('disconnect', () => void fake.close());
process.send!({ url: fake.url, database: fake.database.name });
