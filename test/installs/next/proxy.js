import { NextResponse } from 'next/server';
import { work } from './lib/work.js';

/** Runs before every route: what it does belongs to the route that it leads to, or to none. */
export async function proxy(request) {
  const { pathname } = request.nextUrl;
  if (pathname.startsWith('/denied/')) {
    await work('GET (no route)');
    return new NextResponse('no', { status: 401 });
  }
  if (request.nextUrl.searchParams.has('checked')) await work('GET /api/items/[id]');
  return NextResponse.next();
}
