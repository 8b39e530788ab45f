/**
 * A layered layout, left to right, after Sugiyama, Tagawa and Toda (1981): layers by longest path, long
 * edges through dummies, order by barycentres, heights by isotonic regression. Linear in the graph's
 * size a sweep, so that ten thousand records take about a second; runs in a worker.
 */

export const NODE_WIDTH = 190;
export const NODE_HEIGHT = 52;
const LAYER_GAP = 36;
const NODE_GAP = 24;
const DUMMY_GAP = 14;
const MOST_DUMMIES = 60_000;

export interface LayoutInput {
  nodes: string[];
  edges: [source: string, target: string][];
}

export interface LayoutResult {
  /** Left upper corner of each node, in the order of the input. */
  places: [x: number, y: number][];
  /** The points each edge passes, in the order of the input; none for an edge that cannot be drawn. */
  routes: [x: number, y: number][][];
  width: number;
  height: number;
}

/** Edges against the direction of a walk, which would close a circle. */
function backEdges(count: number, out: readonly number[][], ends: readonly [number, number][]): Set<number> {
  const state = new Uint8Array(count);
  const back = new Set<number>();
  for (let start = 0; start < count; start += 1) {
    const stack: [node: number, next: number][] = state[start] ? [] : [[start, 0]];
    state[start] ||= 1;
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const edge = out[top[0]]?.[top[1]];
      top[1] += 1;
      if (edge === undefined) {
        state[top[0]] = 2;
        stack.pop();
        continue;
      }
      const target = ends[edge]?.[1] ?? 0;
      if (state[target] === 1) {
        back.add(edge);
      } else if (state[target] === 0) {
        state[target] = 1;
        stack.push([target, 0]);
      }
    }
  }
  return back;
}

function layersOf(count: number, ends: readonly [number, number][]): number[] {
  const layer = new Array<number>(count).fill(0);
  const waits = new Array<number>(count).fill(0);
  const out = Array.from({ length: count }, (): number[] => []);
  for (const [source, target] of ends) {
    out[source]?.push(target);
    waits[target] = (waits[target] ?? 0) + 1;
  }
  const hasSource = waits.map((each) => each > 0);
  const ready = waits.flatMap((each, node) => (each === 0 ? [node] : []));
  for (const node of ready) {
    for (const target of out[node] ?? []) {
      layer[target] = Math.max(layer[target] ?? 0, (layer[node] ?? 0) + 1);
      waits[target] = (waits[target] ?? 1) - 1;
      if (waits[target] === 0) {
        ready.push(target); // the list grows while it is read
      }
    }
  }
  for (let node = 0; node < count; node += 1) {
    const targets = out[node] ?? [];
    if (!hasSource[node] && targets.length > 0) {
      layer[node] = targets.reduce((least, each) => Math.min(least, layer[each] ?? 0), Infinity) - 1;
    }
  }
  return layer;
}

interface Layered {
  layers: number[][];
  isDummy: boolean[];
  up: number[][];
  down: number[][];
  chains: number[][];
}

function withDummies(layer: number[], ends: readonly [number, number][]): Layered {
  const isDummy = layer.map(() => false);
  const up = layer.map((): number[] => []);
  const down = layer.map((): number[] => []);
  const long = ends.reduce((sum, [source, target]) => sum + Math.max(0, (layer[target] ?? 0) - (layer[source] ?? 0) - 1), 0);
  const join = (a: number, b: number): void => {
    down[a]?.push(b);
    up[b]?.push(a);
  };
  const chains = ends.map(([source, target]) => {
    const chain = [source];
    if (long <= MOST_DUMMIES) {
      for (let at = (layer[source] ?? 0) + 1; at < (layer[target] ?? 0); at += 1) {
        const dummy = layer.length;
        layer.push(at);
        isDummy.push(true);
        up.push([]);
        down.push([]);
        join(chain.at(-1) ?? source, dummy);
        chain.push(dummy);
      }
    }
    join(chain.at(-1) ?? source, target);
    return [...chain, target];
  });
  const layers: number[][] = [];
  layer.forEach((at, node) => {
    (layers[at] ??= []).push(node);
  });
  for (let at = 0; at < layers.length; at += 1) {
    layers[at] ??= [];
  }
  return { layers, isDummy, up, down, chains };
}

function orderLayers({ layers, up, down }: Layered, sweeps: number): void {
  const place = new Map<number, number>();
  const remember = (nodes: readonly number[]): void => {
    nodes.forEach((node, index) => place.set(node, (index + 0.5) / nodes.length));
  };
  layers.forEach(remember);
  const sort = (nodes: number[], beside: readonly number[][]): void => {
    const wanted = new Map(
      nodes.map((node) => {
        const others = beside[node] ?? [];
        const sum = others.reduce((total, each) => total + (place.get(each) ?? 0), 0);
        return [node, others.length === 0 ? (place.get(node) ?? 0) : sum / others.length];
      }),
    );
    nodes.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
    remember(nodes);
  };
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (const nodes of layers.slice(1)) {
      sort(nodes, up);
    }
    for (const nodes of layers.slice(0, -1).reverse()) {
      sort(nodes, down);
    }
  }
  for (const nodes of layers.slice(1)) {
    sort(nodes, up);
  }
}

/** Places nearest to the wanted ones, in order and apart: isotonic regression by pooling. */
export function settle(wanted: readonly number[], apart: readonly number[], weights: readonly number[]): number[] {
  const offsets: number[] = [];
  wanted.forEach((_, index) => offsets.push(index === 0 ? 0 : (offsets[index - 1] ?? 0) + (apart[index - 1] ?? 0)));
  const pools: { mean: number; weight: number; size: number }[] = [];
  wanted.forEach((value, index) => {
    let pool = { mean: value - (offsets[index] ?? 0), weight: weights[index] ?? 1, size: 1 };
    for (let last = pools.at(-1); last && last.mean > pool.mean; last = pools.at(-1)) {
      const weight = last.weight + pool.weight;
      pool = { mean: (last.mean * last.weight + pool.mean * pool.weight) / weight, weight, size: last.size + pool.size };
      pools.pop();
    }
    pools.push(pool);
  });
  const means = pools.flatMap(({ mean, size }) => new Array<number>(size).fill(mean));
  return means.map((mean, index) => mean + (offsets[index] ?? 0));
}

function heights({ layers, isDummy, up, down }: Layered, passes: number): number[] {
  const y = isDummy.map(() => 0);
  const size = (node: number): number => (isDummy[node] ? 0 : NODE_HEIGHT);
  const gaps = layers.map((nodes) =>
    nodes.slice(1).map((node, index) => {
      const before = nodes[index] ?? node;
      const gap = isDummy[node] || isDummy[before] ? DUMMY_GAP : NODE_GAP;
      return (size(before) + size(node)) / 2 + gap;
    }),
  );
  layers.forEach((nodes, at) => {
    const total = (gaps[at] ?? []).reduce((sum, each) => sum + each, 0);
    let top = -total / 2;
    nodes.forEach((node, index) => {
      y[node] = top;
      top += gaps[at]?.[index] ?? 0;
    });
  });
  const pass = (at: number, beside: readonly number[][]): void => {
    const nodes = layers[at] ?? [];
    const wanted = nodes.map((node) => {
      const others = beside[node] ?? [];
      return others.length === 0 ? (y[node] ?? 0) : others.reduce((sum, each) => sum + (y[each] ?? 0), 0) / others.length;
    });
    const weights = nodes.map((node) => (isDummy[node] ? 4 : 1 + (beside[node]?.length ?? 0)));
    settle(wanted, gaps[at] ?? [], weights).forEach((value, index) => {
      y[nodes[index] ?? 0] = value;
    });
  };
  const both = up.map((each, node) => [...each, ...(down[node] ?? [])]);
  for (let round = 0; round < passes; round += 1) {
    for (let at = 1; at < layers.length; at += 1) {
      pass(at, up);
    }
    for (let at = layers.length - 2; at >= 0; at -= 1) {
      pass(at, round < passes - 1 ? down : both);
    }
  }
  return y;
}

/** Lay out a graph; circles are drawn, one edge of each against the direction. */
export function layout({ nodes, edges }: LayoutInput): LayoutResult {
  const index = new Map(nodes.map((id, at) => [id, at]));
  const known = edges.map(([source, target]): [number, number] | null => {
    const [a, b] = [index.get(source), index.get(target)];
    return a === undefined || b === undefined || a === b ? null : [a, b];
  });
  const real = known.flatMap((each, at) => (each ? [{ ends: each, at }] : []));
  const ends = real.map((each) => each.ends);
  const out = nodes.map((): number[] => []);
  ends.forEach(([source], edge) => out[source]?.push(edge));
  const back = backEdges(nodes.length, out, ends);
  const forward = ends.map(([source, target], edge): [number, number] => (back.has(edge) ? [target, source] : [source, target]));
  const layer = layersOf(nodes.length, forward);
  const layered = withDummies(layer, forward);
  const isLarge = layer.length > 4000;
  orderLayers(layered, isLarge ? 4 : 12);
  const y = heights(layered, isLarge ? 3 : 10);
  const top = nodes.reduce((least, _, node) => Math.min(least, y[node] ?? 0), Infinity);
  const x = (node: number): number => (layer[node] ?? 0) * (NODE_WIDTH + LAYER_GAP);
  const routes: [number, number][][] = edges.map(() => []);
  const middle = (node: number): number => (y[node] ?? 0) - top + NODE_HEIGHT / 2;
  let bottom = 0;
  layered.chains.forEach((chain, edge) => {
    const points = chain.flatMap((node, step): [number, number][] => {
      bottom = Math.max(bottom, middle(node));
      if (step === 0) {
        return [[x(node) + NODE_WIDTH, middle(node)]];
      }
      return step === chain.length - 1 ? [[x(node), middle(node)]] : [[x(node), middle(node)], [x(node) + NODE_WIDTH, middle(node)]];
    });
    const at = real[edge]?.at;
    if (at !== undefined) {
      routes[at] = back.has(edge) ? points.reverse() : points;
    }
  });
  const places = nodes.map((_, node): [number, number] => [x(node), (y[node] ?? 0) - top]);
  return {
    places,
    routes,
    width: places.reduce((most, [left]) => Math.max(most, left + NODE_WIDTH), 0),
    height: places.reduce((most, [, up]) => Math.max(most, up + NODE_HEIGHT), bottom),
  };
}
