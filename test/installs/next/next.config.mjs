/** As users write it where a driver has to stay outside of the bundle, so that its instrumentation can reach it. */
export default { serverExternalPackages: ['pg'], turbopack: { root: import.meta.dirname } };
