import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { stripCarrier } from '../../../src/otel/carrier.ts';

const strip = <T>(carrier: T): T => {
  stripCarrier(carrier);
  return carrier;
};

describe('headers copied from a message that came in lose the claim of its sender', () => {
  it.each([
    ['alone', 'attribution=x', undefined],
    ['first', 'attribution=x,user=1', 'user=1'],
    [
      'in the middle, spaces and properties of others kept',
      'a=1 ; p=2 , attribution = x;q=1,\tb=%C3%A9',
      'a=1 ; p=2 ,\tb=%C3%A9',
    ],
    ['twice', 'attribution=x,b=2,attribution=y', 'b=2'],
    ['with an encoded name', '%61ttribution=x,b=2', 'b=2'],
    ['without a value', 'attribution,b=2', 'b=2'],
  ])('%s', (_, before, after) => {
    expect(strip({ baggage: before, accept: '*/*' })).toEqual(
      after === undefined ? { accept: '*/*' } : { baggage: after, accept: '*/*' },
    );
  });

  it.each(['', 'user=attribution', 'myattribution=1', 'attribution2=1', '%E0%A4%A=1', 'a=1,,b=2', 'Attribution=1'])(
    'and keep %j, which is of others',
    (baggage) => expect(strip({ baggage })).toEqual({ baggage }),
  );

  it('whatever the case of the name, and our own headers whole', () => {
    const headers = {
      Baggage: 'attribution=x',
      'X-Otel-Attribution': 'x',
      'uberctx-attribution': 'x',
      authorization: 'y',
    };
    expect(strip(headers)).toEqual({ authorization: 'y' });
  });

  it('as bytes, lists and attributes of messages', () => {
    const same = Buffer.from('b=2');
    expect(strip({ baggage: Buffer.from('attribution=x,b=2') })).toEqual({ baggage: Buffer.from('b=2') });
    expect(strip({ baggage: same }).baggage).toBe(same);
    expect(strip({ baggage: ['attribution=x', 'b=2'] })).toEqual({ baggage: ['b=2'] });
    expect(strip({ baggage: ['attribution=x'] })).toEqual({});
    expect(strip({ baggage: { DataType: 'String', StringValue: 'a=1,attribution=x' } })).toEqual({
      baggage: { DataType: 'String', StringValue: 'a=1' },
    });
  });

  it('in the metadata of gRPC', () => {
    const metadata = new Metadata();
    metadata.set('baggage', 'attribution=x,b=2');
    metadata.set('x-otel-attribution', 'x');
    metadata.set('other', '1');
    expect(strip(metadata).getMap()).toEqual({ baggage: 'b=2', other: '1' });
    metadata.set('baggage', 'attribution=x');
    expect(strip(metadata).getMap()).toEqual({ other: '1' });
    expect(strip(new Metadata()).getMap()).toEqual({});
  });

  it.each([undefined, null, 'text', 7, [], { baggage: 7 }, { baggage: null }, { baggage: {} }])(
    'and leave %j alone',
    (carrier) => {
      expect(strip(structuredClone(carrier))).toEqual(carrier);
    },
  );
});
