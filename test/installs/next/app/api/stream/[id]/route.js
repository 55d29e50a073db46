import { work } from '../../../../lib/work.js';

export async function GET() {
  const encoder = new TextEncoder();
  let n = 0;
  const body = new ReadableStream({
    async pull(controller) {
      controller.enqueue(encoder.encode(`chunk ${n}\n`));
      await work('GET /api/stream/[id]');
      if (++n === 2) controller.close();
    },
  });
  return new Response(body);
}
