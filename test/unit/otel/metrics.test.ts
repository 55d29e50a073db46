import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { afterEach, expect, it } from 'vitest';
import type { Rule } from '../../../src/core/mapping/rule.ts';
import { AttributionMetricExporter } from '../../../src/otel/metrics/metric-exporter.ts';
import { type Harness, startHarness } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const rule = (name: string, extra: object = {}): Rule => ({
  name,
  signal: 'metric',
  match: { name },
  target: 'mailer://{provider}',
  events: [{ name, unit: 's', value: 'point', ...extra }],
});

function meterWithReader(): MeterProvider {
  return new MeterProvider({ readers: h.attribution.metricReaders() as never });
}

it('attaches no reader without a metric rule', () => {
  h = startHarness();
  expect(h.attribution.metricReaders()).toEqual([]);
});

it('counts counters once and histograms with their operations, under the origin of the point', async () => {
  h = startHarness({ rules: [rule('mail.time')] });
  const provider = meterWithReader();
  const meter = provider.getMeter('t');
  const histogram = meter.createHistogram('mail.time', { unit: 'ms' });
  histogram.record(1500, { provider: 'ses', 'attribution.origin': 'job:mail' });
  histogram.record(500, { provider: 'ses', 'attribution.origin': 'job:mail' });
  await h.attribution.forceFlush();
  histogram.record(250, { provider: 'ses' });
  const rows = await h.rows();
  expect(rows.map((row) => [row.target, row.origin, row.value, row.count, row.min, row.max, row.unit]).sort()).toEqual([
    ['mailer://ses', '(unattributed)', 0.25, 1, 0.25, 0.25, 's'],
    ['mailer://ses', 'job:mail', 2, 2, 0.5, 1.5, 's'],
  ]);
  await provider.shutdown();
});

it('refuses gauges unless the rule integrates them over time', async () => {
  h = startHarness({ rules: [rule('queue.busy'), rule('queue.integrated', { integrate: true, unit: '1' })] });
  const provider = meterWithReader();
  const meter = provider.getMeter('t');
  meter.createGauge('queue.busy').record(5, { provider: 'a' });
  meter.createGauge('queue.integrated').record(4, { provider: 'a' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const rows = await h.rows();
  expect(rows.map((row) => row.event)).toEqual(['queue.integrated']);
  expect(rows[0]!.value).toBeGreaterThan(4 * 0.045);
  expect(h.attribution.accounts.total('attribution.measurement.refused', 'gauge')).toBeGreaterThan(0);
  await provider.shutdown();
});

it('serves as the exporter of a meter provider of your own, and refuses cumulative sums', async () => {
  h = startHarness({ rules: [rule('mail.sent', { unit: '{mail}' })] });
  const exporter = new AttributionMetricExporter();
  const reader = new PeriodicExportingMetricReader({ exporter: exporter as never, exportIntervalMillis: 60_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const counter = provider.getMeter('t').createCounter('mail.sent');
  counter.add(2, { provider: 'a' });
  await reader.forceFlush();
  counter.add(3, { provider: 'a' });
  await reader.forceFlush();
  expect((await h.rows()).reduce((sum, row) => sum + row.value, 0)).toBe(5);
  const descriptor = { name: 'mail.sent', unit: '{mail}' };
  const point = { startTime: [0, 0], endTime: [1_700_000_000, 0], attributes: { provider: 'a' }, value: 9 } as const;
  h.attribution.points.add(
    {
      resource: { attributes: {} },
      scopeMetrics: [
        {
          metrics: [
            {
              descriptor,
              aggregationTemporality: 1,
              dataPointType: 3,
              isMonotonic: true,
              dataPoints: [{ ...point, startTime: [0, 0], endTime: [1_700_000_000, 0] }],
            },
          ],
        },
      ],
    },
    1,
  );
  expect(h.attribution.accounts.total('attribution.measurement.refused', 'cumulative')).toBe(1);
});
