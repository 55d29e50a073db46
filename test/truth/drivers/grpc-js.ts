import type { Driver, Load } from './types.ts';

export async function grpcJs(load: Load, port: number): Promise<Driver> {
  const grpc = await load('@grpc/grpc-js');
  const identity = (value: Buffer) => value;
  const method = (name: string, responseStream: boolean) => ({
    path: `/truth.Warehouse/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  });
  const Client = grpc.makeClientConstructor(
    { Reserve: method('Reserve', false), Fail: method('Fail', false), List: method('List', true) },
    'truth.Warehouse',
  );
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const unary = (name: 'Reserve' | 'Fail', token: string) =>
    new Promise<void>((resolve, reject) => {
      client[name](Buffer.from(token), (error: Error | null) => (error ? reject(error) : resolve()));
    });
  return {
    one: (token) => unary('Reserve', token),
    async several(token) {
      await unary('Reserve', token);
      await new Promise<void>((resolve, reject) => {
        client
          .List(Buffer.from(token))
          .on('data', () => {})
          .on('error', reject)
          .on('end', resolve);
      });
    },
    refused: (token) => unary('Fail', token),
    async close() {
      client.close();
    },
  };
}
