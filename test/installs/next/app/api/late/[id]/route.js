import { after } from 'next/server';
import { work } from '../../../../lib/work.js';

/** Answers first and works afterwards. */
export async function GET() {
  after(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await work('GET /api/late/[id]');
  });
  return new Response('accepted');
}
