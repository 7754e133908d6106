import { expect, it } from "vitest";
import { cameraProblem } from "../src/camera/camera";

it.each([
  ["NotAllowedError", "refused"],
  ["NotReadableError", "busy"],
  ["NotFoundError", "absent"],
  ["OverconstrainedError", "absent"],
])("explains the browser's %s", (name, problem) => {
  expect(cameraProblem(name)).toBe(problem);
});
