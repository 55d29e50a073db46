import { CLIENT, PRODUCER } from '../../span-kind.ts';
import type { EventSpec, Plan } from '../plan.ts';
import { textOf } from '../slot.ts';
import { parseArn } from '../targets.ts';
import { field, requiredField } from './shared.ts';

const events: readonly EventSpec[] = [{ name: 'faas.invoke_duration', unit: 's', value: { from: 'duration' } }];

const SYSTEMS: Readonly<Record<string, string>> = {
  aws: 'aws.lambda',
  azure: 'azure.functions',
  gcp: 'gcp.functions',
  alibaba_cloud: 'alibaba_cloud.fc',
  tencent_cloud: 'tencent_cloud.scf',
};

/** `aws.lambda://eu-west-1/resize`: a function by name, whether the span gives its name or its ARN, without version or alias. */
export function functionTarget(provider: string, region: string, name: string): string {
  const system = Object.hasOwn(SYSTEMS, provider) ? SYSTEMS[provider]! : provider === '' ? 'faas' : `${provider}.faas`;
  const arn = parseArn(name);
  const where = arn?.region || region;
  const short = arn === undefined ? name.replace(/:[^:/]*$/, '') : (arn.resource.split(':')[1] ?? arn.resource);
  return where === '' ? `${system}://${short}` : `${system}://${where}/${short}`;
}

/** Outgoing invocations of functions. The function's own work is counted by preset `server`. */
export const faas: Plan = {
  name: 'preset:faas',
  signal: 'span',
  kinds: [CLIENT, PRODUCER],
  slots: [
    requiredField('faasInvokedName'),
    field('faasInvokedProvider'),
    field('faasInvokedRegion'),
    field('targetOverride'),
  ],
  valueKeys: [],
  build([name, provider, region, override]) {
    const system = textOf(provider).toLowerCase();
    return {
      category: 'faas',
      target: functionTarget(system, textOf(region), override === undefined ? textOf(name) : textOf(override)),
      events,
    };
  },
};
