// Lets ES modules find what NODE_PATH names (layers, then the runtime's AWS SDK) when the application has no copy of its own.
// AWS's runtimes do so since Node.js 18 (https://aws.amazon.com/blogs/compute/node-js-18-x-runtime-now-available-in-aws-lambda/);
// Node.js itself follows NODE_PATH for `require` only. It runs these hooks in a thread of their own.

import path from "node:path";
import { pathToFileURL } from "node:url";

let parents = [];

export function initialize(folders) {
  parents = folders.map((folder) => pathToFileURL(path.join(path.dirname(folder), "noop.mjs")).href);
}

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!isMissingPackage(specifier, error)) throw error;
    for (const parentURL of parents) {
      try {
        return await next(specifier, { ...context, parentURL });
      } catch (again) {
        if (again.code !== "ERR_MODULE_NOT_FOUND") throw again;
      }
    }
    throw error;
  }
}

function isMissingPackage(specifier, error) {
  return error.code === "ERR_MODULE_NOT_FOUND" && !/^([./#]|[a-z]+:)/.test(specifier);
}
