import { work } from '../../../../lib/work.js';

export async function GET() {
  await work('GET /api/broken/[id]');
  throw new Error('refused');
}
