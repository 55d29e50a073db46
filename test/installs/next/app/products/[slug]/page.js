import { work } from '../../../lib/work.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  await work('GET /products/[slug]');
  return <p>page</p>;
}
