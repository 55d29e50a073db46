import { CLIENT, INTERNAL } from '../../span-kind.ts';
import { type EventSpec, type Plan, valueKeys } from '../plan.ts';
import { genaiGate, semconv } from '../semconv.ts';
import { isPresent, kindOf, textOf } from '../slot.ts';
import { canonicalProvider } from '../systems.ts';
import { parseHost } from '../targets.ts';
import { field } from './shared.ts';

/** Operations in which a model is asked. Agents, workflows and tools repeat the tokens of these, and do not count. */
const INFERENCE: ReadonlySet<string> = new Set([
  'chat',
  'completion',
  'text_completion',
  'generate_content',
  'embedding',
  'embeddings',
  'rerank',
  'response',
  'responses',
  'image_generation',
  'speech',
  'transcription',
]);
/** Inner spans of the AI SDK; the outer ones (`ai.generateText`) add up what these did. */
const SDK_INFERENCE = /\.do(Generate|Stream|Embed)$/;

const events: readonly EventSpec[] = [
  { name: 'gen_ai.client.operation.duration', unit: 's', value: { from: 'duration' } },
  {
    name: 'gen_ai.client.token.usage',
    unit: '{token}',
    value: { from: 'attribute', names: semconv.genaiInputTokens, nonNegative: true },
    attributes: { 'gen_ai.token.type': 'input' },
  },
  {
    name: 'gen_ai.client.token.usage',
    unit: '{token}',
    value: { from: 'attribute', names: semconv.genaiOutputTokens, nonNegative: true },
    attributes: { 'gen_ai.token.type': 'output' },
  },
];

function isInference(operation: string, requestType: string, sdkOperation: string, kind: unknown): boolean {
  if (operation !== '') return INFERENCE.has(operation.toLowerCase());
  if (sdkOperation !== '') return SDK_INFERENCE.test(sdkOperation);
  if (requestType !== '') return INFERENCE.has(requestType.toLowerCase());
  // Before `gen_ai.operation.name` became required, a CLIENT span with a system was a call.
  return kind === CLIENT;
}

export const genai: Plan = {
  name: 'preset:genai',
  signal: 'span',
  kinds: [CLIENT, INTERNAL],
  slots: [
    {
      field: 'genaiOperation or genaiProvider',
      names: genaiGate,
      keyed: false,
      presence: true,
      test: isPresent,
      wants: 'present',
    },
    field('genaiOperation'),
    field('genaiRequestType', { unless: [1] }),
    field('genaiSdkOperation', { unless: [1] }),
    field('genaiProvider'),
    field('genaiModel'),
    field('targetOverride'),
    field('host'),
    { field: 'span kind', names: [], derive: kindOf },
  ],
  valueKeys: valueKeys(events),
  build([, operation, requestType, sdkOperation, provider, model, override, host, kind]) {
    if (!isInference(textOf(operation), textOf(requestType), textOf(sdkOperation), kind)) {
      return 'agent, workflow or tool span: only the calls to a model inside it count';
    }
    const system = provider === undefined ? 'genai' : canonicalProvider(textOf(provider));
    const name = textOf(model) || '(unknown)';
    return {
      category: 'genai',
      target: override === undefined ? `${system}://${name}` : `${system}://${textOf(override)}/${name}`,
      system,
      address: host === undefined ? '' : parseHost(textOf(host)).host,
      events,
    };
  },
};
