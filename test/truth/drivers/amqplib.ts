import type { Driver, Load } from './types.ts';

export async function amqplib(load: Load, port: number): Promise<Driver> {
  const module = await load('amqplib');
  const { connect } = module.default ?? module;
  const connection = await connect(`amqp://guest:guest@127.0.0.1:${port}`);
  const channel = await connection.createChannel();
  const confirmed = await connection.createConfirmChannel();
  const send = (token: string) =>
    channel.publish('truth', 'event', Buffer.from('{}'), { headers: { 'x-truth': token } });
  const sendConfirmed = (token: string) =>
    new Promise<void>((resolve, reject) => {
      confirmed.publish('truth', 'confirmed', Buffer.from('{}'), { headers: { 'x-truth': token } }, (error: unknown) =>
        error ? reject(error) : resolve(),
      );
    });
  return {
    async one(token) {
      send(token);
    },
    async several(token) {
      send(token);
      await sendConfirmed(token);
    },
    async refused(token) {
      await sendConfirmed(token);
      throw new Error('the handler failed after it sent');
    },
    async close() {
      await channel.close();
      await confirmed.close();
      await connection.close();
    },
  };
}

/** A consumer of the application's own: its work has the origin `process <exchange>`. */
export async function consume(
  load: Load,
  port: number,
  exchange: string,
  work: () => Promise<void>,
): Promise<() => Promise<void>> {
  const module = await load('amqplib');
  const { connect } = module.default ?? module;
  const connection = await connect(`amqp://guest:guest@127.0.0.1:${port}`);
  const channel = await connection.createChannel();
  await channel.prefetch(4);
  await channel.assertExchange(exchange, 'fanout', { durable: false });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, '');
  await channel.consume(queue, async (message: unknown) => {
    await work();
    channel.ack(message);
  });
  return async () => {
    await channel.close();
    await connection.close();
  };
}
