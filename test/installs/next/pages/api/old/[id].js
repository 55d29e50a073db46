import { work } from '../../../lib/work.js';

export default async function handler(_request, response) {
  await work('GET /api/old/[id]');
  response.status(200).json({});
}
