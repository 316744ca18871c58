// JSON values as they come off the wire, and the RFC 7396 merge patch on them.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Keys that would reach an object's prototype are never data of ours.
function forbidden(key: string): boolean {
  return key === '__proto__';
}

/**
 * RFC 7396. Leaves the target as it is and shares with it every part the patch does not touch, so that an unchanged
 * member stays the same object and need not be drawn again.
 */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const out: { [key: string]: Json } = isObject(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    if (forbidden(key)) continue;
    const value = patch[key];
    if (value === undefined) continue;
    if (value === null) delete out[key];
    else out[key] = mergePatch(Object.prototype.hasOwnProperty.call(out, key) ? out[key] : undefined, value);
  }
  return out;
}
