/**
 * A mapper whose span stands beside its driver's. What counts is what the server saw: no command of an invalid document,
 * several of a populated one, of a cursor and of a transaction of writes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { UNATTRIBUTED } from '../../../src/core/model.ts';
import { withOrigin } from '../../../src/index.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { routesOfActions, serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const { Schema } = mongoose;
const Part = mongoose.model('Part', new Schema({ t: String, refused: Boolean }), 'parts');
const Order = mongoose.model(
  'Order',
  new Schema({ t: { type: String, required: true }, part: { type: Schema.Types.ObjectId, ref: 'Part' } }),
  'orders',
);
await mongoose.connect(`mongodb://127.0.0.1:${endpoints.mongoose}/truth`, {
  autoIndex: false,
  autoCreate: false,
  maxPoolSize: 3,
});

const actions: Readonly<Record<string, (token: string) => Promise<unknown>>> = {
  one: (t) => Part.findOne({ t }),
  several: (t) => Promise.all([Part.find({ t }), Part.countDocuments({ t }), Part.updateOne({ t }, { t })]),
  saved: async (t) => {
    const part = await new Part({ t }).save();
    part.t = `${t} again`;
    await part.save();
    await part.deleteOne().comment(t);
  },
  written: async (t) => {
    await Part.insertMany([{ t }, { t }, { t }]);
    await Part.bulkWrite([
      { insertOne: { document: { t } } },
      { updateOne: { filter: { t }, update: { t } } },
      { deleteOne: { filter: { t } } },
    ]);
    await Part.findOneAndUpdate({ t }, { t });
  },
  populated: (t) => Order.findOne({ t }).populate({ path: 'part', match: { t } }),
  aggregated: (t) => Part.aggregate([{ $match: { t } }]),
  iterated: async (t) => {
    for await (const _ of Part.find({ t }).comment(t).batchSize(2).cursor()) await sleep(1);
    await Part.find({ t }).comment(t).batchSize(2);
  },
  invalid: (t) => new Order({}).save().catch(() => Part.findOne({ t })),
  refused: (t) => new Part({ t, refused: true }).save().catch(() => 'refused'),
  driver: (t) => Part.collection.findOne({ t }),
};

await serveScenario({
  routes: routesOfActions(actions),
  async jobs(rounds) {
    const job = ownToken(service, 'job:parts');
    const alone = ownToken(service, UNATTRIBUTED);
    for (let round = 0; round < rounds; round++) {
      await Promise.all([
        withOrigin('job:parts', () => Promise.all(Object.values(actions).map((action) => action(job)))),
        // Outside of any span the driver makes none: the mapper's is all there is.
        Part.findOne({ t: alone }),
        Part.insertMany([{ t: alone }]),
      ]);
    }
  },
  stop: () => mongoose.disconnect(),
});
