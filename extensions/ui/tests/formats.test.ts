import { describe, expect, it } from "vitest";
import { countKinds, formatDuration, formatNumber, formatShare, relativeTime } from "../src/format.js";
import { brightness } from "../src/scheme.js";
import { languageOf, translator } from "../src/text.js";

describe("numbers", () => {
  it.each([
    [1039.9126, "1,040"],
    [12.639, "12.6"],
    [-86, "−86.0"],
    [0, "0"],
    [0.000012, "1.20e−5"],
    [null, "–"],
    [Infinity, "∞"],
  ])("writes %s as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it("never says 0 for what is not nothing", () => {
    expect(formatShare(1, 1_000_000)).toBe("<0.01 %");
    expect(formatShare(999_999, 1_000_000)).toBe("99.9 %");
    expect(formatShare(0, 10)).toBe("0");
  });
});

describe("times", () => {
  const english = languageOf({ locale: "en" });

  it("counts from now", () => {
    expect(relativeTime(1_000, "en", 241_000)).toBe("4 min. ago");
  });

  it("takes the two largest units", () => {
    expect(formatDuration(72, english)).toBe("1 min 12 s");
    expect(formatDuration(3 * 3600 + 65, english)).toBe("3 h 01 min");
  });
});

describe("words", () => {
  it("puts values in their places", () => {
    expect(translator("zh-CN")("%1 of %2", 7, 12)).toBe("12 之 7");
    expect(translator("fr")("%1 of %2", 7, 12)).toBe("7 of 12");
  });

  it("counts kinds of records", () => {
    expect(countKinds(["model", "feature_view", "model"], translator("en"))).toBe("2 models, 1 view");
  });

  it("keeps one translator, so that rows need not be drawn again", () => {
    expect(languageOf({ locale: "zh" }).t).toBe(languageOf({ locale: "zh" }).t);
  });
});

describe("the ground", () => {
  it("is light, dark or let through", () => {
    expect(brightness("rgb(255, 255, 255)")).toBeCloseTo(1);
    expect(brightness("rgb(18, 22, 28)")).toBeLessThan(0.2);
    expect(brightness("rgba(0, 0, 0, 0)")).toBeNull();
  });
});
