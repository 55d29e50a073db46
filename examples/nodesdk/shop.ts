/** An Express application that calls itself, and its customers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';

export interface Shop {
  readonly url: string;
  /** Asks for the stock of an item, over HTTP. */
  stock(item: string): Promise<void>;
  /** Customers in a process of their own: as many searches. */
  visit(searches: number): Promise<void>;
  close(): void;
}

export async function openShop(): Promise<Shop> {
  const app = express();
  app.get('/stock/:item', (_request, response) => void response.send('3'));
  app.get('/search', async (_request, response) => {
    for (const item of ['tea', 'cups', 'pot']) await stock(item);
    response.send('found 3\n');
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stock = async (item: string): Promise<void> => {
    await (await fetch(`${url}/stock/${item}`)).text();
  };
  return {
    url,
    stock,
    async visit(searches) {
      const script = `for (let i = 0; i < ${searches}; i++) await (await fetch('${url}/search')).text();`;
      await once(spawn(process.execPath, ['--input-type=module', '-e', script]), 'close');
    },
    close: () => void server.close(),
  };
}
