/** Where a span keeps its state. Registered, so that two copies of this package see one state. */
export const STATE = Symbol.for('otel-attribution state');
