import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "jsdom",
    include: ["*/tests/**/*.test.{ts,tsx}"],
    exclude: ["**/node_modules/**", "lab/tests/ui/**"],
    pool: "threads",
    poolOptions: { threads: { maxThreads: 2 } },
  },
});
