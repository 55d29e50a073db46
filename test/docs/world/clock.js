/**
 * Loaded before every process that a page starts: the calendar says the night of the examples, and goes on from there.
 * In an application of the world it stands still but for `setCalendar`, so that its figures are the same in every run.
 */
import path from 'node:path';

const NIGHT_MS = Date.UTC(2026, 10, 24, 3, 15);
const HISTORY_MS = 1_020_000;
const RealDate = globalThis.Date;
const elapsed = performance.now.bind(performance);

const standsStill = ['app.js', 'billing.js'].includes(path.basename(process.argv[1] ?? ''));
let calendarMs = standsStill ? NIGHT_MS - HISTORY_MS : NIGHT_MS;

globalThis.night = { beginMs: NIGHT_MS - HISTORY_MS, endMs: NIGHT_MS };
globalThis.setCalendar = (ms) => {
  calendarMs = ms;
};

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(globalThis.Date.now());
    else super(...given);
  }

  static now() {
    return standsStill ? calendarMs : Math.floor(calendarMs + elapsed());
  }
};
