import { work } from '../../../lib/work.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  await work('GET /docs/[...rest]');
  return <p>page</p>;
}
