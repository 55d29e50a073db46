import { text } from '../core/attribution/root-origin.ts';
import { recordView } from '../core/mapping/attribute-view.ts';
import { UNKNOWN_SERVICE } from '../core/model.ts';

const SERVICE_NAME = ['service.name'];

/** Name of the service that a resource stands for. */
export function serviceOf(resource: { readonly attributes: Readonly<Record<string, unknown>> }): string {
  return text(recordView(resource.attributes), SERVICE_NAME) || UNKNOWN_SERVICE;
}
