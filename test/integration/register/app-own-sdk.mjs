await import('./own-sdk.mjs');
console.log('served');
