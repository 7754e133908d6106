/** Writes src/api/schema.d.ts from the service's OpenAPI description. */

import { writeFile } from "node:fs/promises";
import openapiTypescript, { astToString } from "openapi-typescript";
import ts from "typescript";

const source = new URL("../../docs/openapi.json", import.meta.url);
const target = new URL("src/api/schema.d.ts", import.meta.url);

const types = await openapiTypescript(source, {
  // An uploaded file is a Blob; by itself the generator would call it a string.
  transform: (schema) =>
    schema.contentMediaType === "application/octet-stream" || schema.format === "binary"
      ? ts.factory.createTypeReferenceNode("Blob")
      : undefined,
});
await writeFile(target, `// Written by generate-types.ts; do not edit.\n${astToString(types)}`);
