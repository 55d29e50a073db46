import { work } from '../../../../lib/work.js';

export async function GET(_request, { params }) {
  await Promise.all([work('GET /api/items/[id]'), work('GET /api/items/[id]')]);
  return Response.json(await params);
}

export async function POST() {
  await work('POST /api/items/[id]');
  return new Response('made', { status: 201 });
}
