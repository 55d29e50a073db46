/** An agent of the AI SDK with a tool that calls a service. The mock model counts its own calls. */
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { MockLanguageModelV2, simulateReadableStream } from 'ai/test';
import { z } from 'zod';
import { http } from '../drivers/http.ts';
import { settings, tell } from '../frameworks/runtime.ts';
import { serveScenario } from './express-app.ts';

const { endpoints } = settings();
const downstream = await http((name) => import(name), endpoints.http!);
const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };
function called(token: string): void {
  tell({ type: 'counted', target: 'model', token, operations: 1 });
  tell({ type: 'counted', target: 'tokens', token, operations: usage.totalTokens });
}

/** Asks for the tool first, answers once the tool has answered. */
function model(token: string): MockLanguageModelV2 {
  let step = 0;
  return new MockLanguageModelV2({
    provider: 'mock',
    modelId: 'mock-model',
    doGenerate: async () => {
      called(token);
      if (step++ === 0) {
        const input = JSON.stringify({ item: 'lamp' });
        const content = [{ type: 'tool-call' as const, toolCallId: 'call-1', toolName: 'stock', input }];
        return { content, finishReason: 'tool-calls', usage, warnings: [] };
      }
      return { content: [{ type: 'text', text: 'In stock.' }], finishReason: 'stop', usage, warnings: [] };
    },
    doStream: async () => {
      called(token);
      return {
        stream: simulateReadableStream({
          chunks: [
            { type: 'text-start', id: '1' },
            { type: 'text-delta', id: '1', delta: 'Hello.' },
            { type: 'text-end', id: '1' },
            { type: 'finish', finishReason: 'stop', usage },
          ],
        }),
      };
    },
  });
}

const tools = (token: string) => ({
  stock: tool({
    description: 'Asks the warehouse.',
    inputSchema: z.object({ item: z.string() }),
    execute: async () => {
      await downstream.one(token);
      return 'three';
    },
  }),
});

await serveScenario({
  routes: [
    {
      path: '/agent/:id',
      async handle(token) {
        const { text } = await generateText({
          model: model(token),
          tools: tools(token),
          stopWhen: stepCountIs(4),
          prompt: 'Is the lamp in stock?',
          experimental_telemetry: { isEnabled: true },
        });
        return text;
      },
    },
    {
      path: '/chat/:id',
      async handle(token) {
        const result = streamText({
          model: model(token),
          prompt: 'Hello',
          experimental_telemetry: { isEnabled: true },
        });
        let text = '';
        for await (const delta of result.textStream) text += delta;
        return text;
      },
    },
  ],
  stop: () => downstream.close(),
});
